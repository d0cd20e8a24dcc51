"""Contracts: whatever they come as, the same model; slips told with their column; the command."""

from __future__ import annotations

import csv
import datetime
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import beforehand
import pytest
from beforehand._contracts import columns_of
from hypothesis import given, settings
from hypothesis import strategies as st
from test_command import ok, refused, run

N = 400
CONTRACTS: dict[str, list[Any]] = {
    "team": [f"team {i}" for i in range(N)],
    "plan": [None if i % 50 == 7 else "yearly" if i % 3 == 0 else "monthly" for i in range(N)],
    "seats": [None if i % 13 == 1 else 1 + i * 7 % 40 for i in range(N)],
    "price": [math.nan if i % 17 == 2 else 9.5 + i * 11 % 29 for i in range(N)],
    "autopay": [i % 2 == 0 for i in range(N)],
    "cancelled": [i * 7919 % 100 < (5 if i % 3 == 0 else 35) for i in range(N)],
}


def rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def write_csv(path: Path, columns: dict[str, list[Any]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([["" if v is None or v != v else v for v in row.values()] for row in rows(columns)])
    return path


@pytest.fixture(scope="module")
def fit() -> beforehand.RenewalFit:
    return beforehand.renewal_fit(CONTRACTS, customer="team")


def test_risks_and_drivers(fit: beforehand.RenewalFit) -> None:
    assert (fit.n_renewals, fit.n_cancelled) == (N, sum(CONTRACTS["cancelled"]))
    assert fit.columns == ("plan", "seats", "price", "autopay")
    assert fit.fitted not in repr(fit) and fit.fitted not in fit._repr_html_()
    risk = beforehand.renewal_risk(fit.fitted, CONTRACTS, customer="team")
    assert risk.names == ["customer", "prob_cancel", "prob_cancel_within_3_terms", "prob_cancel_within_12_terms"]
    assert risk["customer"] == CONTRACTS["team"]
    mean = {
        plan: [p for p, own in zip(risk["prob_cancel"], CONTRACTS["plan"], strict=True) if own == plan]
        for plan in ("yearly", "monthly")
    }
    assert sum(mean["monthly"]) / len(mean["monthly"]) > 2 * sum(mean["yearly"]) / len(mean["yearly"])
    why = beforehand.renewal_drivers(fit.fitted, CONTRACTS, row=8)
    assert why.prob_cancel == risk["prob_cancel"][8]
    assert math.isclose(why.base_log_odds + sum(d.log_odds for d in why.drivers), why.log_odds, abs_tol=1e-9)
    assert {d.column: d.value for d in why.drivers} == {"plan": "monthly", "seats": "17", "price": "10.5", "autopay": "true"}
    assert beforehand.renewal_risk(fit.fitted, CONTRACTS)["customer"] == list(range(N))


def test_every_form_gives_the_same(fit: beforehand.RenewalFit, tmp_path: Path) -> None:
    forms: list[Any] = [rows(CONTRACTS), write_csv(tmp_path / "contracts.csv", CONTRACTS)]
    forms.append(str(forms[-1]))
    numpy = pytest.importorskip("numpy")
    forms.append({**CONTRACTS, "price": numpy.array(CONTRACTS["price"]), "autopay": numpy.array(CONTRACTS["autopay"])})
    pandas = pytest.importorskip("pandas")
    pyarrow = pytest.importorskip("pyarrow")
    frame = pandas.DataFrame(CONTRACTS)
    # An index that is left over from a filter is no feature.
    forms += [frame, frame.astype({"plan": "category"}), pandas.concat([frame, frame[:3]])[lambda f: ~f.index.duplicated()]]
    forms += [frame[frame["team"] != ""].set_index("team", drop=False).rename_axis(None)]
    forms += [pyarrow.table(CONTRACTS), {name: frame[name] for name in frame}]
    frame.to_parquet(tmp_path / "contracts.parquet")
    forms.append(tmp_path / "contracts.parquet")
    polars = pytest.importorskip("polars")
    forms += [polars.DataFrame(CONTRACTS), polars.DataFrame(CONTRACTS).with_columns(polars.col("plan").cast(polars.Categorical))]
    for form in forms:
        assert beforehand.renewal_fit(form, customer="team").fitted == fit.fitted, type(form)


def test_values() -> None:
    day = datetime.date(2026, 1, 2)
    columns = {"a": [1, 2**60, None], "b": [1.5, math.nan, math.inf], "c": ["x", "", day], "d": [Decimal("1.25"), [1], b"x"]}
    assert json.loads(columns_of(columns, "contracts")) == {
        "a": [1, 2**60, None], "b": [1.5, None, None], "c": ["x", "", "2026-01-02"], "d": [1.25, [], []],
    }  # fmt: skip
    assert json.loads(columns_of([{"a": 1}, {"b": 2}], "contracts")) == {"a": [1, None], "b": [None, 2]}


def test_columns_of_arrow() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [1, None], "b": [1.5, math.nan], "none": [None, None]}).with_columns(
        at=polars.datetime(2026, 1, 1, 3, time_zone="Europe/Berlin"),
        list=polars.lit([1, 2]),
        price=polars.lit("1.25").cast(polars.Decimal(10, 2)),
        large=polars.lit(2**63 + 5, dtype=polars.UInt64),
    )
    assert json.loads(columns_of(frame, "contracts")) == {
        "a": [1, None], "b": [1.5, None], "none": [None, None], "at": ["2026-01-01T02:00:00"] * 2, "list": [[], []],
        "price": [1.25] * 2, "large": [2**63 + 5] * 2,
    }  # fmt: skip


def test_columns_of_csv(tmp_path: Path) -> None:
    path = tmp_path / "contracts.csv"
    path.write_text("\ufeffa;b;c;d;e;f\n1; ;True;007;NA;3\nNA;-2.5e3;false;010;x;yes\n", encoding="utf-8")
    assert json.loads(columns_of(path, "contracts", ";")) == {
        "a": [1, None], "b": [None, -2500.0], "c": [True, False], "d": ["007", "010"], "e": ["NA", "x"], "f": ["3", "yes"],
    }  # fmt: skip
    path.write_text("a,b\n1,2\n3\n")
    with pytest.raises(beforehand.InvalidDataError, match=r"contracts\.csv") as e:
        columns_of(path, "contracts")
    assert e.value.row == 1
    path.write_text("a,a\n1,2\n")
    with pytest.raises(beforehand.InvalidDataError, match='two columns "a"'):
        columns_of(path, "contracts")
    with pytest.raises(beforehand.IoError):
        columns_of(tmp_path / "none.csv", "contracts")
    (tmp_path / "broken.parquet").write_text("no parquet")
    with pytest.raises(beforehand.IoError):
        columns_of(tmp_path / "broken.parquet", "contracts")


@pytest.mark.parametrize(
    ("change", "error", "field", "row"),
    [
        ({"seats": [*CONTRACTS["seats"][:-1], "many"]}, beforehand.InvalidDataError, "seats", N - 1),
        ({"cancelled": [None, *CONTRACTS["cancelled"][1:]]}, beforehand.InvalidDataError, "cancelled", 0),
        ({"plan": ["yearly"]}, beforehand.InvalidDataError, "plan", None),
        ({"plan": [[1]] * N}, beforehand.InvalidDataError, "plan", 0),
        ({"plan": "yearly"}, beforehand.InvalidDataError, "plan", None),
        ({"plan": 3}, beforehand.InvalidDataError, "plan", None),
    ],
)
def test_slips(change: dict[str, Any], error: type[beforehand.Error], field: str, row: int | None) -> None:
    with pytest.raises(error) as e:
        beforehand.renewal_fit({**CONTRACTS, **change}, customer="team")
    assert (e.value.field, e.value.row) == (field, row)


@pytest.mark.parametrize("wrong", [3, None, b"x", [1], [{"a": 1}, 2]])
def test_what_is_no_table(wrong: Any) -> None:
    with pytest.raises(beforehand.InvalidDataError) as e:
        beforehand.renewal_fit(wrong)
    assert e.value.field == "contracts"


def test_what_is_not_asked_so(fit: beforehand.RenewalFit) -> None:
    def field(**arguments: Any) -> str | None:
        with pytest.raises(beforehand.InvalidOptionsError) as e:
            beforehand.renewal_fit(CONTRACTS, **arguments)
        return e.value.field

    assert field(cancelled="churned") == "cancelled"
    assert field(ignore=["no such"]) == field(ignore="team") == "ignore"
    assert field(horizons_terms=[0]) == "horizons_terms"
    for text in ("", "{}", fit.fitted[:-8], fit.fitted.replace("A", "B", 1), "renewal:0.1.0:AAAA"):
        with pytest.raises(beforehand.IncompatibleModelError) as e:
            beforehand.renewal_risk(text, CONTRACTS)
        assert e.value.field == "fitted"
    with pytest.raises(beforehand.InvalidDataError, match="column plan is missing"):
        beforehand.renewal_risk(fit.fitted, {"seats": [1]})
    with pytest.raises(beforehand.EmptyDataError):
        beforehand.renewal_fit({})


_VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=3),
    st.dates(),
    st.lists(st.integers(), max_size=1),
)
_COLUMN = st.lists(st.one_of(st.integers(0, 3), st.booleans(), _VALUE), min_size=3, max_size=3)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["cancelled", "a", "b", ""]), _COLUMN, max_size=4))
def test_whatever_columns_hold(columns: dict[str, list[Any]]) -> None:
    """A model or an error that says what is wrong, never a defect."""
    try:
        fit = beforehand.renewal_fit(columns)
        assert beforehand.renewal_risk(fit.fitted, columns).n_rows == 3
    except beforehand.Error as e:
        assert e.code in ("invalid_data", "invalid_options", "empty_data"), e


def test_the_command_tells_the_risks_of_what_runs_on(fit: beforehand.RenewalFit, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "contracts.csv", CONTRACTS)
    running = [row for row in rows(CONTRACTS) if not row["cancelled"]]
    beforehand.renewal_risk(fit.fitted, running, customer="team").write_csv(tmp_path / "expected.csv")
    expected = (tmp_path / "expected.csv").read_text()
    done = run("renewal", path, "--customer", "team")
    assert done.stdout == expected
    assert f"{N} renewals, {fit.n_cancelled} of them cancelled; features: plan, seats, price, autopay" in done.stderr
    assert ok("renewal", "-", "--customer", "team", "-q", input=path.read_text()) == expected
    scored = write_csv(
        tmp_path / "running.csv", {name: [row[name] for row in running] for name in CONTRACTS if name != "cancelled"}
    )
    done = run("renewal", path, "--customer", "team", "--score", scored, "--out", tmp_path / "risk.csv")
    assert (tmp_path / "risk.csv").read_text() == expected
    assert f"{len(running)} contracts are in" in done.stderr
    few = ok("renewal", path, "--customer", "team", "--ignore", "seats", "--ignore", "price", "--horizons", "2", "-q")
    assert few.startswith("customer,prob_cancel,prob_cancel_within_2_terms\n")
    numbered = ok("renewal", path, "--ignore", "team", "-q").splitlines()[1:]
    assert [int(line.partition(",")[0]) for line in numbered] == [i for i, gone in enumerate(CONTRACTS["cancelled"]) if not gone]


def test_the_command_knows_terms(tmp_path: Path) -> None:
    columns = {
        "seats": [i % 7 for i in range(60)],
        "until": [1 + i % 5 for i in range(60)],
        "churned": [i % 4 == 1 for i in range(60)],
    }
    path = write_csv(tmp_path / "contracts.csv", columns)
    running = write_csv(tmp_path / "running.csv", {"seats": [3, 4], "lasted": [2, 0]})
    arguments = ["renewal", path, "--cancelled", "churned", "--exit-term", "until", "-q"]
    assert len(ok(*arguments).splitlines()) == 1 + columns["churned"].count(False)
    assert len(ok(*arguments, "--score", running, "--term", "lasted").splitlines()) == 3
    assert 'term names the column "until"' in refused(2, *arguments, "--score", running)
    assert "without --exit-term" in refused(2, "renewal", path, "--cancelled", "churned", "--term", "until")


def test_slips_of_the_command(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "contracts.csv", CONTRACTS)
    message = refused(2, "renewal", path, "--cancelled", "churned")
    assert 'cancelled names the column "churned"' in message and "See: beforehand renewal --help" in message
    assert "none.csv" in refused(1, "renewal", tmp_path / "none.csv")
    assert "--out is" in refused(2, "renewal", path, "--out", "risk.xls")
    assert "no list of whole numbers" in refused(2, "renewal", path, "--horizons", "soon")
    help_text = ok("renewal", "--help")
    for flag in ("--cancelled", "--customer", "--ignore", "--score", "--term", "--exit-term", "--horizons", "--out", "--quiet"):
        assert flag in help_text
