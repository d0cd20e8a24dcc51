"""The calls on Spark data frames.

Written by `make gen` from the definitions in the Rust core: change those, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._history import Columns
from .._model import Model
from .._types import *  # noqa: F403
from . import _engine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def fit(
    frame: DataFrame,
    *,
    as_of: InstantLike,
    substitutes: Substitutes = "need",
    ladders: Sequence[Ladder] = (),
    learn_successors: bool = True,
    max_training_rows: int = 250000,
    max_lapse_rows: int = 100000,
    use_quantity: bool = True,
    columns: Columns | None = None,
    time_zone: str = "UTC",
    n_parts: int | None = None,
) -> Model:
    """Learns from a history what happened up to and including `as_of`; nothing later is looked at.

    As `beforehand.fit`, by summaries of parts of the customers: the same model, to the last bit, however the log is
    spread.

    Args:
        frame: the customers' past.
        as_of: The instant up to which the model may know the log. A date or time without offset is on the clock
            of the log, its time zone. A date is the beginning of its day: in a log that knows times of day, nothing
            of that day has been seen then; in a log of dates, all of it.
        substitutes: Which items replace each other. Default: those of one need.
        ladders: Life stages given by the user. Default: none.
        learn_successors: Whether to learn, from what buyers of an item move on to, which item follows it.
            Default: true.
        max_training_rows: Rows on which the layer is trained, at most; more cost time and gain little. Allowed
            1,000 … 10,000,000, default 250,000. Fitting does not grow with the log beyond them.
        max_lapse_rows: Rows on which the layer of lapse is trained, at most; 100 save time where nobody asks
            about lapse. Allowed 100 … 10,000,000, default 100,000.
        use_quantity: Whether forecasts react to the supply bought (quantity × pack size). Default: true.
        columns: which column holds what; see `History`.
        time_zone: the IANA time zone of the shop.
        n_parts: into how many parts customers are divided; each must fit into a worker's memory. Default: four
            per core.

    Raises:
        Error: with the `code` and `field` of what went wrong.
    """
    return _engine.model(frame, columns, time_zone, n_parts, {
        "as_of": as_of,
        "options": {
            "substitutes": substitutes,
            "ladders": ladders,
            "learn_successors": learn_successors,
            "max_training_rows": max_training_rows,
            "max_lapse_rows": max_lapse_rows,
            "use_quantity": use_quantity,
        },
    })


def replenishment(
    model: Model,
    frame: DataFrame,
    *,
    as_of: InstantLike,
    horizons_days: Sequence[float] = (7.0, 28.0, 84.0),
    lead_days: float = 7.0,
    remind_quantile: float = 0.5,
    columns: Columns | None = None,
    time_zone: str | None = None,
    n_parts: int | None = None,
) -> DataFrame:
    """When each customer will need each item bought so far: one row per pair of customer and item, sorted by both.

    As `Model.replenishment`, part by part of the customers; the same rows, in no order.

    Args:
        model: a fitted model.
        frame: the customers' past.
        as_of: The instant of prediction; not before the model's own. Nothing later is looked at. A date is
            understood as by `fit`.
        horizons_days: Horizons for which P(buys within) is given, days, each 0 < h ≤ 364. Default: 7, 28, 84.
        lead_days: How long before the run-out date to remind (delivery and thinking it over), days, 0 … 364.
            Default: 7.
        remind_quantile: Which quantile of the run-out date the reminder aims at, 0 < q < 1. Smaller reminds
            earlier. Default: 0.5.
        columns: which column holds what; see `History`.
        time_zone: the IANA time zone of the shop. Default: the one the model learned in.
        n_parts: into how many parts customers are divided; each must fit into a worker's memory. Default: four
            per core.

    Raises:
        Error: with the `code` and `field` of what went wrong.
    """
    return _engine.table(model, frame, "replenishment", columns, time_zone, n_parts, {
        "as_of": as_of,
        "options": {
            "horizons_days": horizons_days,
            "lead_days": lead_days,
            "remind_quantile": remind_quantile,
        },
    })


def lapse(
    model: Model,
    frame: DataFrame,
    *,
    as_of: InstantLike,
    horizons_days: Sequence[float] = (84.0, 28.0, 182.0),
    columns: Columns | None = None,
    time_zone: str | None = None,
    n_parts: int | None = None,
) -> DataFrame:
    """How likely each customer is not to come back: one row per customer who has bought by `as_of`, sorted.

    As `Model.lapse`, part by part of the customers; the same rows, in no order.

    Args:
        model: a fitted model.
        frame: the customers' past.
        as_of: The instant of prediction; not before the model's own. Nothing later is looked at.
        horizons_days: Horizons for which P(lapse) and the expected purchases are given, days, each 0 < h ≤ 364.
            At least one; the first is the one that drivers explain. Default: 84, 28, 182: a quarter, a month, half a
            year.
        columns: which column holds what; see `History`.
        time_zone: the IANA time zone of the shop. Default: the one the model learned in.
        n_parts: into how many parts customers are divided; each must fit into a worker's memory. Default: four
            per core.

    Raises:
        Error: with the `code` and `field` of what went wrong.
    """
    return _engine.table(model, frame, "lapse", columns, time_zone, n_parts, {
        "as_of": as_of,
        "options": {
            "horizons_days": horizons_days,
        },
    })


def decide(
    model: Model,
    frame: DataFrame,
    *,
    as_of: InstantLike,
    policy: Policy,
    columns: Columns | None = None,
    time_zone: str | None = None,
    n_parts: int | None = None,
) -> DataFrame:
    """What to do about every customer now: contact, wait, abstain or hand over to a person; one row per customer who
    has bought.

    As `Model.decide`, part by part of the customers; the same rows, in no order.

    Args:
        model: a fitted model.
        frame: the customers' past.
        as_of: The instant of the decision; not before the model's own. Nothing later is looked at.
        policy: What the business may do, what it costs, and how careful to be.
        columns: which column holds what; see `History`.
        time_zone: the IANA time zone of the shop. Default: the one the model learned in.
        n_parts: into how many parts customers are divided; each must fit into a worker's memory. Default: four
            per core.

    Raises:
        Error: with the `code` and `field` of what went wrong.
    """
    return _engine.table(model, frame, "decide", columns, time_zone, n_parts, {
        "as_of": as_of,
        "policy": policy,
    })


__all__ = [
    "fit",
    "replenishment",
    "lapse",
    "decide",
]
