"""The options of every command."""

from __future__ import annotations

import argparse
import inspect
from typing import Any

from .._history import History
from .._native import __version__
from ._commands import COMMANDS, Command
from ._log import add_columns
from ._options import add_option
from ._parameters import Parameter, parameters
from ._renewal import add_contracts

EXAMPLES = """\
A log is a CSV or Parquet file with one row per order line: who, when, what.

example: orders.csv has the columns user_id, paid_at and sku
  beforehand audit orders.csv --as-of 2026-01-31 --customer-column user_id --time-column paid_at --item-column sku
  beforehand fit orders.csv --as-of 2026-01-31 --model shop.model --customer-column user_id ...
  beforehand forecast orders.csv --model shop.model --as-of 2026-01-31 --out due.parquet --customer-column user_id ...
  beforehand churn orders.csv --model shop.model --as-of 2026-01-31 --out risk.parquet --customer-column user_id ...
  beforehand decline logins.csv --as-of 2026-01-31 --out alarms.parquet --customer-column user_id ...
  beforehand renewal contracts.csv --cancelled churned --customer team --score running.csv --out risk.csv
  beforehand decide orders.csv --policy policy.json --as-of 2026-01-31 --out todo.parquet --customer-column user_id ...
  beforehand report orders.csv --model shop.model --as-of 2026-01-31 --out report.html --customer-column user_id ...
No --...-column is needed where columns are named customer, at, item, quantity, amount, kind, order.

`beforehand COMMAND --help` explains each. Results go to standard output (or --out), everything else to standard error;
the exit code is 0 when all is well, 1 for a failure, 2 for a wrong use."""

_USAGES = {"model": " --model FILE", "table": " [--out FILE]", "page": " [--out FILE]", "numbers": " [--json]"}


def parser_of_all() -> tuple[argparse.ArgumentParser, dict[str, list[Parameter]]]:
    """The parser, and which parameters of its function each command takes."""
    raw = argparse.RawDescriptionHelpFormatter
    about = "Tells what each customer will need before the customer asks."
    parser = argparse.ArgumentParser("beforehand", description=about, epilog=EXAMPLES, formatter_class=raw, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"beforehand {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    taken = {}
    for name, command in COMMANDS.items():
        taken[name] = parameters(command.call)
        doc = (inspect.getdoc(command.call) or "").split("\n\nArgs:")[0].replace("`as_of`", "--as-of").replace("`data`", "LOG")
        if command.answer == "contracts":
            sub = commands.add_parser(name, formatter_class=raw, allow_abbrev=False, help=command.short, description=doc,
                                      epilog=command.examples)  # fmt: skip
            add_contracts(sub, taken[name])
            continue
        needed = "".join(f" {parameter.flag} FILE" for parameter in taken[name] if parameter.is_required)
        model = " [--model FILE]" if command.asks_a_model else ""
        usage = f"beforehand {name} LOG --as-of DATE{needed}{model}{_USAGES[command.answer]} [options]"
        texts: dict[str, Any] = {"help": command.short, "description": doc, "epilog": command.examples, "usage": usage}
        sub = commands.add_parser(name, formatter_class=raw, allow_abbrev=False, **texts)
        sub.add_argument("log", metavar="LOG", help="the order log: a .csv or .parquet file, or - for CSV from standard input")
        sub.add_argument("--as-of", required=True, metavar="DATE",
                         help="the instant up to which the log is known, such as 2026-01-31")  # fmt: skip
        _add_files(sub, command)
        group = sub.add_argument_group(f"options of {name}")
        for parameter in taken[name]:
            add_option(group, parameter)
        add_columns(sub)
        reading = sub.add_argument_group("how the log is read")
        for parameter in parameters(History):
            if parameter.name not in {p.name for p in taken[name]}:
                add_option(reading, parameter)
        sub.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    return parser, taken


def _add_files(sub: argparse.ArgumentParser, command: Command) -> None:
    if command.answer == "model":
        sub.add_argument("--model", required=True, metavar="FILE", help="where the model goes")
    if command.asks_a_model:
        sub.add_argument("--model", metavar="FILE", help="a model that `beforehand fit` made; by default one is fitted on LOG")
    if command.answer == "table":
        sub.add_argument("--out", default="-", metavar="FILE",
                         help="where the table goes: .parquet or .csv; by default CSV to standard output")  # fmt: skip
    if command.answer == "page":
        sub.add_argument("--out", default="-", metavar="FILE", help="where the page goes; by default to standard output")
    if command.answer == "numbers":
        sub.add_argument("--json", action="store_true", help="print all numbers as JSON")
