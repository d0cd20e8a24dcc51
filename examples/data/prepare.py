"""Make online_retail.parquet and online_retail_items.parquet from the original "Online Retail" log.

Usage
    pip install polars pyarrow fastexcel
    python examples/data/prepare.py "Online Retail.xlsx"      # the file of the UCI Machine Learning Repository; .csv works too

Nothing is repaired: rows are only dropped when they name no customer. README.md beside this file lists the changes.
"""

import argparse
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
TYPES = {"InvoiceNo": pl.String, "StockCode": pl.String, "Description": pl.String, "CustomerID": pl.Float64}


def read(source: Path) -> pl.DataFrame:
    """The log as published: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country."""
    if source.suffix.lower() == ".xlsx":
        return pl.read_excel(source, schema_overrides=TYPES)
    log = pl.read_csv(source, schema_overrides=TYPES | {"InvoiceDate": pl.String}, encoding="utf8-lossy")
    written = pl.col("InvoiceDate").str
    return log.with_columns(
        InvoiceDate=pl.coalesce(
            written.to_datetime("%m/%d/%Y %H:%M", strict=False), written.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False)
        )
    )


def to_events(log: pl.DataFrame) -> pl.DataFrame:
    """The columns that the library reads by default, one row per invoice line, in the order of time."""
    return (
        log.filter(pl.col("CustomerID").is_not_null())
        .select(
            customer=pl.col("CustomerID").cast(pl.Int64),
            at=pl.col("InvoiceDate").cast(pl.Datetime("ms")).dt.replace_time_zone("UTC"),
            item=pl.col("StockCode"),
            quantity=pl.col("Quantity").cast(pl.Int32),
            unit_price=pl.col("UnitPrice").cast(pl.Float64),
            amount=(pl.col("Quantity") * pl.col("UnitPrice")).round(3),
            kind=pl.when(pl.col("InvoiceNo").str.starts_with("C")).then(pl.lit("return")).otherwise(pl.lit("purchase")),
            order=pl.col("InvoiceNo"),
        )
        # A total order, so that the same input gives the same bytes; lines of one invoice stand together and compress well.
        .sort("at", "order", "item", "quantity", "unit_price", "customer")
    )


def to_items(log: pl.DataFrame) -> pl.DataFrame:
    """One description per item: the one written most often (ties: the first in the alphabet)."""
    return (
        log.filter(pl.col("CustomerID").is_not_null() & pl.col("Description").is_not_null())
        .group_by(item="StockCode", description=pl.col("Description").str.strip_chars())
        .len()
        .sort("item", pl.col("len"), "description", descending=[False, True, False])
        .unique("item", keep="first", maintain_order=True)
        .select("item", "description")
    )


def write(table: pl.DataFrame, path: Path, delta: dict[str, str]) -> None:
    """Parquet with plain 32-bit-offset strings, which every reader knows."""
    arrow = table.to_arrow(compat_level=pl.CompatLevel.oldest())
    fields = [pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type) for f in arrow.schema]
    pq.write_table(
        arrow.cast(pa.schema(fields)),
        path,
        compression="zstd",
        compression_level=22,
        row_group_size=1 << 20,
        data_page_size=1 << 23,
        dictionary_pagesize_limit=1 << 22,
        use_dictionary=[name for name in arrow.column_names if name not in delta],
        column_encoding=delta or None,
    )
    print(f"{path.name}: {table.height} rows, {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the original log, .xlsx or .csv")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: beside this script)")
    options = parser.parse_args()
    log = read(options.source)
    write(
        to_events(log),
        options.out / "online_retail.parquet",
        {"at": "DELTA_BINARY_PACKED", "order": "DELTA_BYTE_ARRAY"},
    )
    write(to_items(log), options.out / "online_retail_items.parquet", {})


if __name__ == "__main__":
    main()
