"""A parameter as an option: how its text is read, and what the help says of it."""

from __future__ import annotations

import argparse
import csv
import json
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ._parameters import Parameter


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers; give such as 7,28") from None


def _counts(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of whole numbers; give such as 3,12") from None


def _count(text: str) -> int:
    try:
        return int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None


def _names(path: str) -> dict[str, str]:
    """A mapping from a JSON file, or the first two columns of a CSV file."""
    if path.lower().endswith(".csv"):
        try:
            with open(path, newline="", encoding="utf-8-sig") as file:
                rows = [row for row in csv.reader(file) if row]
        except (OSError, UnicodeDecodeError) as e:
            raise argparse.ArgumentTypeError(_cannot_read(path, e)) from None
        if any(len(row) < 2 for row in rows):
            raise argparse.ArgumentTypeError(f"{path} has a line of one column; give two: identifier, name")
        return {row[0]: row[1] for row in rows[1:]}
    value = _structure(path)
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f"{path} holds no mapping; give a JSON object or a CSV file of two columns")
    return {str(name): str(text) for name, text in value.items()}


def _structure(text: str) -> Any:
    """JSON, or a file of it."""
    source = text
    if not text.lstrip().startswith(("{", "[")):
        try:
            source = Path(text).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as e:
            raise argparse.ArgumentTypeError(_cannot_read(text, e)) from None
    try:
        return json.loads(source)
    except ValueError as e:
        raise argparse.ArgumentTypeError(f"{text:.60} is no JSON: {e}") from None


def _cannot_read(path: str, e: Exception) -> str:
    return f"{path} cannot be read: {e.strerror if isinstance(e, OSError) else 'it is no UTF-8 text; give CSV or JSON'}"


def add_option(group: Any, parameter: Parameter) -> None:
    """Adds the option of a parameter."""
    kind, doc = parameter.type, parameter.doc
    options = [arg for arg in typing.get_args(kind) if arg is not type(None)]
    if typing.get_origin(kind) not in (Literal, Sequence) and len(options) == 1:
        kind = options[0]
    how: dict[str, Any] = {"dest": parameter.name, "default": argparse.SUPPRESS, "required": parameter.is_required}
    flags = [parameter.flag]
    if kind is bool:
        how["action"] = argparse.BooleanOptionalAction
    elif typing.get_origin(kind) is Literal:
        how["choices"] = typing.get_args(kind)
        how["metavar"] = "|".join(typing.get_args(kind))
    elif kind in (int, float):
        how.update(type=_count if kind is int else _number, metavar="N")
    elif kind is str:
        how["metavar"] = "TEXT"
    elif kind in (Sequence[float], Sequence[int]):
        how.update(type=_numbers if kind == Sequence[float] else _counts, metavar="N,N,...")
        doc += " Separated by commas."
        if parameter.name.endswith(("_days", "_terms")):
            flags.append(parameter.flag.rpartition("-")[0])
    elif kind == Sequence[str]:
        how.update(action="append", metavar="TEXT")
        doc += " May be given several times."
    elif kind == Mapping[str, str]:
        how.update(type=_names, metavar="FILE")
        doc += " A CSV file whose first two columns are identifier and name, or a JSON file of an object."
    else:
        how.update(type=_structure, metavar="JSON")
        doc += " As JSON, or the name of a file of it."
    default = parameter.default
    if isinstance(default, (int, float, str)) and not isinstance(default, bool) and "default" not in doc.lower():
        doc += (
            f" Default: {default:g}."
            if isinstance(default, (int, float))
            else f" Default: {default if default.isalnum() or '_' in default else repr(default)}."
        )
    group.add_argument(*flags, help=doc.replace("%", "%%"), **how)
