"""The command, as people run it."""

from __future__ import annotations

import csv
import inspect
import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import beforehand
import pytest
from beforehand._command import _commands, _parser, main
from beforehand._command._parameters import parameters
from conftest import AS_OF


def run(*arguments: str | Path, cwd: Path | None = None, **how: Any) -> subprocess.CompletedProcess[str]:
    """Runs the command."""
    command = [sys.executable, "-m", "beforehand", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONWARNINGS": "error"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=300, **how)


def ok(*arguments: str | Path, **how: Any) -> str:
    """What it prints when all is well."""
    done = run(*arguments, **how)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(code: int, *arguments: str | Path, **how: Any) -> str:
    """What it complains of."""
    done = run(*arguments, **how)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def model_path(shop_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "shop.model"
    done = run("fit", shop_path, "--as-of", AS_OF, "--model", path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "", "standard output is for results"
    assert "6379 rows read" in done.stderr
    assert f"Model(as_of {AS_OF}, 160 customers" in done.stderr
    return path


@pytest.fixture
def renamed(shop_rows: list[dict[str, str]], tmp_path: Path) -> Path:
    """The log with other names."""
    path = tmp_path / "renamed.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user_id", "paid_at", "sku"])
        writer.writerows([row["customer"], row["at"], row["item"]] for row in shop_rows)
    return path


def test_fit_saves_the_model_of_the_function(model_path: Path, model: beforehand.Model) -> None:
    assert beforehand.Model.load(model_path) == model


def test_forecast_writes_the_table_of_the_method(
    model_path: Path, shop_path: Path, tmp_path: Path, model: beforehand.Model, history: beforehand.History
) -> None:
    due = model.replenishment(history, as_of=AS_OF, horizons_days=[7, 14], lead_days=3)
    arguments = ["forecast", shop_path, "--model", model_path, "--as-of", AS_OF, "--horizons", "7,14", "--lead-days", "3"]
    due.write_csv(tmp_path / "expected.csv")
    expected = (tmp_path / "expected.csv").read_text()
    assert ok(*arguments) == expected
    ok(*arguments, "--out", tmp_path / "due.csv")
    assert (tmp_path / "due.csv").read_text() == expected
    ok(*arguments, "--out", tmp_path / "due.parquet")
    parquet = pytest.importorskip("pyarrow.parquet")
    assert parquet.read_table(tmp_path / "due.parquet").to_pylist() == due.to_arrow().to_pylist()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["due.csv", "due.parquet", "expected.csv"]


def test_churn_writes_the_table_of_the_method(
    model_path: Path, shop_path: Path, tmp_path: Path, model: beforehand.Model, history: beforehand.History
) -> None:
    risk = model.lapse(history, as_of=AS_OF, horizons_days=[28, 84])
    risk.write_csv(tmp_path / "expected.csv")
    expected = (tmp_path / "expected.csv").read_text()
    arguments = ["churn", shop_path, "--model", model_path, "--as-of", AS_OF, "--horizons", "28,84"]
    assert ok(*arguments) == expected
    assert ok("churn", shop_path, "--as-of", AS_OF, "--horizons", "28,84") == expected, "without a model one is fitted"
    done = run(*arguments, "--out", tmp_path / "risk.parquet")
    assert "160 customers are in" in done.stderr
    parquet = pytest.importorskip("pyarrow.parquet")
    assert parquet.read_table(tmp_path / "risk.parquet").to_pylist() == risk.to_arrow().to_pylist()
    assert "--out is" in refused(2, *arguments, "--out", tmp_path / "risk.xls")


def test_decline_and_btyd_need_no_model(shop_path: Path, tmp_path: Path, history: beforehand.History) -> None:
    """Tables of functions, not of a model's methods."""
    # Healthy customers alarm now and then: here as often as can be asked for.
    alarms = beforehand.decline(history, as_of=AS_OF, period_days=14, false_alarms_per_year=0.5)
    buying = beforehand.btyd_customers(history, as_of=AS_OF, horizons_days=[91], prob_counts=[0, 1], family="bg_nbd")
    assert alarms.n_rows > 0 and buying.n_rows == 160
    for table, arguments in [
        (alarms, ["decline", shop_path, "--period-days", "14", "--false-alarms-per-year", "0.5"]),
        (buying, ["btyd", shop_path, "--horizons", "91", "--prob-counts", "0,1", "--family", "bg_nbd"]),
    ]:
        table.write_csv(tmp_path / "expected.csv")
        assert ok(*arguments, "--as-of", AS_OF) == (tmp_path / "expected.csv").read_text()
        assert "unrecognized arguments: --model" in refused(2, *arguments, "--as-of", AS_OF, "--model", "shop.model")


POLICY = {
    "margin_share": 0.35,
    "order_value": 30,
    "offers": [{"name": "reminder", "prob_win_back": 0.2}, {"name": "ten_off", "prob_win_back": 0.45, "discount_share": 0.1}],
    "channels": [{"name": "app", "cost": 0.05}],
}


def test_decide_writes_the_table_of_the_method(
    model_path: Path, shop_path: Path, tmp_path: Path, model: beforehand.Model, history: beforehand.History
) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps(POLICY))
    decisions = model.decide(history, as_of=AS_OF, policy=POLICY)  # type: ignore[arg-type]
    decisions.write_csv(tmp_path / "expected.csv")
    expected = (tmp_path / "expected.csv").read_text()
    assert "contact" in expected
    arguments = ["decide", shop_path, "--policy", policy, "--as-of", AS_OF]
    assert ok(*arguments, "--model", model_path) == expected
    assert ok(*arguments) == expected, "without a model one is fitted"
    assert ok(*arguments[:3], json.dumps(POLICY), *arguments[4:]) == expected, "a policy may be given as it is"
    done = run(*arguments, "--model", model_path, "--out", tmp_path / "todo.parquet")
    assert "160 customers are in" in done.stderr
    parquet = pytest.importorskip("pyarrow.parquet")
    assert parquet.read_table(tmp_path / "todo.parquet").to_pylist() == decisions.to_arrow().to_pylist()


def test_decide_reads_the_contacts_of_the_log(model_path: Path, tmp_path: Path) -> None:
    log, policy = tmp_path / "log.csv", tmp_path / "policy.json"
    policy.write_text(json.dumps(POLICY))
    rows = ["who,day,sku,what,way", *(f"x,2025-0{month}-21,coffee,," for month in (5, 6, 7)), "x,2025-08-01,,opt_out,app"]
    names = ["--customer-column", "who", "--time-column", "day", "--item-column", "sku"]
    names += ["--kind-column", "what", "--channel-column", "way"]
    arguments = ["decide", log, "--policy", policy, "--model", model_path, "--as-of", AS_OF, "-q", *names]
    log.write_text("\n".join(rows[:-1]))
    (free,) = csv.DictReader(ok(*arguments).splitlines())
    log.write_text("\n".join(rows))
    (kept,) = csv.DictReader(ok(*arguments).splitlines())
    assert (free["action"], kept["action"], kept["because"]) == ("contact", "abstain", "limit")


def test_the_policy_of_the_help_is_enough(shop_path: Path, model_path: Path) -> None:
    (policy,) = re.findall(r"^  (\{.*?\}\]\})$", _commands.COMMANDS["decide"].examples, re.MULTILINE | re.DOTALL)
    assert "contact" in ok("decide", shop_path, "--policy", policy, "--model", model_path, "--as-of", AS_OF)


def test_a_wrong_policy_is_explained(shop_path: Path, model_path: Path, tmp_path: Path) -> None:
    def wrong(policy: object) -> str:
        arguments = ["--policy", json.dumps(policy), "--model", model_path, "--as-of", AS_OF]
        return refused(2, "decide", shop_path, *arguments)

    assert "See: beforehand decide --help" in wrong({})
    assert 'policy.offers[0].prob_win_back of "x" is 2' in wrong({**POLICY, "offers": [{"name": "x", "prob_win_back": 2}]})
    assert "policy.time_zone" in wrong({**POLICY, "time_zone": 3})
    assert "--policy" in refused(2, "decide", shop_path, "--as-of", AS_OF)
    missing = refused(2, "decide", shop_path, "--as-of", AS_OF, "--policy", tmp_path / "none.json")
    assert "none.json cannot be read: No such file" in missing


def test_logs_come_from_pipes_and_tables_go_into_them(model_path: Path, shop_path: Path) -> None:
    with shop_path.open("rb") as log:
        piped = ok("forecast", "-", "--model", model_path, "--as-of", AS_OF, stdin=log)
    assert piped == ok("forecast", shop_path, "--model", model_path, "--as-of", AS_OF)
    python = f"'{sys.executable}' -m beforehand"
    line = f"{python} forecast '{shop_path}' --model '{model_path}' --as-of {AS_OF} -q | head -n 2; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=300)
    *rows, code = done.stdout.splitlines()
    assert (len(rows), code, done.stderr) == (2, "0", ""), "a reader that has enough is no failure"


def test_without_a_model_one_is_fitted(shop_path: Path, model_path: Path) -> None:
    fitted = ok("forecast", shop_path, "--as-of", AS_OF)
    assert fitted == ok("forecast", shop_path, "--as-of", AS_OF, "--model", model_path)


def test_columns_are_named(renamed: Path, tmp_path: Path) -> None:
    names = ["--customer-column", "user_id", "--time-column", "paid_at", "--item-column", "sku"]
    ok("fit", renamed, "--as-of", AS_OF, "--model", tmp_path / "m", *names)
    assert beforehand.Model.load(tmp_path / "m").n_customers == 160


def test_a_column_can_be_left_out(shop_path: Path, tmp_path: Path) -> None:
    ok("fit", shop_path, "--as-of", AS_OF, "--model", tmp_path / "m", "--quantity-column", "", "--category-column", "")
    bare = beforehand.fit(shop_path, as_of=AS_OF, columns={"quantity": None, "category": None})
    assert beforehand.Model.load(tmp_path / "m") == bare


def test_a_log_that_ends_long_before_is_noted(shop_path: Path, model_path: Path) -> None:
    done = run("forecast", shop_path, "--model", model_path, "--as-of", "2026-08-22")
    assert done.returncode == 0
    assert "note: the log ends 2025-08-22, 365 days before --as-of" in done.stderr


def test_the_log_is_read_as_said(tmp_path: Path) -> None:
    path = tmp_path / "epoch.csv"
    path.write_text("customer;at;item\n" + "".join(f"c{n};{1735689600 + 86400 * 30 * n};tea\n" for n in range(9)))
    read = ["--delimiter", ";", "--time-unit", "seconds", "--time-zone", "Europe/Berlin", "--merge-days", "3"]
    facts = json.loads(ok("audit", path, "--as-of", "2026-01-01", "--json", *read))["log"]
    assert (facts["n_customers"], facts["n_events"]) == (9, 9)


def test_audit_and_backtest_print_words_or_json(shop_path: Path, history: beforehand.History) -> None:
    assert ok("audit", shop_path, "--as-of", AS_OF) == str(beforehand.audit(history, as_of=AS_OF)) + "\n"
    test = beforehand.backtest(history, as_of=AS_OF, n_cutoffs=2)
    words = ok("backtest", shop_path, "--as-of", AS_OF, "--n-cutoffs", "2")
    assert words.startswith("Backtest at 2025-06-25, 2025-07-23;")
    assert f"{test.all.log_loss:.4f}" in words
    assert f"{test.all.ece:.4f}" in words
    numbers = json.loads(ok("backtest", shop_path, "--as-of", AS_OF, "--n-cutoffs", "2", "--json"))
    assert numbers["all"]["log_loss"] == test.all.log_loss
    assert len(numbers["calibration"]) == len(test.calibration)


def test_structures_come_as_json_or_files_of_it(shop_path: Path, history: beforehand.History, tmp_path: Path) -> None:
    judged = {"tolerance_days": 3, "horizon_days": 14}
    path = tmp_path / "judged.json"
    path.write_text(json.dumps(judged))
    arguments = ["backtest", shop_path, "--as-of", AS_OF, "--n-cutoffs", "2", "--json", "--reminders"]
    for given in (json.dumps(judged), path):
        assert json.loads(ok(*arguments, given))["reminders"]["options"]["tolerance_days"] == 3
    assert "`tolerance`" in refused(2, *arguments, '{"tolerance": 3}')
    assert "is no JSON" in refused(2, *arguments, "{tolerance}")
    assert "none.json cannot be read: No such file" in refused(2, *arguments, "none.json")


def test_report_writes_a_page(shop_path: Path, model_path: Path, tmp_path: Path) -> None:
    named = [f'milk-{stage},"Milk, stages 1 < 4"\n' for stage in (1, 2, 3)]
    (tmp_path / "names.csv").write_text("".join(["item,name\n", *named]))
    arguments = ["report", shop_path, "--model", model_path, "--as-of", AS_OF, "--no-with-backtest", "--title", "My shop"]
    arguments += ["--item-names", tmp_path / "names.csv", "--notes", "first note", "--notes", "second note"]
    ok(*arguments, "--out", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert all(words in page for words in ("My shop", "first note", "second note", "Milk, stages 1 &lt; 4"))
    assert ok(*arguments) == page + "\n"


WRONG_USES: list[tuple[str, list[str]]] = [
    ("usage: beforehand", []),
    ("invalid choice: 'fir'", ["fir"]),
    ("the following arguments are required: LOG, --as-of, --model", ["fit"]),
    ("unrecognized arguments: --as_of", ["audit", "LOG", "--as-of", AS_OF, "--as_of", AS_OF]),
    ("unrecognized arguments: --lead 3", ["forecast", "LOG", "--as-of", AS_OF, "--lead", "3"]),
    ('--as-of cannot be used: cannot read "yesterday" as an instant', ["audit", "LOG", "--as-of", "yesterday"]),
    ("--lead-days is -3; allowed are 0 to 364", ["forecast", "LOG", "--as-of", AS_OF, *["--lead-days", "-3"]]),
    ("--horizons-days holds 400", ["forecast", "LOG", "--as-of", AS_OF, "--horizons", "400"]),
    ("'x' is no list of numbers; give such as 7,28", ["forecast", "LOG", "--as-of", AS_OF, "--horizons", "x"]),
    ("'few' is no whole number", ["backtest", "LOG", "--as-of", AS_OF, "--n-cutoffs", "few"]),
    ("'a bit' is no number", ["backtest", "LOG", "--as-of", AS_OF, "--step-days", "a bit"]),
    ("invalid choice: 'all'", ["backtest", "LOG", "--as-of", AS_OF, "--substitutes", "all"]),
    ("--max-training-rows is 7; allowed are 1000", ["backtest", "LOG", "--as-of", AS_OF, "--max-training-rows", "7"]),
    ('--time-zone is "Mars"; give an IANA name', ["audit", "LOG", "--as-of", AS_OF, "--time-zone", "Mars"]),
    ("delimiter is ';;'; give one character", ["audit", "LOG", "--as-of", AS_OF, "--delimiter", ";;"]),
    ("columns['customer'] is None", ["audit", "LOG", "--as-of", AS_OF, "--customer-column", ""]),
    ("give a name that ends in .parquet or .csv", ["forecast", "LOG", "--as-of", AS_OF, "--out", "due.xlsx"]),
    ("names.csv cannot be read: No such file", ["report", "LOG", "--as-of", AS_OF, "--item-names", "names.csv"]),
]


@pytest.mark.parametrize(("message", "arguments"), WRONG_USES, ids=[message for message, _ in WRONG_USES])
def test_a_wrong_use_is_explained(message: str, arguments: list[str], shop_path: Path, tmp_path: Path) -> None:
    said = refused(2, *[shop_path if a == "LOG" else a for a in arguments], cwd=tmp_path)
    assert message in said
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_explained(shop_path: Path, renamed: Path, model_path: Path, tmp_path: Path) -> None:
    def failed(message: str, *arguments: str | Path) -> None:
        said = refused(1, *arguments)
        assert message in said
        assert f"\nbeforehand {arguments[0]}: " in "\n" + said

    as_of = ("--as-of", AS_OF)
    empty, header, spoilt = tmp_path / "empty.csv", tmp_path / "header.csv", tmp_path / "spoilt.parquet"
    empty.write_text("")
    header.write_text("customer,at,item\n")
    spoilt.write_text("no parquet")
    failed("cannot open nofile.csv: No such file", "audit", "nofile.csv", *as_of)
    failed("the CSV input is empty; give a header line", "audit", empty, *as_of)
    failed("the input holds no row", "audit", header, *as_of)
    failed("Invalid Parquet file", "audit", spoilt, *as_of)
    failed("neither CSV nor Parquet", "audit", "orders.xlsx", *as_of)
    failed('The columns are "user_id", "paid_at", "sku"; say which one it is with --customer-column', "audit", renamed, *as_of)
    semicolons, tabs = tmp_path / "semicolons.csv", tmp_path / "tabs.csv"
    semicolons.write_text("customer;at;item\nc1;2025-01-01;tea\n")
    tabs.write_text("customer\tat\titem\nc1\t2025-01-01\ttea\n")
    failed("the lines look divided by ';': give --delimiter ';'", "audit", semicolons, *as_of)
    failed("the lines look divided by '\\t': give --delimiter '\\t'", "audit", tabs, *as_of)
    ok("audit", tabs, *as_of, "--delimiter", "\\t")
    failed("(for time)", "audit", renamed, *as_of, "--customer-column", "user_id")
    failed("there is no directory", "fit", shop_path, *as_of, "--model", tmp_path / "nowhere/m")
    failed("there is no directory", "forecast", shop_path, *as_of, "--out", tmp_path / "nowhere/due.csv")
    failed("nomodel: No such file", "forecast", shop_path, *as_of, "--model", "nomodel")
    failed("do not begin like a model", "forecast", shop_path, *as_of, "--model", shop_path)
    failed("fit at a later --as-of", "fit", shop_path, "--as-of", "2020-01-01", "--model", tmp_path / "m")
    failed("a backtest needs a longer log", "backtest", shop_path, "--as-of", "2024-01-20")
    assert not (tmp_path / "m").exists()


def test_an_earlier_as_of_than_the_models_is_refused(shop_path: Path, model_path: Path) -> None:
    said = refused(2, "forecast", shop_path, "--as-of", "2025-06-01", "--model", model_path)
    assert "--as-of 2025-06-01T00:00:00Z is before the model's own 2025-08-20T00:00:00Z" in said


CALLS: list[tuple[str, Callable[..., Any]]] = [
    ("fit", beforehand.fit),
    ("forecast", beforehand.Model.replenishment),
    ("churn", beforehand.Model.lapse),
    ("decline", beforehand.decline),
    ("btyd", beforehand.btyd_customers),
    ("decide", beforehand.Model.decide),
    ("backtest", beforehand.backtest),
    ("audit", beforehand.audit),
    ("report", beforehand.Model.report),
]


@pytest.mark.parametrize(("command", "function"), CALLS, ids=[name for name, _ in CALLS])
def test_every_parameter_is_an_option_and_is_explained(command: str, function: Callable[..., Any]) -> None:
    text = ok(command, "--help")
    ours = [*inspect.signature(function).parameters, *inspect.signature(beforehand.History).parameters]
    for name in set(ours) - {"self", "data", "columns", "progress"}:
        flag = "--" + name.replace("_", "-")
        assert re.search(rf"^  {flag}\b", text, re.MULTILINE), f"{flag} is missing in the help of {command}"
    for parameter in [*parameters(function), *parameters(beforehand.History)]:
        assert parameter.doc, f"{parameter.name} has no documentation"
        assert parameter.doc.split()[0] in text
    assert "example" in text


def test_a_new_parameter_becomes_an_option(monkeypatch: pytest.MonkeyPatch, shop_path: Path) -> None:
    given: dict[str, Any] = {}

    def audit(data: object, *, as_of: str, n_sigma: float = 3.0, names: tuple[str, ...] = (), progress: Any = None) -> str:
        """Audits.

        Args:
            n_sigma: how far is far,
                in standard deviations.
            names: what things are called.
        """
        given.update(as_of=as_of, n_sigma=n_sigma)
        return "audited"

    changed = _commands.COMMANDS["audit"]._replace(call=audit)
    monkeypatch.setitem(_commands.COMMANDS, "audit", changed)
    assert main(["audit", str(shop_path), "--as-of", AS_OF, "--n-sigma", "2.5", "-q"]) == 0
    assert given == {"as_of": AS_OF, "n_sigma": 2.5}
    (parameter, _) = parameters(audit)
    assert parameter.doc == "how far is far, in standard deviations."


def test_the_help_teaches() -> None:
    text = ok("--help")
    assert "example: orders.csv" in text
    assert all(f"  {name} " in text for name, _ in CALLS)
    assert re.fullmatch(r"beforehand \d+\.\d+\.\d+\S*\n", ok("--version"))


def test_the_examples_of_the_help_parse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.json").write_text("{}")
    texts = [_parser.EXAMPLES, *(command.examples for command in _commands.COMMANDS.values())]
    lines = [line.strip() for text in texts for line in text.splitlines() if line.startswith("  beforehand ")]
    assert len(lines) >= 9
    parser, _ = _parser.parser_of_all()
    for line in lines:
        parser.parse_args(shlex.split(line.partition(" | ")[0].removesuffix(" ..."))[1:])


def _on_terminal(arguments: list[str | Path], *, interrupt_when: bytes | None = None) -> tuple[bytes, int]:
    """What a terminal shows, and the exit code."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "beforehand", *map(str, arguments)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
        if interrupt_when is not None and interrupt_when in shown:
            process.send_signal(signal.SIGINT)
            interrupt_when = None
    os.close(ours)
    return shown, process.wait(timeout=60)


def test_a_terminal_sees_progress_and_a_few_rows(shop_path: Path) -> None:
    shown, code = _on_terminal(["forecast", shop_path, "--as-of", AS_OF])
    assert code == 0
    assert b" % [" in shown
    assert b"486 rows in all" in shown
    assert b"All of it: --out due.parquet" in shown
    shown, code = _on_terminal(["report", shop_path, "--as-of", AS_OF])
    assert (code, b"--out report.html" in shown) == (2, True)
    shown, code = _on_terminal(["forecast", "-", "--as-of", AS_OF])
    assert (code, b"nothing is piped in" in shown) == (2, True)


def test_quiet_is_quiet(shop_path: Path) -> None:
    shown, code = _on_terminal(["fit", shop_path, "--as-of", AS_OF, "--model", os.devnull + "/x", "-q"])
    assert code == 1
    assert b"%" not in shown
    done = run("audit", shop_path, "--as-of", AS_OF, "--quiet")
    assert done.stderr == ""


def test_an_interrupt_stops_without_a_traceback() -> None:
    log = Path(__file__).resolve().parents[2] / "examples/data/online_retail.parquet"
    start = time.monotonic()
    shown, code = _on_terminal(["backtest", log, "--as-of", "2011-11-06"], interrupt_when=b" % [")
    assert code == 130
    assert b"beforehand backtest: interrupted" in shown
    assert b"Traceback" not in shown
    assert time.monotonic() - start < 60
