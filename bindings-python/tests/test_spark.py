"""On a real local Spark: the same model and the same rows as on one machine, however the log is spread."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import beforehand
import pytest

pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed here; make test-python-spark installs it")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java 17, and there is none here", allow_module_level=True)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A session on two local workers."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    session = (
        pyspark.sql.SparkSession.builder.master("local[2]")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def frame(spark: Any, shop_path: Path) -> Any:
    """The shop's log, in the types that Spark finds."""
    return spark.read.csv(str(shop_path), header=True, inferSchema=True)


@pytest.mark.parametrize(("n_parts", "n_partitions"), [(1, 1), (3, 7), (16, 2)])
def test_the_model_is_that_of_one_machine(frame: Any, model: beforehand.Model, n_parts: int, n_partitions: int) -> None:
    """Byte by byte."""
    spread = frame.repartition(n_partitions, "item")
    got = beforehand.spark.fit(spread, as_of="2025-08-20", n_parts=n_parts)
    assert got.to_bytes() == model.to_bytes()


def test_options_and_numbers_as_identifiers(spark: Any, shop_rows: list[dict[str, str]]) -> None:
    """With other names of columns, options, and customers that are numbers."""
    rows = [(int(r["customer"][1:]), r["item"], r["at"], float(r["quantity"])) for r in shop_rows]
    frame = spark.createDataFrame(rows, ["user_id", "sku", "paid", "quantity"])
    columns = {"customer": "user_id", "item": "sku", "time": "paid"}
    options: dict[str, Any] = {"max_training_rows": 1500, "learn_successors": False}
    plain = [dict(zip(("user_id", "sku", "paid", "quantity"), row, strict=True)) for row in rows]
    want = beforehand.fit(plain, as_of="2025-08-20", columns=columns, **options)
    got = beforehand.spark.fit(frame, as_of="2025-08-20", columns=columns, n_parts=5, **options)
    assert got.to_bytes() == want.to_bytes()
    due = beforehand.spark.replenishment(got, frame, as_of="2025-08-20", columns=columns, n_parts=3)
    assert dict(due.dtypes)["customer"] == "bigint"


def test_the_rows_are_those_of_one_machine(frame: Any, model: beforehand.Model, history: beforehand.History) -> None:
    """Bit by bit, in any order."""
    due = beforehand.spark.replenishment(model, frame, as_of="2025-08-20", horizons_days=[14.0], n_parts=5)
    want = model.replenishment(history, as_of="2025-08-20", horizons_days=[14.0]).to_arrow().to_pylist()
    got = sorted((row.asDict() for row in due.collect()), key=lambda row: (row["customer"], row["item"]))
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        # Spark's Python rows carry instants of the local zone, without naming it.
        same = {name: value for name, value in other.items() if not name.endswith("_at")}
        assert {name: one[name] for name in same} == same


def test_errors_are_the_packages(frame: Any, model: beforehand.Model) -> None:
    """Before anything is sent to the workers."""
    with pytest.raises(beforehand.InvalidDataError, match="no column 'user_id'"):
        beforehand.spark.fit(frame, as_of="2025-08-20", columns={"customer": "user_id"})
    with pytest.raises(beforehand.InvalidOptionsError, match="n_parts"):
        beforehand.spark.replenishment(model, frame, as_of="2025-08-20", n_parts=0)
    with pytest.raises(beforehand.InvalidOptionsError, match="max_training_rows"):
        beforehand.spark.fit(frame, as_of="2025-08-20", max_training_rows=1)
    with pytest.raises(beforehand.EmptyDataError):
        beforehand.spark.fit(frame, as_of="2001-01-01", n_parts=2)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"capacity": 10}, "policy.capacity"),
        ({"budget": 5.0}, "policy.budget"),
        ({"channels": [beforehand.Channel("sms", cost=0.15, capacity=5)]}, "policy.channels[0].capacity"),
        ({"items": [beforehand.ItemTerms("filter", stock=3)]}, "policy.items[0].stock"),
    ],
)
def test_what_all_customers_share_is_not_shared_out_part_by_part(
    frame: Any, model: beforehand.Model, change: dict[str, Any], field: str
) -> None:
    reminder, app = beforehand.Offer("reminder", prob_win_back=0.2), beforehand.Channel("app", cost=0.05)
    policy = beforehand.Policy(margin_share=0.35, order_value=30.0, offers=[reminder], channels=[app])
    with pytest.raises(beforehand.InvalidOptionsError, match="part by part") as caught:
        beforehand.spark.decide(model, frame, as_of="2025-08-20", policy=dataclasses.replace(policy, **change))
    assert caught.value.field == field
