"""Python values as the JSON that the core reads, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ._errors import InvalidOptionsError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Json(str):
    """A text that is JSON already."""

    __slots__ = ()


def instant(text: str | None) -> Any:
    """An instant of the core as an aware `datetime` in UTC."""
    return None if text is None else datetime.fromisoformat(text)


def from_micros(micros: int) -> datetime:
    """Microseconds since 1970 as an aware `datetime` in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def to_json(value: Mapping[str, Any]) -> str:
    """Arguments as JSON.

    Raises:
        InvalidOptionsError: for what has no JSON, with the argument named.
    """
    plain_value = {name: plain(part, name) for name, part in value.items() if not isinstance(part, Json)}
    if "as_of" in value:
        plain_value["as_of"] = as_of_text(value["as_of"])
    written = {name: json.dumps(part, ensure_ascii=False) for name, part in plain_value.items()}
    written |= {name: part for name, part in value.items() if isinstance(part, Json)}
    return "{" + ", ".join(f"{json.dumps(name)}: {part}" for name, part in written.items()) + "}"


def as_of_text(as_of: Any) -> str:
    """The instant of a call as text."""
    text = plain(as_of, "as_of")
    if not isinstance(text, str):
        raise InvalidOptionsError(f"as_of is {text!r:.80}; give a datetime, a date, or a text such as 2026-01-31", "as_of")
    return text


def plain(value: Any, name: str) -> Any:
    """A value as JSON has it: instants and times of day as text, dataclasses and mappings as objects, sequences as lists.

    `name` is what a slip is told of: an argument, or the place of a part of it, such as `policy.offers[1].cost`.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidOptionsError(f"{name} is {value}; give a finite number", name)
        return float(value)
    if isinstance(value, datetime):
        return isoformat(value, name)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("auto" if value.second or value.microsecond else "minutes")
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is not None and not isinstance(value, type):
        return {field: plain(getattr(value, field), f"{name}.{field}") for field in fields if not field.startswith("_")}
    if isinstance(value, Mapping):
        return {str(key): plain(part, f"{name}.{key}") for key, part in value.items()}
    if isinstance(value, (Sequence, AbstractSet)) and not isinstance(value, (bytes, bytearray, memoryview)):
        return [plain(part, name if _is_single(part) else f"{name}[{place}]") for place, part in enumerate(value)]
    return _foreign(value, name)


def _is_single(part: Any) -> bool:
    """Whether a part of a list has no parts that a slip could be in."""
    return not isinstance(part, Mapping) and not hasattr(part, "__dataclass_fields__")


def isoformat(value: datetime, name: str) -> str:
    """An instant as text; a naive one is on the clock of the log."""
    if value != value:
        raise InvalidOptionsError(f"{name} is {value}; give an instant", name)
    return value.isoformat() if value.tzinfo is None else value.astimezone(UTC).isoformat()


def _foreign(value: Any, name: str) -> Any:
    """Numbers, instants and arrays of other packages."""
    if type(value).__module__.partition(".")[0] in ("numpy", "pandas", "polars", "pyarrow"):
        if type(value).__name__ == "datetime64":
            micros = value.astype("datetime64[us]").astype("int64")
            return isoformat(from_micros(int(micros)).replace(tzinfo=None), name)
        for to_python in ("item", "as_py"):
            convert = getattr(value, to_python, None)
            if convert is not None and getattr(value, "ndim", 0) == 0 and not hasattr(value, "__len__"):
                return plain(convert(), name)
        for to_list in ("tolist", "to_list", "to_pylist"):
            convert = getattr(value, to_list, None)
            if convert is not None:
                return plain(convert(), name)
    raise InvalidOptionsError(f"{name} is a {type(value).__name__}, which cannot be used here: {value!r:.80}", name)
