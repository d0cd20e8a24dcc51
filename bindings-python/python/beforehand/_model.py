"""The model: what was learned from everyone."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import _native as native
from ._calls import ModelCalls
from ._history import Columns
from ._show import html_table
from ._values import instant

if TYPE_CHECKING:
    from ._types import Id


class Model(ModelCalls):
    """What `fit` learned from everyone. Immutable, small, free of any customer's data, and shared between threads.

    It can be saved to a file that loads in Rust, Python and Node, pickled, copied and compared.

    Example:
        >>> import beforehand
        >>> rows = [{"customer": c, "item": "filter", "at": f"2025-{m:02}-05"} for c in range(30) for m in range(1, 11)]
        >>> model = beforehand.fit(rows, as_of="2025-11-01")
        >>> model
        Model(as_of 2025-11-01, 30 customers, 300 events, 1 items)
        >>> beforehand.Model.from_bytes(model.to_bytes()) == model
        True
    """

    __slots__ = ("_columns", "_native")

    def __init__(self) -> None:
        raise TypeError("a Model comes from beforehand.fit, Model.load or Model.from_bytes")

    @classmethod
    def _of(cls, made: native.Model, columns: Columns | None = None) -> Model:
        model = object.__new__(cls)
        model._native, model._columns = made, columns
        return model

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Reads a model file, whatever language wrote it.

        Raises:
            IncompatibleModelError: the file is no model, is damaged, or comes from a version that cannot be read.
            IoError: the file cannot be read.
        """
        return cls._of(native.Model.load(os.fspath(path)))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model file: a few megabytes at most, without any customer's data."""
        self._native.save(os.fspath(path))

    @classmethod
    def from_bytes(cls, data: bytes) -> Model:
        """Reads the bytes of a model file.

        Raises:
            IncompatibleModelError: the bytes are no model, are damaged, or come from a version that cannot be read.
        """
        return cls._of(native.Model.from_bytes(bytes(data)))

    def to_bytes(self) -> bytes:
        """The bytes of the model file."""
        return self._native.to_bytes()

    @property
    def as_of(self) -> datetime:
        """The instant up to which it learned."""
        at: datetime = instant(self._native.as_of)
        return at

    @property
    def time_zone(self) -> str:
        """The IANA time zone of the log it learned from. Rows given to its calls are read in it; a `History` must be, too."""
        zone: str = self._native.time_zone
        return zone

    @property
    def n_customers(self) -> int:
        """How many customers it learned from."""
        return self._native.n_customers

    @property
    def n_events(self) -> int:
        """How many events it learned from."""
        return self._native.n_events

    @property
    def n_units(self) -> int:
        """How many items (or needs) it knows."""
        return self._native.n_units

    @property
    def has_layer(self) -> bool:
        """Whether the log was long enough to train the layer; otherwise the structural forecast answers alone."""
        return self._native.has_layer

    def knows_item(self, item: Id) -> bool:
        """Whether it has seen an item."""
        return self._native.knows_item(item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self._native == other._native

    def __hash__(self) -> int:
        return hash((self._native.as_of, self.n_customers, self.n_events, self.n_units))

    def __copy__(self) -> Model:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Model:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self.to_bytes(), self._columns)

    def __repr__(self) -> str:
        facts = f"{self.n_customers} customers, {self.n_events} events, {self.n_units} items"
        return f"Model(as_of {self._native.as_of_date}, {facts}{'' if self.has_layer else ', without layer'})"

    def _repr_html_(self) -> str:
        names = ("as of", "customers", "events", "items", "layer")
        values = (self._native.as_of_date, self.n_customers, self.n_events, self.n_units, "yes" if self.has_layer else "no")
        return html_table(names, [[str(value) for value in values]])


def _unpickled(data: bytes, columns: Columns | None) -> Model:
    return Model._of(native.Model.from_bytes(data), columns)
