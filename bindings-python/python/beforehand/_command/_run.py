"""What a command does."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .._calls import fit
from .._model import Model
from ._commands import COMMANDS
from ._log import read_log
from ._output import check_directory, check_out, print_numbers, write_page, write_table
from ._parameters import Parameter
from ._renewal import run_renewal
from ._terminal import progress, say, silent


def run(given: argparse.Namespace, taken: Sequence[Parameter]) -> None:
    """Reads the log, calls the function of the command with the `taken` parameters that are given, and writes the answer."""
    command = COMMANDS[given.command]
    if command.answer == "model":
        check_directory(given.model)
    if command.answer in ("table", "page"):
        check_out(given.out, is_table=command.answer == "table")
    tell = silent if given.quiet else say
    if command.answer == "contracts":
        run_renewal(given, taken, command.rows, tell)
        return
    options = {p.name: getattr(given, p.name) for p in taken if hasattr(given, p.name)}
    # Before the log, for a slip here should not wait for a long one.
    model = Model.load(given.model) if command.asks_a_model and given.model is not None else None
    history = read_log(given, tell)
    with progress(given) as watch:
        common: dict[str, Any] = {"as_of": given.as_of, "progress": watch}
        if command.asks_a_model:
            model = fit(history, **common) if model is None else model
            answer = command.call(model, history, **common, **options)
        else:
            answer = command.call(history, **common, **options)
    match command.answer:
        case "model":
            answer.save(given.model)
            tell(f"{answer!r} is in {given.model}, {Path(given.model).stat().st_size / 1e6:.1f} MB")
        case "table":
            write_table(answer, given.out, command.rows, tell)
        case "numbers":
            print_numbers(answer, as_json=given.json)
        case "page":
            write_page(answer, given.out, tell)
