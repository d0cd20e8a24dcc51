"""What pictures are given, as they need it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from .._history import Columns

if TYPE_CHECKING:
    from .._model import Model


def columns_of(model: Model) -> Columns | None:
    """The columns that the model was fitted with."""
    columns: Columns | None = getattr(model, "_columns", None)
    return columns


def instant_of(as_of: Any) -> datetime:
    """What may be given as an instant, as one in UTC; the core has accepted it already."""
    if not isinstance(as_of, (str, date)):
        from .._values import plain

        as_of = plain(as_of, "as_of")
    if isinstance(as_of, str):
        as_of = datetime.fromisoformat(as_of)
    if not isinstance(as_of, datetime):
        as_of = datetime(as_of.year, as_of.month, as_of.day)
    zoned: datetime = as_of.replace(tzinfo=UTC) if as_of.tzinfo is None else as_of.astimezone(UTC)
    return zoned
