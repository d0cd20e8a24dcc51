"""Every producer, every type of column: accepted, or refused with the column named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import beforehand
import pytest

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

DAYS = [date(2026, 1, 3), date(2026, 1, 17), date(2026, 1, 5)]
INSTANTS = [datetime(d.year, d.month, d.day, 12, 30, tzinfo=UTC) for d in DAYS]
EXPECTED = [(INSTANTS[0], 2.0), (INSTANTS[1], 1.0)]


def table(**columns: Any) -> Any:
    """Three purchases of two customers as an Arrow table."""
    base = {
        "customer": pa.array(["c1", "c1", "c2"]),
        "at": pa.array(INSTANTS, pa.timestamp("us", "UTC")),
        "item": pa.array(["milk", "milk", "袋"]),
        "quantity": pa.array([2.0, 1.0, 4.0]),
    }
    return pa.table({**base, **columns})


def check(data: Any, **options: Any) -> beforehand.History:
    """The history of the three purchases."""
    history = beforehand.History(data, **options)
    assert (history.n_customers, history.n_items, history.n_events) == (2, 2, 3)
    assert history.purchases("c1", "milk") == EXPECTED
    return history


def test_producers(tmp_path: Path) -> None:
    """Whoever hands over Arrow, files, and plain values."""
    arrow = table()
    check(arrow)
    check(pl.from_arrow(arrow))
    check(arrow.to_pandas())
    check(arrow.to_reader())
    check(arrow.to_pylist())
    check(arrow.to_pydict())
    arrow_parts = pa.concat_tables([arrow.slice(0, 1), arrow.slice(1, 0), arrow.slice(1)])
    assert arrow_parts.column("item").num_chunks > 1
    check(arrow_parts)
    check(pl.concat([pl.from_arrow(arrow.slice(0, 1)), pl.from_arrow(arrow.slice(1))], rechunk=False))
    pa.parquet.write_table(arrow, tmp_path / "log.parquet") if hasattr(pa, "parquet") else None
    pl.from_arrow(arrow).write_parquet(tmp_path / "log.parquet")
    check(tmp_path / "log.parquet")
    pl.from_arrow(arrow).write_csv(tmp_path / "log.csv")
    check(str(tmp_path / "log.csv"))


def test_duckdb() -> None:
    """A relation, straight in."""
    duckdb = pytest.importorskip("duckdb")
    log = table()  # noqa: F841 - DuckDB finds it by name
    check(duckdb.sql("from log"))
    due = duckdb.sql("select 1 as one")
    with pytest.raises(beforehand.InvalidDataError, match='no column "customer"'):
        beforehand.History(due)


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())], ids=str
)
def test_texts(kind: Any) -> None:
    """Texts of every kind."""
    columns = {name: pa.array(table().column(name).to_pylist()).cast(kind) for name in ("customer", "item")}
    check(table(**columns))


@pytest.mark.parametrize("kind", ["int8", "uint16", "int32", "uint32", "int64", "uint64"])
def test_whole_numbers_as_identifiers(kind: str) -> None:
    """Numbers stay numbers."""
    history = beforehand.History(table(customer=pa.array([7, 7, 9], kind)))
    assert history.purchases(7, "milk") == EXPECTED
    assert history.purchases("7", "milk") == EXPECTED
    with pytest.raises(beforehand.UnknownCustomerError) as e:
        history.purchases(8, "milk")
    assert isinstance(e.value, KeyError) and e.value.code == "unknown_customer"


def test_categories() -> None:
    """pandas' and Polars' categories."""
    check(table().to_pandas().astype({"customer": "category", "item": "category"}))
    check(pl.from_arrow(table()).with_columns(pl.col("customer", "item").cast(pl.Categorical)))
    check(pl.from_arrow(table()).with_columns(pl.col("customer").cast(pl.Enum(["c1", "c2"]))))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
def test_instants(unit: str, zone: str | None) -> None:
    """Timestamps of every unit and zone; without a zone in that of the shop."""
    check(table(at=pa.array(INSTANTS, pa.timestamp("us", "UTC")).cast(pa.timestamp(unit, zone or "UTC"))))
    naive = pa.array([at.replace(tzinfo=None) for at in INSTANTS], pa.timestamp(unit))
    check(table(at=naive))
    shanghai = beforehand.History(table(at=naive), time_zone="Asia/Shanghai")
    assert shanghai.purchases("c1", "milk")[0][0] == datetime(2026, 1, 3, 4, 30, tzinfo=UTC)


def test_dates_texts_and_numbers_as_times() -> None:
    """Dates, texts, and whole numbers once their unit is said."""
    midnight = datetime(2026, 1, 3, tzinfo=UTC)
    for at in (pa.array(DAYS, pa.date32()), pa.array(DAYS, pa.date64()), pa.array([str(d) for d in DAYS])):
        assert beforehand.History(table(at=at)).first_at == midnight
    seconds = pa.array([int(at.timestamp()) for at in INSTANTS])
    check(table(at=seconds), time_unit="seconds")
    with pytest.raises(beforehand.InvalidDataError, match="time_unit"):
        beforehand.History(table(at=seconds))


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("time_zone", None, "null, expected a string"),
        ("merge_days", "two", '"two", expected a whole number from 0'),
        ("merge_days", 367, "merge_days is 367; allowed are 0 to 366"),
        ("on_refused", "stop", "expected `keep_going` or `fail`"),
        ("max_quantity", float("nan"), "give a finite number"),
    ],
)
def test_options_of_a_type_or_value_that_is_not_allowed(option: str, value: object, said: str) -> None:
    """The option is named, and what is allowed."""
    with pytest.raises(beforehand.InvalidOptionsError) as e:
        beforehand.History(table(), **{option: value})  # type: ignore[arg-type]
    assert e.value.field == option and str(e.value).startswith(option) and said in str(e.value)


def test_numbers() -> None:
    """Quantities of every type, decimals among them."""
    for quantity in (
        pa.array([2, 1, 4], "int8"),
        pa.array([2, 1, 4], "uint64"),
        pa.array([2, 1, 4], "float32"),
        pa.array([Decimal("2.00"), Decimal("1.00"), Decimal("4.00")], pa.decimal128(9, 2)),
        pa.array([2, None, 4], "int64"),
        pa.array(["2", " 1.0", "4e0"]),
    ):
        check(table(quantity=quantity))
    report = beforehand.History(table(quantity=pa.array(["2", "1,5", "4"]))).report
    assert [(r.reason, r.first_row, r.sample) for r in report.refusals] == [("bad_quantity", 1, "1,5")]


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("customer", pa.array([1.5, 2.5, 3.5]), "customer"),
        ("item", pa.array([[1], [2], [3]]), "item"),
        ("at", pa.array([True, False, True]), "at"),
        ("quantity", pa.array([True, False, True]), "quantity"),
        ("amount", pa.array([b"1", b"2", b"3"]), "amount"),
    ],
)
def test_types_that_cannot_be_used(column: str, values: Any, says: str) -> None:
    """The column and its type are named."""
    with pytest.raises(beforehand.InvalidDataError) as e:
        beforehand.History(table(**{column: values}))
    assert e.value.field == says and "accepted are" in str(e.value)


def test_nulls_are_reported() -> None:
    """Rows that lack something are left out, and named."""
    history = beforehand.History(table(customer=pa.array(["c1", None, "c2"])))
    assert history.n_events == 2
    (refusal,) = history.report.refusals
    assert (refusal.reason, refusal.first_row, refusal.column) == ("missing_customer", 1, "customer")
    assert "missing_customer" in str(history.report)
    with pytest.raises(beforehand.InvalidDataError) as e:
        beforehand.History(table(customer=pa.array(["c1", None, "c2"])), on_refused="fail")
    assert (e.value.row, e.value.field) == (1, "customer")


def test_columns_in_the_callers_words() -> None:
    """Errors speak of the caller's columns."""
    log = table().rename_columns(["user_id", "paid_at", "sku", "qty"])
    columns = {"customer": "user_id", "time": "paid_at", "item": "sku", "quantity": "qty"}
    check(log, columns=columns)
    with pytest.raises(beforehand.InvalidDataError, match='did you mean "user_id"') as e:
        beforehand.History(log, columns={**columns, "customer": "userid"})
    assert e.value.field == "userid"
    with pytest.raises(beforehand.InvalidOptionsError, match="allowed are customer"):
        beforehand.History(log, columns={"custmer": "user_id"})
    with pytest.raises(beforehand.InvalidOptionsError):
        beforehand.History(log, columns=["user_id"])
    check(table(quantity=pa.array([2.0, 1.0, 4.0])), columns={"quantity": "quantity"})
    blind = beforehand.History(table(), columns={"quantity": None})
    assert blind.purchases("c1", "milk")[0][1] == 1.0


def test_empty() -> None:
    """An empty table is an error of its own; a wrong name in it is found first."""
    with pytest.raises(beforehand.EmptyDataError, match="no row"):
        beforehand.History(table().slice(0, 0))
    with pytest.raises(beforehand.InvalidDataError, match="no column"):
        beforehand.History(table().slice(0, 0).drop_columns(["item"]))
    for nothing in ([], {}, pl.DataFrame()):
        with pytest.raises(beforehand.Error):
            beforehand.History(nothing)


@pytest.mark.parametrize(
    "data",
    [7, None, b"bytes", object(), [1, 2], ["a"], {"customer": [1], "at": ["2026-01-01", "2026-01-02"], "item": [1]}],
)
def test_what_is_no_log(data: Any) -> None:
    """Clear errors for what is no log."""
    with pytest.raises(beforehand.InvalidDataError):
        beforehand.History(data)


def test_lazy_frames_and_missing_files(tmp_path: Path) -> None:
    """The remedy is named."""
    with pytest.raises(beforehand.InvalidDataError, match="collect"):
        beforehand.History(pl.LazyFrame({"customer": [1]}))
    for name in ("none.csv", "none.parquet"):
        with pytest.raises(OSError, match="none"):
            beforehand.History(tmp_path / name)
    (tmp_path / "wrong.parquet").write_text("customer,at,item\n")
    with pytest.raises(beforehand.IoError):
        beforehand.History(tmp_path / "wrong.parquet")


def test_tables_are_read_by_everyone(model: beforehand.Model, history: beforehand.History, tmp_path: Path) -> None:
    """The same rows in Polars, pandas, pyarrow, DuckDB, CSV and Parquet."""
    due = model.replenishment(history, as_of="2025-08-20")
    frame = pl.DataFrame(due)
    assert frame.height == len(due) and frame.columns == due.names
    assert frame["run_out_p50_at"].dtype == pl.Datetime("us", "UTC")
    assert frame["prob_again"].null_count() == 0
    assert pa.table(due).num_rows == len(due)
    assert due.to_pandas()["basis"].isin(["own", "item", "category", "population"]).all()
    if hasattr(pd.DataFrame, "from_arrow"):
        assert len(pd.DataFrame.from_arrow(due)) == len(due)
    due.write_parquet(tmp_path / "due.parquet")
    due.write_csv(tmp_path / "due.csv")
    assert pl.read_parquet(tmp_path / "due.parquet").equals(frame)
    assert pl.read_csv(tmp_path / "due.csv").height == len(due)
    duckdb = pytest.importorskip("duckdb")
    assert duckdb.sql("select count(*) from due").fetchall() == [(len(due),)]
    assert due.rows(2)[1]["customer"] == frame["customer"][1]


def test_arguments_of_other_packages(model: beforehand.Model, history: beforehand.History) -> None:
    """NumPy's numbers, pandas' and NumPy's instants."""
    want = model.replenishment(history, as_of="2025-08-20", horizons_days=[14.0])
    for as_of in (
        date(2025, 8, 20),
        datetime(2025, 8, 20),
        datetime(2025, 8, 20, tzinfo=UTC),
        pd.Timestamp("2025-08-20"),
        pd.Timestamp("2025-08-20", tz="Europe/Berlin").tz_convert("UTC").floor("D") + pd.Timedelta(days=1),
        np.datetime64("2025-08-20"),
    ):
        got = model.replenishment(history, as_of=as_of, horizons_days=np.array([14.0]))
        assert got["remind_at"] == want["remind_at"]
    for wrong in (pd.NaT, float("nan"), None, "soon", 20250820):
        with pytest.raises(beforehand.InvalidOptionsError):
            model.replenishment(history, as_of=wrong)
    with pytest.raises(beforehand.InvalidOptionsError, match="lead_days is nan"):
        model.replenishment(history, as_of="2025-08-20", lead_days=float("nan"))
    with pytest.raises(TypeError):
        model.replenishment(history, as_of="2025-08-20", leed_days=3)


@pytest.mark.parametrize("nothing", [[], {}, [{}], [{}, {}]], ids=repr)
def test_nothing_is_empty_data(nothing: Any) -> None:
    """No rows, no columns: the message asks for some."""
    with pytest.raises(beforehand.EmptyDataError, match=r"data holds no (row|column); give"):
        beforehand.History(nothing)


def test_advice_is_given_in_words_of_python(tmp_path: Path) -> None:
    """For a missing column, a wrong delimiter, and options that only a history has."""
    rows = [{"who": "c1", "at": 1735689600, "item": "tea"}]
    with pytest.raises(beforehand.InvalidDataError, match=r'say which one it is with columns=\{"customer": "\.\.\."\}') as e:
        beforehand.fit(rows, as_of="2025-02-01")
    assert e.value.field == "customer"
    with pytest.raises(beforehand.Error, match=r'History\(data, columns=\.\.\., time_unit="seconds"\)'):
        beforehand.fit(rows, as_of="2025-02-01", columns={"customer": "who"})
    path = tmp_path / "log.csv"
    path.write_text("customer;at;item\nc1;2025-01-01;tea\n")
    with pytest.raises(beforehand.InvalidDataError, match=r"History\(data, delimiter=';'\)"):
        beforehand.audit(path, as_of="2025-02-01")
    with pytest.raises(beforehand.InvalidOptionsError, match="delimiter is ''; give one character"):
        beforehand.History(path, delimiter="")
    with pytest.raises(beforehand.InvalidDataError, match="neither CSV nor Parquet"):
        beforehand.audit("orders.xlsx", as_of="2025-02-01")
    for as_of in (None, 20250201, 1.5):
        with pytest.raises(beforehand.InvalidOptionsError, match=r"as_of is .*; give a datetime, a date, or a text"):
            beforehand.audit(path, as_of=as_of)  # type: ignore[arg-type]


def test_a_column_alone_is_no_log() -> None:
    """What Arrow refuses is an error of ours."""
    with pytest.raises(beforehand.InvalidDataError, match="data is a Series that is no table of named columns"):
        beforehand.History(pl.Series("customer", ["c1"]))  # type: ignore[arg-type]


def test_contacts() -> None:
    """What was sent and how customers answered lies beside the purchases: the report shows it, and no forecast changes."""
    rows = [{"customer": f"c{c}", "item": "milk", "at": f"2026-{m:02}-{1 + c:02}"} for c in range(20) for m in range(1, 7)]
    sent = [
        {"customer": "c1", "at": "2026-05-20", "kind": "contact", "channel": "email", "offer": "refill", "propensity": 0.5},
        {"customer": "c1", "at": "2026-05-21", "kind": "opened", "channel": "email"},
        {"customer": "c2", "at": "2026-05-20", "kind": "held_out", "item": "leaflet", "offer": "refill", "propensity": 0.5},
        {"customer": "lead", "at": "2026-05-20", "kind": "opt_out"},
        {"customer": "lead", "at": "2026-05-20", "kind": "opt_out"},
        {"customer": "lead", "at": "2026-05-22", "kind": "sent", "propensity": 2.0},
    ]
    without, alone = beforehand.History(rows), beforehand.History(sent)
    expected = beforehand.fit(without, as_of="2026-06-30")
    due = expected.replenishment(without, as_of="2026-06-30")
    frame = pl.DataFrame([*sent, *rows], infer_schema_length=None)
    for log in ([*rows, *sent], frame, frame.to_arrow(), frame.to_pandas()):
        history = beforehand.History(log)
        report = history.report
        assert (report.n_read, report.n_kept, report.n_contacts, report.n_contacts_merged) == (126, 120, 5, 1)
        assert [(r.reason, r.n_rows, r.column) for r in report.refusals] == [("bad_propensity", 1, "propensity")]
        assert (history.n_customers, history.n_items, history.n_events) == (21, 1, 120)
        model = beforehand.fit(history, as_of="2026-06-30")
        assert model == expected and model.to_bytes() == expected.to_bytes()
        table = pa.table(model.replenishment(history, as_of="2026-06-30"))
        assert table.equals(pa.table(due))
    assert repr(alone) == "History(3 customers, 0 items, 0 events)"
    assert pa.table(expected.replenishment(alone, as_of="2026-06-30")).num_rows == 0
    with pytest.raises(beforehand.InvalidDataError, match="medium"):
        beforehand.History(rows, columns={"channel": "medium"})
    with pytest.raises(beforehand.EmptyDataError):
        beforehand.fit(alone, as_of="2026-06-30")


def test_a_number_that_is_none_refuses_its_row_alone() -> None:
    """In plain rows too, NaN and infinity are refused with their row, and decimals are numbers."""
    quantities = [2.0, float("nan"), Decimal("1.5"), float("-inf"), None]
    rows = [{"customer": "c", "item": "milk", "at": date(2026, 1, 3 + n), "quantity": q} for n, q in enumerate(quantities)]
    history = beforehand.History(rows)
    assert (history.report.n_read, history.report.n_kept) == (5, 3)
    (refusal,) = history.report.refusals
    assert (refusal.reason, refusal.n_rows, refusal.first_row, refusal.column) == ("bad_quantity", 2, 1, "quantity")
    assert [quantity for _, quantity in history.purchases("c", "milk")][:2] == [2.0, 1.5]


def test_returns_that_name_no_order() -> None:
    """Refused, or taken to undo what was bought last; the word must be one of the two."""
    orders = pa.concat_tables([table(kind=pa.array([word] * 3)) for word in ("purchase", "returned")])
    refused = beforehand.History(orders).report
    assert [(r.reason, r.n_rows) for r in refused.refusals] == [("unnamed_return", 3)]
    history = beforehand.History(orders, unnamed_returns="latest_purchase")
    assert history.report.n_returns == 3 and history.purchases("c2", "袋") == []
    for row in (orders.slice(0, 3), orders.slice(0, 4)):
        one = beforehand.History(row, unnamed_returns="latest_purchase")
        assert len(one.purchases("c1", "milk")) == 5 - row.num_rows
    with pytest.raises(beforehand.InvalidOptionsError, match="latest_purchase"):
        beforehand.History(orders, unnamed_returns="guess")  # type: ignore[arg-type]
