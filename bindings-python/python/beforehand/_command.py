"""The command `beforehand`: fit, forecast, churn, backtest, audit and report on CSV and Parquet files.

Its options are the parameters of the functions it calls, with their types, defaults and documentation: a new parameter
of `fit` is an option of the command by itself.
"""

from __future__ import annotations

import argparse
import csv
import inspect
import json
import os
import re
import shutil
import sys
import tempfile
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from . import _types
from ._calls import audit, backtest, fit
from ._errors import Error, InvalidOptionsError, IoError
from ._history import _NAMES, History
from ._model import Model
from ._native import __version__
from ._table import Table
from ._types import Backtest
from ._values import plain

# What the command gives itself.
_OWN = ("self", "data", "columns", "progress", "as_of")
_WRONG_USE, _FAILED, _INTERRUPTED = 2, 1, 130

_EXAMPLE = """\
A log is a CSV or Parquet file with one row per order line: who, when, what.

example: orders.csv has the columns user_id, paid_at and sku
  beforehand audit orders.csv --as-of 2026-01-31 --customer-column user_id --time-column paid_at --item-column sku
  beforehand fit orders.csv --as-of 2026-01-31 --model shop.model --customer-column user_id ...
  beforehand forecast orders.csv --model shop.model --as-of 2026-01-31 --out due.parquet --customer-column user_id ...
  beforehand churn orders.csv --model shop.model --as-of 2026-01-31 --out risk.parquet --customer-column user_id ...
  beforehand report orders.csv --model shop.model --as-of 2026-01-31 --out report.html --customer-column user_id ...
No --...-column is needed where columns are named customer, at, item, quantity, amount, kind, order.

`beforehand COMMAND --help` explains each. Results go to standard output (or --out), everything else to standard error;
the exit code is 0 when all is well, 1 for a failure, 2 for a wrong use."""

# What the columns of a log hold.
_HELD = {
    "customer": "who bought: texts or whole numbers",
    "time": "when: instants, dates, texts such as 2026-01-31, or whole numbers with --time-unit",
    "item": "what: texts or whole numbers",
    "quantity": "how many units",
    "amount": "the total price",
    "kind": "whether it is a purchase, a return, or about a contact: contact, open, click, held_out, opt_out, opt_in",
    "category": "the category of the item",
    "need": "the need of the item: items of one need replace each other",
    "pack_size": "the content of a unit",
    "order": "the order's identifier",
    "undoes": "the order that a return undoes",
    "channel": "the channel of a contact",
    "offer": "what a contact offered",
    "propensity": "the probability with which a contact or held_out was drawn",
}

_EPILOGS = {
    "fit": """\
example: learn from everything up to the end of January, and keep the model
  beforehand fit orders.parquet --as-of 2026-01-31 --model shop.model
Fit again every week or month; forecasts with an older model keep working on newer logs.""",
    "forecast": """\
example: who runs out of what, and when to remind, as Parquet; then the customers to remind this week, with DuckDB
  beforehand forecast orders.parquet --model shop.model --as-of 2026-02-07 --out due.parquet --horizons 7,28
  duckdb -c "from 'due.parquet' where remind_at < '2026-02-14' order by prob_within_28_days desc limit 20"
example: as CSV into a pipe, with one model fitted on the spot
  beforehand forecast orders.csv --as-of 2026-02-07 | head""",
    "churn": """\
example: who is about to leave, as Parquet; then the hundred most at risk of those who used to come often, with DuckDB
  beforehand churn orders.parquet --model shop.model --as-of 2026-02-07 --out risk.parquet --horizons 28,84
  duckdb -c "from 'risk.parquet' where n_visits > 5 order by prob_lapse_84_days desc limit 100"
example: as CSV into a pipe, with one model fitted on the spot
  beforehand churn orders.csv --as-of 2026-02-07 | head""",
    "backtest": """\
example: what forecasts made at three earlier dates would have been worth
  beforehand backtest orders.parquet --as-of 2026-01-31
example: its numbers for a script
  beforehand backtest orders.parquet --as-of 2026-01-31 --json | jq .all.log_loss""",
    "audit": """\
example: what the log can carry, before anything is fitted
  beforehand audit orders.parquet --as-of 2026-01-31""",
    "report": """\
example: one page to show around: the audit, a backtest, timelines, and the reminders due
  beforehand report orders.parquet --model shop.model --as-of 2026-01-31 --out report.html
With --item-names items.csv (two columns: identifier, name) items appear by name.""",
}


_USAGES = {
    "fit": " --model FILE",
    "forecast": " [--model FILE] [--out FILE]",
    "churn": " [--model FILE] [--out FILE]",
    "report": " [--model FILE] [--out FILE]",
    "backtest": " [--json]",
    "audit": " [--json]",
}


class Parameter(NamedTuple):
    """A parameter of a function as an option of the command."""

    name: str
    type: Any
    default: Any
    doc: str

    @property
    def flag(self) -> str:
        """`lead_days` as `--lead-days`."""
        return "--" + self.name.replace("_", "-")


class WrongUse(Exception):
    """What the command cannot make sense of."""


def parameters(function: Callable[..., Any]) -> list[Parameter]:
    """The parameters of a function that become options, with their documentation."""
    # The modules of the functions know the types of options for type checkers only.
    names = {**vars(_types), **vars(sys.modules[function.__module__])}
    docs = _documented(inspect.getdoc(function) or "")
    found = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in _OWN:
            annotation = parameter.annotation
            kind = eval(annotation, names) if isinstance(annotation, str) else annotation
            found.append(Parameter(name, kind, parameter.default, docs.get(name, "")))
    return found


def _documented(text: str) -> dict[str, str]:
    """What the `Args:` of a docstring say."""
    block = re.search(r"^Args:\n((?:    .*\n|\n)+)", text + "\n", re.MULTILINE)
    docs: dict[str, str] = {}
    name = ""
    for line in block.group(1).splitlines() if block else ():
        start = re.match(r"    (\w+): (.*)", line)
        if start:
            name, docs[start.group(1)] = start.group(1), start.group(2)
        elif name and line.strip():
            docs[name] += " " + line.strip()
    return docs


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers; give such as 7,28") from None


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


def _add(group: Any, parameter: Parameter) -> None:
    """Adds the option of a parameter."""
    kind, doc = parameter.type, parameter.doc
    options = [arg for arg in typing.get_args(kind) if arg is not type(None)]
    if typing.get_origin(kind) not in (Literal, Sequence) and len(options) == 1:
        kind = options[0]
    how: dict[str, Any] = {"dest": parameter.name, "default": argparse.SUPPRESS}
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
    elif kind == Sequence[float]:
        how.update(type=_numbers, metavar="N,N,...")
        doc += " Separated by commas."
        if parameter.name.endswith("_days"):
            flags.append(parameter.flag.removesuffix("-days"))
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


def _parser() -> tuple[argparse.ArgumentParser, dict[str, list[Parameter]]]:
    raw = argparse.RawDescriptionHelpFormatter
    about = "Tells what each customer will need before the customer asks."
    parser = argparse.ArgumentParser("beforehand", description=about, epilog=_EXAMPLE, formatter_class=raw, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"beforehand {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    calls: dict[str, tuple[str, Callable[..., Any]]] = {
        "fit": ("learn from a log, and save the model", fit),
        "forecast": ("when each customer will need each item again", Model.replenishment),
        "churn": ("who is about to leave: P(lapse) of every customer", Model.lapse),
        "backtest": ("what forecasts of earlier dates would have been worth", backtest),
        "audit": ("what a log can carry, and what is missing", audit),
        "report": ("one HTML page to look at", Model.report),
    }
    taken = {}
    for name, (short, function) in calls.items():
        doc = (inspect.getdoc(function) or "").split("\n\nArgs:")[0].replace("`as_of`", "--as-of")
        usage = f"beforehand {name} LOG --as-of DATE{_USAGES.get(name, '')} [options]"
        texts: dict[str, Any] = {"help": short, "description": doc, "epilog": _EPILOGS[name], "usage": usage}
        sub = commands.add_parser(name, formatter_class=raw, allow_abbrev=False, **texts)
        sub.add_argument("log", metavar="LOG", help="the order log: a .csv or .parquet file, or - for CSV from standard input")
        sub.add_argument("--as-of", required=True, metavar="DATE",
                         help="the instant up to which the log is known, such as 2026-01-31")  # fmt: skip
        _add_files(sub, name)
        taken[name] = parameters(function)
        group = sub.add_argument_group("options of the " + name)
        for parameter in taken[name]:
            _add(group, parameter)
        _add_log(sub, taken[name])
        sub.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    return parser, taken


def _add_files(sub: argparse.ArgumentParser, name: str) -> None:
    if name == "fit":
        sub.add_argument("--model", required=True, metavar="FILE", help="where the model goes")
    if name in ("forecast", "churn", "report"):
        sub.add_argument("--model", metavar="FILE", help="a model that `beforehand fit` made; by default one is fitted on LOG")
    if name in ("forecast", "churn"):
        sub.add_argument("--out", default="-", metavar="FILE",
                         help="where the table goes: .parquet or .csv; by default CSV to standard output")  # fmt: skip
    if name == "report":
        sub.add_argument("--out", default="-", metavar="FILE", help="where the page goes; by default to standard output")
    if name in ("backtest", "audit"):
        sub.add_argument("--json", action="store_true", help="print all numbers as JSON")


def _add_log(sub: argparse.ArgumentParser, taken: Sequence[Parameter]) -> None:
    """Which column holds what, and how the log is read."""
    columns = sub.add_argument_group("columns of the log, of which customer, time and item are needed")
    for what, name in _NAMES.items():
        doc = f"the column with {_HELD.get(what, what)}; by default {name!r}"
        if what not in ("customer", "time", "item"):
            doc += "; '' for none"
        columns.add_argument(f"--{what.replace('_', '-')}-column", dest=f"column {what}", metavar="NAME", help=doc)
    reading = sub.add_argument_group("how the log is read")
    for parameter in parameters(History):
        if parameter.name not in {p.name for p in taken}:
            _add(reading, parameter)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the exit code is 0, 1 for a failure, 2 for a wrong use."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parser, taken = _parser()
    if not (sys.argv[1:] if arguments is None else arguments):
        parser.print_help(sys.stderr)
        return _WRONG_USE
    given = parser.parse_args(arguments)
    options = [p.name for p in (*taken[given.command], *parameters(History))]
    try:
        _run(given, taken[given.command])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has read enough; what is left must not be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _complain(given, "interrupted", _INTERRUPTED)
    except (WrongUse, InvalidOptionsError) as e:
        return _complain(given, f"{_as_options(str(e), options)}\nSee: beforehand {given.command} --help", _WRONG_USE)
    except (Error, OSError, ImportError) as e:
        return _complain(given, _as_options(str(e), options), _FAILED)
    return 0


def _complain(given: argparse.Namespace, message: str, code: int) -> int:
    print(f"beforehand {given.command}: {message}", file=sys.stderr)
    return code


def _as_options(message: str, options: Iterable[str]) -> str:
    """A message of the package in the words of the command."""
    message = re.sub(r"read (?:them|the log) (?:first: |with )?History\(.*?(\w+)=(\S+)\)", r"give --\1 \2", message)
    message = re.sub(r'columns=\{"(\w+)": "\.\.\."\}', lambda m: f"--{m.group(1).replace('_', '-')}-column", message)
    for name in sorted({"as_of", *options}, key=len, reverse=True):
        # Words that are also plain English stay as they are.
        if "_" in name:
            message = re.sub(rf"(?<![\w-])(?:options\.)?{name}(?!\w)", "--" + name.replace("_", "-"), message)
    return message


def _run(given: argparse.Namespace, taken: Sequence[Parameter]) -> None:
    out: str | None = getattr(given, "out", None)
    if given.command == "report" and out == "-" and sys.stdout.isatty():
        raise WrongUse("say where the page goes, such as --out report.html")
    if given.command in ("forecast", "churn") and out and out != "-" and not out.lower().endswith((".csv", ".parquet", ".pq")):
        raise WrongUse(f"--out is {out!r}; give a name that ends in .parquet or .csv")
    for path in (out, given.model if given.command == "fit" else None):
        # Better now than after a long fit.
        if path not in (None, "-") and not Path(path).absolute().parent.is_dir():
            raise IoError(f"{path} cannot be written: there is no directory {Path(path).parent}")
    say = _silent if given.quiet else _say
    options = {p.name: getattr(given, p.name) for p in taken if hasattr(given, p.name)}
    path = getattr(given, "model", None)
    model = Model.load(path) if path is not None and given.command != "fit" else None
    history = _history_of(given, say)
    _note_gap(history, given.as_of, say)
    with _progress(given) as progress:
        common: dict[str, Any] = {"as_of": given.as_of, "progress": progress}
        if given.command in ("forecast", "churn", "report") and model is None:
            model = fit(history, **common)
        match given.command:
            case "fit":
                model = fit(history, **common, **options)
                model.save(given.model)
                size = Path(given.model).stat().st_size
                say(f"{model!r} is in {given.model}, {size / 1e6:.1f} MB")
            case "forecast":
                assert model is not None
                _write_table(model.replenishment(history, **common, **options), given.out, "forecasts", say)
            case "churn":
                assert model is not None
                _write_table(model.lapse(history, **common, **options), given.out, "customers", say)
            case "backtest":
                tested = backtest(history, **common, **options)
                print(_json(tested) if given.json else _words(tested))
            case "audit":
                audited = audit(history, **common, **options)
                print(_json(audited) if given.json else audited)
            case _:
                assert model is not None
                _write_text(model.report(history, **common, **options), given.out, say)


def _history_of(given: argparse.Namespace, say: Callable[[str], None]) -> History:
    prefix = "column "
    columns = {name.removeprefix(prefix): value for name, value in vars(given).items() if name.startswith(prefix)}
    columns = {what: name or None for what, name in columns.items() if name is not None}
    options = {p.name: getattr(given, p.name) for p in parameters(History) if hasattr(given, p.name)}
    if options.get("delimiter") in ("\\t", "tab"):
        options["delimiter"] = "\t"
    if given.log != "-":
        return _told(History(given.log, columns=columns, **options), say)
    if sys.stdin is None or sys.stdin.isatty():
        raise WrongUse("LOG is -, but nothing is piped in; give a file, or `... | beforehand`")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "standard input.csv"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        return _told(History(path, columns=columns, **options), say)


def _note_gap(history: History, as_of: str, say: Callable[[str], None]) -> None:
    """Says so when the log ends long before the day of the forecast, for then everyone looks overdue."""
    try:
        day = datetime.fromisoformat(as_of)
    except ValueError:
        return  # The core says what is wrong with it.
    gap = (day if day.tzinfo else day.replace(tzinfo=UTC)) - history.last_at
    if gap.days > 30 and history.n_events:
        say(f"note: the log ends {history.last_at.date()}, {gap.days:,} days before --as-of")


def _told(history: History, say: Callable[[str], None]) -> History:
    say(str(history.report))
    return history


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _silent(text: str) -> None:
    """Keeps quiet."""


@contextmanager
def _progress(given: argparse.Namespace) -> Iterator[Any]:
    """A bar on a terminal; it leaves no trace."""
    if given.quiet or not sys.stderr.isatty():
        yield False
        return
    width = 30

    def show(stage: str, share: float) -> None:
        done = round(width * min(1.0, max(0.0, share)))
        bar = "#" * done + "." * (width - done)
        print(f"\r\033[K{100 * share:3.0f} % [{bar}] {stage.replace('_', ' ')}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _write_table(table: Table, out: str, of: str, say: Callable[[str], None]) -> None:
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
    say(f"{table.n_rows} {of} are in {out}")


def _write_text(text: str, out: str, say: Callable[[str], None]) -> None:
    if out == "-":
        print(text)
        return
    Path(out).write_text(text, encoding="utf-8")
    say(f"The page is in {out}")


def _json(value: Any) -> str:
    return json.dumps(plain(value, "result"), ensure_ascii=False, indent=2)


def _words(test: Backtest) -> str:
    """A backtest in words."""
    dates = ", ".join(str(at.date()) for at in test.cutoffs)
    within = f"within {test.horizon_days:g} days"
    lines = [f"Backtest at {dates}; {test.all.n_forecasts:,} forecasts of purchases {within}", ""]
    lines.append(f"{'':<28}{'log-loss':>10}{'base rate':>11}{'gain':>8}{'forecast':>10}{'bought':>8}{'calibration error':>19}")
    rows = [
        ("all pairs", test.all),
        ("bought twice or more", test.repeated),
        ("all pairs, without layer", test.structure),
    ]
    for name, scores in rows:
        if scores is not None:
            gain = "-" if scores.log_loss_skill is None else f"{100 * scores.log_loss_skill:.1f} %"
            lines.append(
                f"{name:<28}{scores.log_loss:>10.4f}{scores.log_loss_base:>11.4f}{gain:>8}"
                f"{100 * scores.mean_prob:>8.2f} %{100 * scores.base_rate:>6.2f} %{scores.ece:>19.4f}"
            )
    lines.append("")
    if test.coverage is not None and test.coverage.share is not None:
        level, share = 100 * test.coverage.level, 100 * test.coverage.share
        lines.append(f"The {level:.0f} % interval of the run-out date held {share:.1f} % of the purchases.")
    if test.reminders is None or not test.reminders.points:
        lines.append("No reminder could be judged: the log ends too early, or none was due.")
    else:
        options = test.reminders.options
        lines.append(f"Reminders of run-outs within {options.horizon_days:g} days, right to ±{options.tolerance_days:g} days:")
        lines.append(f"{'P at least':>12}{'reminders':>12}{'precision':>12}{'recall':>10}")
        points = test.reminders.points
        for point in points[:: max(1, len(points) // 6)]:
            recall = "-" if point.recall is None else f"{100 * point.recall:.1f} %"
            lines.append(f"{point.prob_threshold:>12.2f}{point.n_reminders:>12,}{100 * point.precision:>10.1f} %{recall:>10}")
    return "\n".join(lines)
