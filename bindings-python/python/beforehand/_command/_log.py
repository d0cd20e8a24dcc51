"""The log: which column holds what, and how it is read."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .._errors import InvalidDataError
from .._history import _NAMES, History
from ._errors import WrongUse
from ._parameters import parameters

# What the columns of a log hold.
_HELD = {
    "customer": "who bought: texts or whole numbers",
    "time": "when: instants, dates, texts such as 2026-01-31, or whole numbers with --time-unit",
    "item": "what: texts or whole numbers",
    "quantity": "how many units",
    "amount": "the total price",
    "kind": "whether it is a purchase, a return, or about a contact: contact, open, click, held_out, opt_out, opt_in, approved, "
    "edited, refused",
    "category": "the category of the item",
    "need": "the need of the item: items of one need replace each other",
    "pack_size": "the content of a unit",
    "order": "the order's identifier",
    "undoes": "the order that a return undoes",
    "channel": "the channel of a contact",
    "offer": "what a contact offered",
    "propensity": "the probability with which a contact or held_out was drawn",
}

# What the options of columns are called in the parsed arguments.
_COLUMN = "column "


def add_columns(sub: argparse.ArgumentParser) -> None:
    """Options for which column holds what."""
    columns = sub.add_argument_group("columns of the log, of which customer, time and item are needed")
    for what, name in _NAMES.items():
        doc = f"the column with {_HELD.get(what, what)}; by default {name!r}"
        if what not in ("customer", "time", "item"):
            doc += "; '' for none"
        columns.add_argument(f"--{what.replace('_', '-')}-column", dest=_COLUMN + what, metavar="NAME", help=doc)


def read_log(given: argparse.Namespace, say: Callable[[str], None]) -> History:
    """The log, with a word on what was read, and on what looks odd."""
    columns = {name.removeprefix(_COLUMN): value for name, value in vars(given).items() if name.startswith(_COLUMN)}
    columns = {what: name or None for what, name in columns.items() if name is not None}
    options = {p.name: getattr(given, p.name) for p in parameters(History) if hasattr(given, p.name)}
    if options.get("delimiter") in ("\\t", "tab"):
        options["delimiter"] = "\t"
    with on_disk(given.log, "LOG") as path:
        history = History(path, columns=columns, **options)
    say(str(history.report))
    _note_gap(history, given.as_of, say)
    return history


@contextmanager
def on_disk(path: str, name: str) -> Iterator[str | Path]:
    """A file, or standard input as one; `name` is what the command calls it."""
    if path != "-":
        yield path
        return
    if sys.stdin is None or sys.stdin.isatty():
        raise WrongUse(f"{name} is -, but nothing is piped in; give a file, or `... | beforehand`")
    with tempfile.TemporaryDirectory() as place:
        piped = Path(place) / "standard input.csv"
        with piped.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield piped


def _note_gap(history: History, as_of: str, say: Callable[[str], None]) -> None:
    """Says so when the log ends long before the day of the forecast, for then everyone looks overdue."""
    try:
        gap = history._instant(as_of) - history.last_at
    except InvalidDataError:
        return  # The call says what is wrong with it.
    dates = history._native.dates()
    if gap.days > 30 and dates:
        say(f"note: the log ends {dates[1]}, {gap.days:,} days before --as-of")
