"""Golden vectors: every call answers what Rust answers, to the last bit."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import beforehand
import pytest
from conftest import VECTORS

FILES = sorted(VECTORS.glob("*.json"))
CASES = [(path.stem, i) for path in FILES for i in range(len(json.loads(path.read_text())["vectors"]))]
_loaded: dict[str, tuple[dict[str, Any], beforehand.History, beforehand.Model]] = {}


def load(stem: str) -> tuple[dict[str, Any], beforehand.History, beforehand.Model]:
    """A file of vectors, its log and its model."""
    if stem not in _loaded:
        file = json.loads((VECTORS / f"{stem}.json").read_text())
        history = beforehand.History(VECTORS / file["log"])
        _loaded[stem] = file, history, beforehand.fit(history, **file["fit"])
    return _loaded[stem]


def as_json(value: Any) -> Any:
    """An answer as JSON has it."""
    if dataclasses.is_dataclass(value):
        # With the word that tells the classes of a union apart, which every object of a class has.
        names = [name for name in value.__dataclass_fields__ if not name.startswith("_")]
        return {name: as_json(getattr(value, name)) for name in names}
    if isinstance(value, datetime):
        assert value.tzinfo == UTC
        text = value.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
        return f"{text}Z"
    if isinstance(value, (list, tuple)):
        return [as_json(part) for part in value]
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    return value


def inputs(arguments: dict[str, Any]) -> dict[str, Any]:
    """Structures as the package's own types, so that these are tried as well."""
    out = dict(arguments)
    if "reminders" in out:
        out["reminders"] = beforehand.ReminderOptions(**out["reminders"])
    return out


def answer(call: str, arguments: dict[str, Any], data: Any, model: beforehand.Model) -> Any:
    """What the package answers, in the form of `expect`."""
    function = getattr(model, call, None) or getattr(beforehand, call)
    given = {} if data is None else {"data": data}
    try:
        got = function(**given, **inputs(arguments))
    except beforehand.Error as e:
        return {"error": {"code": e.code, "field": e.field, "row": e.row}}
    if isinstance(got, beforehand.Model):
        return {"sha256": hashlib.sha256(got.to_bytes()).hexdigest()}
    if isinstance(got, str):
        return {"sha256": hashlib.sha256(got.encode()).hexdigest()}
    if isinstance(got, beforehand.Table):
        return {"columns": {name: as_json(got[name]) for name in got.names}}
    return {"value": as_json(got)}


@pytest.mark.parametrize(("stem", "i"), CASES)
def test_vector(stem: str, i: int) -> None:
    """One vector."""
    file, history, model = load(stem)
    vector = file["vectors"][i]
    data = vector.get("data", history)
    # Arguments that another vector's answer holds.
    expected = {other["name"]: other["expect"] for other in file["vectors"]}
    answered = {name: expected[other]["value"][name] for name, other in vector.get("answered", {}).items()}
    assert answer(vector["call"], {**vector["arguments"], **answered}, data, model) == vector["expect"], vector["name"]


def test_there_are_vectors_for_every_call() -> None:
    """No call goes without."""
    tried = {v["call"] for path in FILES for v in json.loads(path.read_text())["vectors"]}
    assert tried == set(beforehand._native.calls())
