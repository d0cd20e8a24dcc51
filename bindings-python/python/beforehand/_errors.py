"""One exception per error code; all are an `Error`.

Written by `make gen` from the definitions in the Rust core: change those, not this file.
"""

from __future__ import annotations

class Error(Exception):
    """Whatever goes wrong in this package: the message says what was given, what is allowed, and what to do."""

    code: str = "internal"
    """The stable name of what went wrong, the same in all languages."""
    field: str | None
    """The option or column it is about, by the name the caller gave it."""
    row: int | None
    """The row of the input it is about, counted from zero."""

    def __init__(self, message: str = "", field: str | None = None, row: int | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.row = row

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[type[Error], tuple[str, str | None, int | None]]:
        return type(self), (str(self), self.field, self.row)


class InvalidOptionsError(Error, ValueError):
    """An option is out of range or contradicts another one."""

    code = "invalid_options"


class InvalidDataError(Error, ValueError):
    """The input holds something that cannot be read as what it should be."""

    code = "invalid_data"


class EmptyDataError(Error, ValueError):
    """There is nothing to work on: no row, or none that could be kept."""

    code = "empty_data"


class UnknownCustomerError(Error, KeyError):
    """The history holds no customer of that id."""

    code = "unknown_customer"


class NotConvergedError(Error, RuntimeError):
    """An estimate did not settle; the message says what to change."""

    code = "not_converged"


class IncompatibleModelError(Error, ValueError):
    """The bytes are no model of this library, or of a version it cannot read."""

    code = "incompatible_model"


class IoError(Error, OSError):
    """A file could not be read or written."""

    code = "io"


class CancelledError(Error, RuntimeError):
    """The caller asked for the work to stop."""

    code = "cancelled"


class InternalError(Error, RuntimeError):
    """A defect of the library itself; please report it."""

    code = "internal"


BY_CODE: dict[str, type[Error]] = {
    "invalid_options": InvalidOptionsError,
    "invalid_data": InvalidDataError,
    "empty_data": EmptyDataError,
    "unknown_customer": UnknownCustomerError,
    "not_converged": NotConvergedError,
    "incompatible_model": IncompatibleModelError,
    "io": IoError,
    "cancelled": CancelledError,
    "internal": InternalError,
}


def error(code: str, message: str, field: str | None, row: int | None) -> Error:
    """The exception for an error of the core."""
    return BY_CODE.get(code, Error)(message, field, row)


__all__ = [
    "Error",
    "InvalidOptionsError",
    "InvalidDataError",
    "EmptyDataError",
    "UnknownCustomerError",
    "NotConvergedError",
    "IncompatibleModelError",
    "IoError",
    "CancelledError",
    "InternalError",
]
