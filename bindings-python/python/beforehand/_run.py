"""How a call reaches the core: the only place that knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _native as native
from ._history import Columns, Data, History, history_of
from ._progress import Bar, Progress, watcher
from ._table import Table
from ._values import to_json

if TYPE_CHECKING:
    from ._calls import ModelCalls
    from ._model import Model


class Value(NamedTuple):
    """Parsed JSON, and what it says in words."""

    value: Any
    words: str


def _run(
    name: str,
    on: ModelCalls | None,
    data: Data | None,
    columns: Columns | None,
    progress: Progress,
    arguments: Mapping[str, Any],
) -> Any:
    if columns is None and on is not None and not isinstance(data, History):
        columns = on._columns
    # Arguments first: a slip there should not wait for a long log.
    text = to_json(arguments)
    history = None if data is None else history_of(data, columns, "UTC" if on is None else on._native.time_zone)._native
    watch = watcher(progress, name.replace("_", " "))
    try:
        return native.call(name, text, None if on is None else on._native, history, watch)
    finally:
        if isinstance(watch, Bar):
            watch.close()


def model(
    name: str,
    on: ModelCalls | None,
    data: Data | None,
    columns: Columns | None,
    progress: Progress,
    arguments: Mapping[str, Any],
) -> Model:
    """A call that answers a model, which remembers the columns it was fitted with."""
    from ._model import Model

    return Model._of(_run(name, on, data, columns, progress, arguments), columns)


def table(
    name: str,
    on: ModelCalls | None,
    data: Data | None,
    columns: Columns | None,
    progress: Progress,
    arguments: Mapping[str, Any],
) -> Table:
    """A call that answers a table."""
    return Table(_run(name, on, data, columns, progress, arguments))


def text(
    name: str,
    on: ModelCalls | None,
    data: Data | None,
    columns: Columns | None,
    progress: Progress,
    arguments: Mapping[str, Any],
) -> str:
    """A call that answers a text."""
    answer: str = _run(name, on, data, columns, progress, arguments)
    return answer


def value(
    name: str,
    on: ModelCalls | None,
    data: Data | None,
    columns: Columns | None,
    progress: Progress,
    arguments: Mapping[str, Any],
) -> Value:
    """A call that answers a value."""
    answer, words = _run(name, on, data, columns, progress, arguments)
    return Value(json.loads(answer), words or "")
