"""Where answers go: tables, pages, numbers."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .._errors import IoError
from .._table import Table
from .._types import Backtest
from .._values import plain
from ._errors import WrongUse
from ._words import in_words


def check_out(out: str, *, is_table: bool) -> None:
    """Refuses a place where an answer cannot go: better now than after a long fit."""
    if not is_table and out == "-" and sys.stdout.isatty():
        raise WrongUse("say where the page goes, such as --out report.html")
    if is_table and out != "-" and not out.lower().endswith((".csv", ".parquet", ".pq")):
        raise WrongUse(f"--out is {out!r}; give a name that ends in .parquet or .csv")
    if out != "-":
        check_directory(out)


def check_directory(path: str) -> None:
    """Refuses the name of a file in a directory that does not exist."""
    if not Path(path).absolute().parent.is_dir():
        raise IoError(f"{path} cannot be written: there is no directory {Path(path).parent}")


def write_table(table: Table, out: str, rows: str, say: Callable[[str], None]) -> None:
    """Writes a table as the name of the file says, or as CSV to standard output; a terminal sees a few rows."""
    if out == "-" and sys.stdout.isatty():
        print(table)
        say("All of it: --out due.parquet, --out due.csv, or a pipe.")
        return
    if out == "-":
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "table.csv"
            table.write_csv(path)
            with path.open(encoding="utf-8", newline="") as file:
                shutil.copyfileobj(file, sys.stdout)
        return
    if out.lower().endswith(".csv"):
        table.write_csv(out)
    else:
        table.write_parquet(out)
    say(f"{table.n_rows} {rows} are in {out}")


def write_page(text: str, out: str, say: Callable[[str], None]) -> None:
    """Writes a page into a file, or to standard output."""
    if out == "-":
        print(text)
        return
    Path(out).write_text(text, encoding="utf-8")
    say(f"The page is in {out}")


def print_numbers(answer: Any, *, as_json: bool) -> None:
    """Prints numbers in words or as JSON."""
    if as_json:
        print(json.dumps(plain(answer, "result"), ensure_ascii=False, indent=2))
    else:
        print(in_words(answer) if isinstance(answer, Backtest) else answer)
