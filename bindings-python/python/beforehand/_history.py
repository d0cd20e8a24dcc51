"""Customers' past: read once, used by many calls."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

from . import _native
from ._errors import EmptyDataError, InvalidDataError, InvalidOptionsError
from ._show import html_table
from ._values import as_of_text, instant, isoformat, plain

if TYPE_CHECKING:
    from ._types import Id, IngestReport


_T = TypeVar("_T")


class ArrowTable(Protocol):
    """Whatever hands over its columns by the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


Columns: TypeAlias = Mapping[str, str | None]
"""Which column holds what: `customer`, `time`, `item`, and if there are such, `quantity`, `amount`, `kind`, `category`, `need`,
`pack_size`, `order`, `undoes`, `channel`, `offer`, `propensity`, each with the name of a column of the data. `None` for a column
that is to be ignored."""

Rows: TypeAlias = Iterable[Mapping[str, Any]] | Mapping[str, Sequence[Any]]

Data: TypeAlias = "History | ArrowTable | str | os.PathLike[str] | Rows"
"""The customers' past: a `History`; any Arrow table (Polars, pandas, pyarrow, DuckDB, …); the path of a CSV or Parquet file; or
rows as mappings (or columns by name) of plain Python values, for small logs."""

_NAMES = {
    "customer": "customer", "time": "at", "item": "item", "quantity": "quantity", "amount": "amount", "kind": "kind",
    "category": "category", "need": "need", "pack_size": "pack_size", "order": "order", "undoes": "undoes",
    "channel": "channel", "offer": "offer", "propensity": "propensity",
}  # fmt: skip

# What holds numbers; all else may be texts.
_NUMBERS = ("quantity", "amount", "pack_size", "propensity")

# Files that are often given and cannot be read.
_FOREIGN = (".arrow", ".avro", ".feather", ".gz", ".ipc", ".json", ".jsonl", ".orc", ".xls", ".xlsx", ".zip", ".zst")


class History:
    """What customers did: validated, sorted, ready for several calls.

    Returns and cancellations undo the purchase they name; purchases of one item by one customer on one day are one. What was
    sent to customers and how they answered (contacts) lies beside the purchases and changes no forecast of them. Nothing is lost
    in silence: `report` accounts for every row.

    Args:
        data: any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of a `.csv` or `.parquet` file, or rows as mappings.
            Identifiers may be texts, whole numbers, dictionaries or categories; times may be instants of any unit, dates or
            texts; numbers of any type, or texts of them.
        columns: which column holds what: `customer`, `time`, `item` (by default columns named `customer`, `at`, `item`) and
            the optional `quantity` (units), `amount` (total price), `kind` (purchase, return, or about a contact: contact, open,
            click, held_out, opt_out, opt_in, approved, edited, refused), `category`, `need` (items of one need replace each
            other), `pack_size` (content of a unit), `order`, `undoes` (the order that a return undoes); and of contacts, which
            may be about no item, `channel`, `offer`, `propensity` (the probability with which a contact or held_out was drawn).
        time_zone: the IANA time zone of the shop: it decides on which day an instant falls, and what a time without zone means.
        merge_days: purchases of one item by one customer fewer than so many days apart are one purchase; 0 to 366.
        time_unit: what whole numbers in the time column count. There is no default: a wrong guess raises no alarm.
        max_quantity: a purchase of more units than this is refused as a slip of the keyboard.
        on_refused: `keep_going` leaves out rows that cannot be used and reports them, `fail` raises at the first.
        unnamed_returns: what to do with returns that do not name the order they undo: `refuse` leaves them out and reports them,
            `latest_purchase` takes them to undo what the customer bought of the item last.
        delimiter: between two fields of a CSV line.

    Raises:
        InvalidDataError: a column is missing or of a type that cannot be used; the message lists the columns there are.
        EmptyDataError: no row could be kept; the message says why.

    Example:
        >>> import beforehand
        >>> rows = [{"who": "c1", "sku": 7, "paid": "2026-01-03"}, {"who": None, "sku": 7, "paid": "2026-01-04"}]
        >>> history = beforehand.History(rows, columns={"customer": "who", "item": "sku", "time": "paid"})
        >>> history
        History(1 customers, 1 items, 1 events, 2026-01-03 to 2026-01-03)
        >>> history.report.n_refused, history.report.refusals[0].reason, history.report.refusals[0].column
        (1, 'missing_customer', 'who')
    """

    __slots__ = ("_native", "_report")

    def __init__(
        self,
        data: ArrowTable | str | os.PathLike[str] | Rows,
        *,
        columns: Columns | None = None,
        time_zone: str = "UTC",
        merge_days: int = 1,
        time_unit: Literal["seconds", "milliseconds", "microseconds", "nanoseconds"] | None = None,
        max_quantity: float = 1e9,
        on_refused: Literal["keep_going", "fail"] = "keep_going",
        unnamed_returns: Literal["refuse", "latest_purchase"] = "refuse",
        delimiter: str = ",",
    ) -> None:
        names = names_of(columns)
        if not isinstance(delimiter, str) or len(delimiter) != 1:
            raise InvalidOptionsError(f"delimiter is {delimiter!r}; give one character", "delimiter")
        options = {
            "time_zone": time_zone,
            "merge_days": merge_days,
            "time_unit": time_unit,
            "max_quantity": max_quantity,
            "on_refused": on_refused,
            "unnamed_returns": unnamed_returns,
            "delimiter": delimiter,
        }
        try:
            self._native = _read(data, names, json.dumps({name: plain(value, name) for name, value in options.items()}))
        except InvalidDataError as e:
            advised = _with_advice(e, names)
            if advised is e:
                raise
            raise advised from None
        self._report: IngestReport | None = None

    @property
    def report(self) -> IngestReport:
        """What became of every row; `print` shows it in words."""
        if self._report is None:
            from ._types import IngestReport

            value, words = self._native.report()
            self._report = IngestReport._of(json.loads(value), words)
        return self._report

    @property
    def n_customers(self) -> int:
        """How many customers, with those who only have contacts."""
        return self._native.n_customers

    @property
    def n_items(self) -> int:
        """How many items."""
        return self._native.n_items

    @property
    def n_events(self) -> int:
        """How many events: purchases, without contacts."""
        return self._native.n_events

    @property
    def first_at(self) -> datetime:
        """The first event; the beginning of 1970 when there are only contacts."""
        return self._span()[0]

    @property
    def last_at(self) -> datetime:
        """The last event; the beginning of 1970 when there are only contacts."""
        return self._span()[1]

    @property
    def time_zone(self) -> str:
        """The IANA time zone it was read in."""
        zone: str = self._native.time_zone
        return zone

    def purchases(self, customer: Id, item: Id) -> list[tuple[datetime, float]]:
        """What a customer bought of an item, less what was returned: (instant, units) in order of time.

        Raises:
            UnknownCustomerError: the history holds no such customer.

        Example:
            >>> import beforehand
            >>> history = beforehand.History([{"customer": "c1", "item": "milk", "at": "2026-01-03", "quantity": 2}])
            >>> history.purchases("c1", "milk")
            [(datetime.datetime(2026, 1, 3, 0, 0, tzinfo=datetime.timezone.utc), 2.0)]
        """
        bought = self._native.purchases(json.dumps(plain(customer, "customer")), json.dumps(plain(item, "item")))
        return [(instant(at), units) for at, units in bought]

    def _instant(self, as_of: Any) -> datetime:
        """The instant that is given, on the clock of the log where no other is said."""
        at: datetime = instant(self._native.instant(as_of_text(as_of)))
        return at

    def _span(self) -> tuple[datetime, datetime]:
        first, last = self._native.span() or ("1970-01-01T00:00:00Z",) * 2
        return instant(first), instant(last)

    def __len__(self) -> int:
        return self.n_events

    def __repr__(self) -> str:
        dates = self._native.dates()
        span = "" if dates is None else f", {dates[0]} to {dates[1]}"
        return f"History({self.n_customers} customers, {self.n_items} items, {self.n_events} events{span})"

    def _repr_html_(self) -> str:
        names = ("customers", "items", "events", "first", "last", "rows refused")
        first, last = self._native.dates() or ("", "")
        values = (self.n_customers, self.n_items, self.n_events, first, last, self.report.n_refused)
        return html_table(names, [[str(value) for value in values]])


def history_of(data: Data, columns: Columns | None, time_zone: str) -> History:
    """The history that a call works on; what is not read yet is read in `time_zone`."""
    if isinstance(data, History):
        if columns is not None:
            raise InvalidOptionsError("columns are given with a History, which has been read already; leave them out", "columns")
        return data
    try:
        return History(data, columns=columns, time_zone=time_zone)
    except (InvalidDataError, EmptyDataError) as e:
        if "option time_unit" not in str(e):
            raise
        # Which calls do not have; a history does.
        message = f'{e}; read the log first: History(data, columns=..., time_unit="seconds")'
        raise type(e)(message, e.field, e.row) from None


def names_of(columns: Columns | None) -> dict[str, str | None]:
    """The column of everything, with the defaults for what is not said."""
    names: dict[str, str | None] = dict(_NAMES)
    if columns is None:
        return names
    if not isinstance(columns, Mapping):
        raise InvalidOptionsError(
            f"columns is a {type(columns).__name__}; give a mapping such as {{'customer': 'user_id'}}", "columns"
        )
    for what, name in columns.items():
        what = "time" if what == "at" else what
        if what not in names:
            raise InvalidOptionsError(f"columns names {what!r}; allowed are {', '.join(_NAMES)}", "columns")
        if not (isinstance(name, str) or (name is None and what not in ("customer", "time", "item"))):
            raise InvalidOptionsError(f"columns[{what!r}] is {name!r}; give the name of a column", "columns")
        names[what] = name
    return names


def _read(data: Any, names: dict[str, str | None], options: str) -> _native.History:
    columns = json.dumps(names, ensure_ascii=False)
    if isinstance(data, (str, os.PathLike)):
        path = os.fspath(data)
        if not isinstance(path, str):
            raise InvalidOptionsError(f"data is a path of {type(path).__name__}; give a text or pathlib.Path", "data")
        if path.lower().endswith(_FOREIGN):
            message = f"{path} is neither CSV nor Parquet; read it with Polars, pandas or DuckDB, and give the table"
            raise InvalidDataError(message, "data")
        if path.lower().endswith((".parquet", ".pq")):
            return _native.History.from_parquet(path, columns, options)
        return _native.History.from_csv(path, columns, options)
    if hasattr(data, "__arrow_c_stream__"):
        return by_arrow(data, "data", lambda table: _native.History.from_arrow(table, columns, options), names)
    if hasattr(data, "collect") and hasattr(data, "collect_schema"):
        raise InvalidDataError("data is a lazy frame; give data.collect()", "data")
    return _native.History.from_columns(json.dumps(_columns_of(data, names), ensure_ascii=False), columns, options)


def by_arrow(data: Any, name: str, read: Callable[[Any], _T], names: Mapping[str, str | None] = _NAMES) -> _T:
    """What is read of a table by the Arrow PyCapsule interface; `name` is the argument that a slip is told of."""
    try:
        return read(_of_some_type(data, names))
    except Exception as e:
        if type(e).__module__.partition(".")[0] in ("pyarrow", "polars", "pandas", "duckdb"):
            raise InvalidDataError(f"the table cannot be handed over as Arrow: {e}") from e
        if type(e) is ValueError:
            kind = type(data).__name__
            raise InvalidDataError(f"{name} is a {kind} that is no table of named columns: {e}", name) from e
        raise


def _of_some_type(data: Any, names: Mapping[str, str | None]) -> Any:
    """A table whose columns have a type, also where they hold nothing: Polars hands others over in a form that cannot be read."""
    polars = sys.modules.get("polars") if type(data).__module__.startswith("polars.") else None
    if polars is None or not hasattr(data, "schema"):
        return data
    numbers = {names[what] for what in _NUMBERS}
    empty = [name for name, of in data.schema.items() if of == polars.Null]
    return data.cast({name: polars.Float64 if name in numbers else polars.String for name in empty}) if empty else data


def _with_advice(e: InvalidDataError, names: dict[str, str | None]) -> InvalidDataError:
    """For a missing column, how to say which one is meant."""
    message = str(e)
    what = next((what for what, name in names.items() if name == e.field), None)
    if what is None or not message.startswith("the table has no column "):
        return e
    divided = re.search(r'The columns are "[^"]*([;\t|])[^"]*"$', message.replace("\\t", "\t"))
    if divided:
        advice = f"the lines look divided by {divided[1]!r}: read the log with History(data, delimiter={divided[1]!r})"
        return InvalidDataError(f"{message}; {advice}", e.field, e.row)
    message = message.replace("(for at)", "(for time)")
    return InvalidDataError(f'{message}; say which one it is with columns={{"{what}": "..."}}', e.field, e.row)


def _columns_of(data: Any, names: dict[str, str | None]) -> list[tuple[str, list[Any]]]:
    """Rows or columns of plain values as columns, of which only those that matter."""
    wanted = [name for name in names.values() if name is not None]
    if isinstance(data, Mapping):
        columns = {str(name): list(values) for name, values in data.items() if not isinstance(values, (str, bytes))}
        if not columns:
            raise EmptyDataError("data holds no column; give columns of values by their names", "data")
        lengths = {name: len(values) for name, values in columns.items() if name in wanted}
        if len(set(lengths.values())) > 1:
            raise InvalidDataError(f"the columns differ in length: {lengths}; give columns of equal length", "data")
    elif isinstance(data, Iterable) and not isinstance(data, (bytes, bytearray)):
        rows = list(data)
        if not any(rows):
            raise EmptyDataError("data holds no row; give at least one purchase", "data")
        columns = {}
        for number, row in enumerate(rows):
            if not isinstance(row, Mapping):
                message = f"row {number} is a {type(row).__name__}; give rows as mappings, an Arrow table, or a path"
                raise InvalidDataError(message, "data", number)
            for name in row:
                columns.setdefault(str(name), [])
        columns = {name: [row.get(name) for row in rows] for name in columns}
    else:
        message = (
            f"data is a {type(data).__name__}; give an Arrow table (Polars, pandas with pyarrow, pyarrow, DuckDB), "
            "the path of a CSV or Parquet file, rows as mappings, or a History"
        )
        raise InvalidDataError(message, "data")
    # When a column is missing all are handed over by name, so that the error can list them.
    return [(name, [_cell(v) if name in wanted else None for v in values]) for name, values in columns.items()]


def _cell(value: Any) -> Any:
    """A value as JSON has it; what cannot be read is left to be refused with its row."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, datetime):
        return None if value != value else isoformat(value, "time")
    try:
        return plain(value, "data")
    except InvalidOptionsError:
        return str(value)
