"""Bulk answers: tables that every Arrow consumer reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import _native
from ._errors import InvalidOptionsError
from ._show import N_SHOWN, cell, html_table, text

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class Table:
    """Columns by name, held as Arrow: `polars.DataFrame(table)`, `pyarrow.table(table)`, `pandas.DataFrame.from_arrow(table)` and
    DuckDB (`duckdb.sql("from table")`) read it directly, without copying.

    Example:
        >>> import beforehand
        >>> rows = [{"customer": c, "item": "filter", "at": f"2025-{m:02}-05"} for c in range(30) for m in range(1, 11)]
        >>> due = beforehand.fit(rows, as_of="2025-11-01").replenishment(rows, as_of="2025-11-01")
        >>> due
        Table(30 rows; customer, item, n_events, basis, recency_days, …)
        >>> due["recency_days"][:3]
        [27.0, 27.0, 27.0]
        >>> due.rows(1)[0]["basis"]
        'own'
    """

    __slots__ = ("_native",)

    def __init__(self, native: _native.Table) -> None:
        self._native = native

    @property
    def n_rows(self) -> int:
        """How many rows."""
        return self._native.n_rows

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return self._native.names

    def rows(self, n: int | None = None) -> list[dict[str, Any]]:
        """The first `n` rows (by default all) as mappings of plain values: simple, and slow for many."""
        columns = {name: self._column(name, 0, n) for name in self.names}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def to_polars(self) -> polars.DataFrame:
        """As a Polars data frame."""
        import polars

        return polars.DataFrame(self)

    def to_arrow(self) -> pyarrow.Table:
        """As a pyarrow table."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """As a pandas data frame; needs pyarrow."""
        return self.to_arrow().to_pandas()

    def write_csv(self, path: str | os.PathLike[str]) -> None:
        """Writes a CSV file: instants as 2026-01-31T00:00:00Z, nothing where there is no answer."""
        self._native.write_csv(os.fspath(path))

    def write_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes a Parquet file, compressed with zstd."""
        self._native.write_parquet(os.fspath(path))

    def _column(self, name: str, start: int, end: int | None) -> list[Any]:
        values = self._native.column(name, start, end)
        if values is None:
            raise InvalidOptionsError(f"there is no column {name!r}; there are {', '.join(self.names)}", "name")
        return values

    def __getitem__(self, name: str) -> list[Any]:
        """A column as a list of plain values."""
        return self._column(name, 0, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return self.n_rows

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The columns, by the Arrow PyCapsule interface."""
        return self._native.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """The types of the columns, by the Arrow PyCapsule interface."""
        return self._native.__arrow_c_schema__()

    def __repr__(self) -> str:
        names = self.names
        return f"Table({self.n_rows} rows; {', '.join(names[:5])}{', …' if len(names) > 5 else ''})"

    def __str__(self) -> str:
        rows = [[text(value) for value in row.values()] for row in self.rows(N_SHOWN)]
        widths = [max(map(len, column)) for column in zip(self.names, *rows, strict=True)]
        lines = ("  ".join(part.ljust(w) for part, w in zip(row, widths, strict=True)).rstrip() for row in [self.names, *rows])
        more = [f"… {self.n_rows} rows in all"] if self.n_rows > N_SHOWN else []
        return "\n".join([*lines, *more])

    def _repr_html_(self) -> str:
        rows = ([cell(value) for value in row.values()] for row in self.rows(N_SHOWN))
        return html_table(self.names, rows) + f"<p>{self.n_rows} rows</p>"
