"""Contracts: which of them will be cancelled."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from typing import Any

from .._calls import renewal_fit, renewal_risk
from .._contracts import columns_of
from ._errors import WrongUse
from ._log import on_disk
from ._options import add_option
from ._output import check_out, write_table
from ._parameters import Parameter
from ._terminal import progress

# What the core takes for a contract that was cancelled.
_YES = ("true", "yes", "1", "1.0")


def add_contracts(sub: argparse.ArgumentParser, taken: Sequence[Parameter]) -> None:
    """The options of the command."""
    sub.add_argument("contracts", metavar="FILE",
                     help="contracts that came up for renewal: .csv or .parquet, or - for CSV from standard input")  # fmt: skip
    sub.add_argument("--score", metavar="FILE",
                     help="contracts to tell the risk of; by default those of FILE that were not cancelled")  # fmt: skip
    sub.add_argument("--term", metavar="TEXT",
                     help="the column of --score with the terms each contract has lasted; by default --exit-term's")  # fmt: skip
    sub.add_argument("--out", default="-", metavar="FILE",
                     help="where the table goes: .parquet or .csv; by default CSV to standard output")  # fmt: skip
    sub.add_argument("--delimiter", default=",", metavar="TEXT", help="between two fields of a CSV line; by default ','")
    group = sub.add_argument_group("options of the fit")
    for parameter in taken:
        add_option(group, parameter)
    sub.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")


def run_renewal(given: argparse.Namespace, taken: Sequence[Parameter], rows: str, say: Callable[[str], None]) -> None:
    """Learns from one file, and tells the risks of another, or of what runs on in the first."""
    check_out(given.out, is_table=True)
    options: dict[str, Any] = {p.name: getattr(given, p.name) for p in taken if hasattr(given, p.name)}
    exit_term = options.get("exit_term")
    if given.term is not None and exit_term is None:
        raise WrongUse("--term is given without --exit-term; terms must be known of the contracts that are learned from")
    delimiter = "\t" if given.delimiter in ("\\t", "tab") else given.delimiter
    contracts = _read(given.contracts, "FILE", delimiter)
    running = None if given.score is None else _read(given.score, "--score", delimiter)
    with progress(given) as watch:
        fit = renewal_fit(contracts, progress=watch, **options)
        say(f"{fit.n_renewals:,} renewals, {fit.n_cancelled:,} of them cancelled; features: {', '.join(fit.columns)}")
        for note in fit.notes:
            say(f"note: {note}")
        customer = options.get("customer")
        if running is None:
            customer = customer or _number(contracts)
            running = _running(contracts, options.get("cancelled", "cancelled"))
        term = exit_term if given.term is None else given.term
        risk = renewal_risk(fit.fitted, running, customer=customer, term=term, progress=watch)
    write_table(risk, given.out, rows, say)


def _read(path: str, name: str, delimiter: str) -> dict[str, list[Any]]:
    with on_disk(path, name) as file:
        columns: dict[str, list[Any]] = json.loads(columns_of(file, name, delimiter))
    return columns


def _number(contracts: dict[str, list[Any]]) -> str:
    """Numbers the rows, so that they are known when some are taken out; the name of the column."""
    name = "row"
    while name in contracts:
        name += "'"
    contracts[name] = list(range(len(next(iter(contracts.values())))))
    return name


def _running(contracts: dict[str, list[Any]], cancelled: str) -> dict[str, list[Any]]:
    """The contracts that were not cancelled."""
    keep = [str(value).strip().lower() not in _YES for value in contracts[cancelled]]
    return {name: [value for value, kept in zip(values, keep, strict=True) if kept] for name, values in contracts.items()}
