"""Tables of contracts, whatever they come as."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias

from . import _native
from ._errors import InvalidDataError, InvalidOptionsError
from ._history import _FOREIGN, ArrowTable, Rows, by_arrow
from ._values import Json

Contracts: TypeAlias = ArrowTable | str | os.PathLike[str] | Rows
"""Contracts, one per row: any Arrow table (Polars, pandas, pyarrow, DuckDB, …); the path of a CSV or Parquet file; columns by
name, or rows as mappings, of plain values. `None` and NaN where a value is missing."""


def columns_of(contracts: Contracts, name: str, delimiter: str = ",") -> Json:
    """Contracts as the columns that calls take; `name` is the argument that a slip is told of."""
    if isinstance(contracts, (str, os.PathLike)):
        return Json(_of_file(os.fspath(contracts), name, delimiter))
    if hasattr(contracts, "__arrow_c_stream__"):
        return Json(by_arrow(contracts, name, _native.columns_from_arrow))
    if hasattr(contracts, "collect") and hasattr(contracts, "collect_schema"):
        raise InvalidDataError(f"{name} is a lazy frame; give {name}.collect()", name)
    if isinstance(contracts, Mapping):
        columns = {str(column): _values(values, str(column)) for column, values in contracts.items()}
    elif isinstance(contracts, Iterable) and not isinstance(contracts, (bytes, bytearray)):
        columns = _of_rows(list(contracts), name)
    else:
        message = (
            f"{name} is a {type(contracts).__name__}; give an Arrow table (Polars, pandas with pyarrow, pyarrow, DuckDB), "
            "the path of a CSV or Parquet file, columns by name, or rows as mappings"
        )
        raise InvalidDataError(message, name)
    cells = {column: [_cell(value) for value in values] for column, values in columns.items()}
    return Json(json.dumps(cells, ensure_ascii=False))


def _of_file(path: Any, name: str, delimiter: str) -> str:
    if not isinstance(path, str):
        raise InvalidOptionsError(f"{name} is a path of {type(path).__name__}; give a text or pathlib.Path", name)
    if path.lower().endswith(_FOREIGN):
        message = f"{path} is neither CSV nor Parquet; read it with Polars, pandas or DuckDB, and give the table"
        raise InvalidDataError(message, name)
    if path.lower().endswith((".parquet", ".pq")):
        return _native.columns_from_parquet(path)
    return _native.columns_from_csv(path, delimiter)


def _of_rows(rows: list[Any], name: str) -> dict[str, list[Any]]:
    names: dict[str, None] = {}
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            message = f"row {number} is a {type(row).__name__}; give rows as mappings, columns by name, an Arrow table, or a path"
            raise InvalidDataError(message, name, number)
        names.update(dict.fromkeys(row))
    return {str(column): [row.get(column) for row in rows] for column in names}


def _values(values: Any, column: str) -> list[Any]:
    """The values of a column, as plain ones where its package can make them so."""
    for to_list in ("tolist", "to_list", "to_pylist"):
        convert = getattr(values, to_list, None)
        if convert is not None:
            values = convert()
            break
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InvalidDataError(f"column {column} is {values!r:.60}; give a list with one value per row", column)
    return list(values)


def _cell(value: Any) -> Any:
    """A value as JSON has it; what no column can hold becomes a list, which the call tells of if it looks at the column."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if value - value == 0 else None
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Mapping, list, tuple, set, frozenset, bytes, bytearray)):
        return []
    convert = getattr(value, "item", None) or getattr(value, "as_py", None)
    if convert is not None and not hasattr(value, "__len__"):
        return _cell(convert())
    return _cell(float(value)) if hasattr(value, "__float__") else str(value)
