"""How results look in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from ._escape import escape

# Rows of a table that a notebook shows, and entries of a list.
N_SHOWN = 10


class Shown:
    """A dataclass that a notebook shows as a table of its fields."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def _repr_html_(self) -> str:
        names = [name for name, field in self.__dataclass_fields__.items() if field.repr]
        rows = ((name, getattr(self, name)) for name in names)
        return html_table(("", type(self).__name__), ((f"<b>{escape(name)}</b>", cell(value)) for name, value in rows))


def text(value: Any) -> str:
    """A value in a few characters."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == datetime.min.time() else "%Y-%m-%d %H:%M")
    return str(value)


def cell(value: Any) -> str:
    """A value as HTML."""
    if isinstance(value, Shown):
        return value._repr_html_()
    if isinstance(value, Sequence) and not isinstance(value, str):
        more = f" … ({len(value)} in all)" if len(value) > N_SHOWN else ""
        if value and isinstance(value[0], Shown):
            names = [name for name in value[0].__dataclass_fields__ if not name.startswith("_")]
            rows = ([cell(getattr(part, name)) for name in names] for part in value[:N_SHOWN])
            return html_table(names, rows) + escape(more)
        return escape(", ".join(text(part) for part in value[:N_SHOWN]) + more)
    return escape(text(value))


def html_table(names: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; the cells are HTML already, the names are not."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{part}</td>" for part in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
