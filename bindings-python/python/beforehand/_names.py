"""The names of the types, which are loaded when they are first used.

Written by `make gen` from the definitions in the Rust core: change those, not this file.
"""

from __future__ import annotations

TYPES = (
    "Id",
    "InstantLike",
    "Substitutes",
    "Ladder",
    "Step",
    "Forecast",
    "NextItem",
    "NextItemSource",
    "Basis",
    "LapseRisk",
    "LapseHorizon",
    "LapseDriver",
    "LapseReason",
    "AlarmRule",
    "ReminderOptions",
    "Backtest",
    "Scores",
    "CalibrationBin",
    "Coverage",
    "ReminderCurve",
    "ReminderPoint",
    "Audit",
    "LogFacts",
    "TimeResolution",
    "Hole",
    "Jump",
    "Finding",
    "FindingCode",
    "ScenarioReadiness",
    "Scenario",
    "Readiness",
    "Check",
    "CheckCode",
    "TimeUnit",
    "OnRefused",
    "IngestReport",
    "Refusal",
    "Reason",
    "EventKind",
)
