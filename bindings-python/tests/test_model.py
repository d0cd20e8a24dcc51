"""Models and results as Python objects."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from datetime import UTC, date, datetime
from pathlib import Path

import beforehand
import numpy as np
import pandas as pd
import pytest


def test_files(model: beforehand.Model, tmp_path: Path) -> None:
    """Saved, loaded, pickled, copied: the same, byte for byte."""
    path = tmp_path / "model.bin"
    model.save(path)
    assert path.read_bytes() == model.to_bytes()
    for other in (beforehand.Model.load(path), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert other == model and other.to_bytes() == model.to_bytes() and hash(other) == hash(model)
    assert model != "model"
    with pytest.raises(FileNotFoundError if False else OSError, match=r"none\.bin"):
        beforehand.Model.load(tmp_path / "none.bin")
    with pytest.raises(beforehand.IncompatibleModelError):
        beforehand.Model.from_bytes(b"something else")
    with pytest.raises(TypeError, match=r"beforehand\.fit"):
        beforehand.Model()


def test_columns_are_remembered(shop_rows: list[dict[str, str]]) -> None:
    """What a model was fitted with serves its calls, also after pickling."""
    rows = [{"who": r["customer"], "sku": r["item"], "paid": r["at"]} for r in shop_rows[:2000]]
    columns = {"customer": "who", "item": "sku", "time": "paid"}
    model = beforehand.fit(rows, as_of="2025-08-20", columns=columns)
    due = model.replenishment(rows, as_of="2025-08-20")
    assert len(due) > 100
    again = pickle.loads(pickle.dumps(model)).replenishment(rows, as_of="2025-08-20")
    assert again["prob_again"] == due["prob_again"]
    with pytest.raises(beforehand.InvalidDataError):
        beforehand.Model.from_bytes(model.to_bytes()).replenishment(rows, as_of="2025-08-20")
    history = beforehand.History(rows, columns=columns)
    with pytest.raises(beforehand.InvalidOptionsError, match="read already"):
        model.replenishment(history, as_of="2025-08-20", columns=columns)


def test_results_are_frozen_and_shown(model: beforehand.Model, history: beforehand.History) -> None:
    """Frozen dataclasses, with a table for notebooks."""
    (forecast, *_) = model.forecasts(history, customer="c007", as_of="2025-08-20")
    with pytest.raises(dataclasses.FrozenInstanceError):
        forecast.item = "other"  # type: ignore[misc]
    assert repr(forecast).startswith("Forecast(item=")
    for shown in (forecast, model, history, history.report, model.replenishment(history, as_of="2025-08-20")):
        page = shown._repr_html_()
        assert page.startswith("<table>") and "None" not in page
    audit = beforehand.audit(history, as_of="2025-08-20")
    assert "Scenarios" in str(audit) and "<table>" in audit._repr_html_()
    rows = beforehand.History([{"customer": "<b>", "item": "&", "at": "2026-01-01"}])
    table = beforehand.fit(rows, as_of="2026-01-02").replenishment(rows, as_of="2026-01-02")
    assert "&lt;b&gt;" in table._repr_html_() and "<b>" not in table._repr_html_()


def test_tables(model: beforehand.Model, history: beforehand.History) -> None:
    """Columns by name, rows as mappings, a text for terminals."""
    due = model.replenishment(history, as_of="2025-08-20")
    assert list(due) == due.names and len(due["customer"]) == len(due) == due.n_rows
    with pytest.raises(beforehand.InvalidOptionsError, match="there are customer"):
        due["custmer"]
    assert str(due).splitlines()[0].startswith("customer") and "rows in all" in str(due)
    assert repr(due) == f"Table({len(due)} rows; customer, item, n_events, basis, recency_days, …)"


def test_report(model: beforehand.Model, history: beforehand.History) -> None:
    """The page of `make run`."""
    page = model.report(history, as_of="2025-08-20", title="A <shop>", n_reminders=2)
    assert page.startswith("<!DOCTYPE html>") and "A &lt;shop&gt;" in page and "<svg" in page


def test_ladders(history: beforehand.History) -> None:
    """Structures as dataclasses, or as mappings."""
    steps = (beforehand.Step(items=["milk-1"], until_days=180.0), beforehand.Step(items=["milk-2"]))
    one = beforehand.fit(history, as_of="2025-08-20", ladders=[beforehand.Ladder("milk", steps)])
    as_mapping = {"name": "milk", "steps": [{"items": ["milk-1"], "until_days": 180}, {"items": ["milk-2"]}]}
    assert one == beforehand.fit(history, as_of="2025-08-20", ladders=[as_mapping])  # type: ignore[list-item]
    with pytest.raises(beforehand.InvalidOptionsError, match="two or more"):
        beforehand.fit(history, as_of="2025-08-20", ladders=[beforehand.Ladder("milk", steps[:1])])


def test_the_clock_of_the_log(shop_rows: list[dict[str, str]]) -> None:
    """Whatever has no offset is on it: texts, dates, naive instants; the model remembers it for rows that come later."""
    rows = [{**row, "at": f"{row['at']} 20:15"} for row in shop_rows]
    history = beforehand.History(rows, time_zone="America/New_York")
    assert history.time_zone == "America/New_York"
    assert repr(history).endswith("2024-01-01 to 2025-08-22)")
    midnight = datetime(2025, 8, 20, 4, tzinfo=UTC)
    ways = [
        "2025-08-20",
        date(2025, 8, 20),
        datetime(2025, 8, 20),
        np.datetime64("2025-08-20"),
        pd.Timestamp("2025-08-20"),
        midnight,
    ]
    models = [beforehand.fit(history, as_of=way) for way in ways]
    assert all(model == models[0] and model.as_of == midnight for model in models)
    assert models[0].time_zone == "America/New_York" and repr(models[0]).startswith("Model(as_of 2025-08-20,")
    # What happened on the wall after `as_of` was not seen, what happened up to it was.
    last = datetime(2025, 8, 19, 20, 15)
    assert (
        beforehand.fit(history, as_of=last).n_events
        == models[0].n_events
        > beforehand.fit(history, as_of=last.replace(minute=14)).n_events
    )
    own = [row for row in rows if row["customer"] == "c007"]
    model = beforehand.Model.from_bytes(models[0].to_bytes())
    assert model.forecasts(own, as_of="2025-08-20") == model.forecasts(history, as_of="2025-08-20", customer="c007")
    with pytest.raises(beforehand.InvalidDataError, match="in the time zone UTC, but the model learned in America/New_York"):
        model.replenishment(beforehand.History(rows), as_of="2025-08-20")
    if_bought = [model.forecast_if_bought(item="filter", as_of=as_of) for as_of in (date(2025, 8, 20), midnight)]
    assert if_bought[0] == if_bought[1]
