"""What pictures are given, as they need it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .._history import Columns, Data, History, history_of

if TYPE_CHECKING:
    from .._model import Model


def columns_of(model: Model) -> Columns | None:
    """The columns that the model was fitted with."""
    columns: Columns | None = getattr(model, "_columns", None)
    return columns


def history_of_model(data: Data, columns: Columns | None, model: Model) -> History:
    """The log of a picture, read as the model's own was."""
    if isinstance(data, History):
        return data
    return history_of(data, columns or columns_of(model), model.time_zone)


class Clock:
    """The clock on the wall of a log's shop, by which pictures name days: instants become naive ones that it shows."""

    def __init__(self, data: Data) -> None:
        name = data.time_zone if isinstance(data, History) else "UTC"
        zone: tzinfo = UTC
        if name != "UTC":
            try:
                zone = ZoneInfo(name)
            except ZoneInfoNotFoundError:  # Nothing here that knows the zones of the world.
                name = "UTC"
        self._zone = zone
        self.name = name

    def wall(self, at: datetime) -> datetime:
        """What it shows at an instant."""
        return at.astimezone(self._zone).replace(tzinfo=None)

    def walls(self, instants: Iterable[datetime]) -> Any:
        """What it shows at each of some instants; for matplotlib, whose types know no instants."""
        return [self.wall(at) for at in instants]
