"""Tells a business what each customer will need before the customer asks.

    model = beforehand.fit(orders, as_of="2026-01-31", columns={"customer": "user_id", "time": "paid_at", "item": "sku"})
    due = model.replenishment(orders, as_of="2026-01-31")      # an Arrow table: pl.DataFrame(due), due.to_pandas(), …

`fit`, `backtest` and `audit` are functions; what a fitted model knows is asked of the `Model`. `History` reads a log once for
several calls. Answers hold instants in UTC; a date or time without offset that is given is on the clock of the log (`time_zone`).
Nothing reads a clock: `as_of` is always given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._calls import *  # noqa: F403
from ._calls import __all__ as _calls
from ._contracts import Contracts
from ._errors import *  # noqa: F403
from ._errors import __all__ as _errors
from ._history import Columns, Data, History
from ._model import Model
from ._names import TYPES
from ._native import __version__
from ._progress import Progress
from ._table import Table

if TYPE_CHECKING:
    from ._types import *  # noqa: F403

__all__ = [
    "Columns",
    "Contracts",
    "Data",
    "History",
    "Model",
    "Progress",
    "Table",
    "__version__",
    *(name for name in _calls if name != "ModelCalls"),
    *_errors,
    *TYPES,
]

# Users see these names in tracebacks: let them be the names they import.
for _name in _errors:
    globals()[_name].__module__ = __name__
del _name


def __getattr__(name: str) -> object:
    """The types of results, `beforehand.plot` and `beforehand.spark` are loaded when they are first used."""
    if name in TYPES:
        from . import _types

        return getattr(_types, name)
    if name in ("plot", "spark"):
        import importlib

        return importlib.import_module(f"beforehand.{name}")
    raise AttributeError(f"module 'beforehand' has no attribute {name!r}")
