"""Malformed logs: each is a clean error or a right answer. `make fuzz-python` tries ten thousand."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import beforehand
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CASES = int(os.environ.get("BEFOREHAND_CASES", "2000"))
TYPES = [
    pa.string(), pa.large_string(), pa.string_view(), pa.int8(), pa.int64(), pa.uint64(), pa.float32(), pa.float64(), pa.bool_(),
    pa.date32(), pa.date64(), pa.timestamp("s"), pa.timestamp("ns", "UTC"), pa.timestamp("us", "America/New_York"), pa.binary(),
    pa.decimal128(12, 3), pa.dictionary(pa.int32(), pa.string()), pa.list_(pa.int64()), pa.null(), pa.duration("s"),
    pa.time32("s"),
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            " ",
            "c1",
            "c2",
            "milk",
            "袋🛍",
            "2026-01-03",
            "2026-02-30",
            "1e400",
            "NaN",
            "purchase",
            "return",
            "contact",
            "held_out",
            "opt_out",
            "x" * 70_000,
        ]
    ),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "int": st.integers(-(2**63), 2**63 - 1),
    "small": st.integers(-3, 9),
    "float": st.floats(allow_nan=True, allow_infinity=True),
    "time": st.datetimes(datetime(1800, 1, 1), datetime(2250, 1, 1)),
    "bool": st.booleans(),
}


def arrays(values: list[Any], kind: pa.DataType) -> pa.Array:
    """An array of the type, with null for what does not fit."""
    try:
        return pa.array(values).cast(kind, safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, OverflowError):
        return pa.array([None] * len(values), kind)


@st.composite
def logs(draw: st.DrawFn) -> Any:
    """A table whose columns are of any type, hold anything, and may be missing."""
    n = draw(st.integers(0, 12))
    columns = {}
    for name in (
        "customer",
        "at",
        "item",
        "quantity",
        "amount",
        "kind",
        "category",
        "need",
        "pack_size",
        "order",
        "undoes",
        "channel",
        "offer",
        "propensity",
    ):
        if draw(st.integers(0, 20 if name in ("customer", "at", "item") else 2)) == 0:
            continue
        numbers = {"quantity": "small", "amount": "float", "pack_size": "float", "propensity": "float"}
        usual = {"at": "time", **numbers}.get(name, "text")
        source = draw(st.sampled_from([usual, usual, usual, *VALUES]))
        values = draw(st.lists(st.one_of(VALUES[source], VALUES[source], st.none()), min_size=n, max_size=n))
        array = pa.array(values)
        if draw(st.integers(0, 3)) == 0:
            array = arrays(values, draw(st.sampled_from(TYPES)))
        columns[name] = array
    return pa.table(columns)


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(log=logs(), merge_days=st.integers(-1, 3), unit=st.sampled_from([None, "seconds", "microseconds"]))
def test_malformed_logs(log: Any, merge_days: int, unit: Any) -> None:
    """Every row is accounted for, or the error is the package's own."""
    try:
        history = beforehand.History(log, merge_days=merge_days, time_unit=unit)
    except beforehand.Error as e:
        assert e.code in ("invalid_data", "empty_data", "invalid_options") and str(e)
        return
    except OverflowError:
        assert merge_days < 0
        return
    report = history.report
    assert report.n_read == log.num_rows == report.n_kept + report.n_returns + report.n_contacts + report.n_refused
    assert sum(r.n_rows for r in report.refusals) == report.n_refused
    assert history.n_events == report.n_kept
    if history.n_events == 0:
        assert report.n_contacts > 0
        return
    as_of = history.last_at
    model = beforehand.fit(history, as_of=as_of)
    due = model.replenishment(history, as_of=as_of)
    for name in due.names:
        if name.startswith("prob_"):
            assert all(0.0 <= p <= 1.0 for p in due[name])
        assert None not in due[name]
    assert model == beforehand.Model.from_bytes(model.to_bytes())


@settings(max_examples=CASES // 10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(["customer", "at", "item", "quantity", "kind", "other"]),
            st.one_of(*VALUES.values(), st.none(), st.binary(max_size=3), st.lists(st.integers(), max_size=2)),
        ),
        max_size=8,
    )
)
def test_malformed_rows(rows: list[dict[str, Any]]) -> None:
    """Plain values of every kind."""
    try:
        history = beforehand.History(rows)
    except beforehand.Error as e:
        assert str(e)
        return
    assert history.report.n_read == len(rows)


@settings(max_examples=CASES // 10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(data=st.data())
def test_damaged_models(model: beforehand.Model, data: st.DataObject) -> None:
    """A damaged model file is refused."""
    whole = model.to_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + bytes([whole[at] ^ (1 << data.draw(st.integers(0, 7)))]) + whole[at + 1 :]
    for wrong in (damaged, whole[:at], data.draw(st.binary(max_size=40))):
        with pytest.raises(beforehand.IncompatibleModelError):
            beforehand.Model.from_bytes(wrong)
