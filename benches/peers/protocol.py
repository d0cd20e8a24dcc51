"""The protocol of the comparison: what is a purchase, a pair, a label, and what every contender may see.

Purchases of one item by one customer on one day are one purchase. A *pair* is a (customer, item) with at least one purchase on or
before the cutoff day. Its label says whether it is bought again in (cutoff, cutoff + horizon]. Nothing that a contender learns or
computes may use a day after the cutoff; training labels therefore end at or before the test cutoff.
"""

from pathlib import Path

import polars as pl

N_TRAINING_CUTOFFS = 5
TRAINING_STEP_DAYS = 28


def read_purchases(path: Path) -> pl.DataFrame:
    """customer, item, day (0 is the first day of the log), quantity; sorted."""
    kept = pl.read_parquet(path).filter(
        (pl.col("kind") == "purchase") & (pl.col("quantity") > 0) & (pl.col("amount") > 0), pl.col("customer").is_not_null()
    )
    date = pl.col("at").dt.date()
    return (
        kept.with_columns(day=(date - date.min()).dt.total_days().cast(pl.Int32))
        .group_by("customer", "item", "day")
        .agg(pl.col("quantity").cast(pl.Float64).sum())
        .sort("customer", "item", "day")
    )


def training_cutoffs(cutoff: int, horizon: int) -> list[int]:
    """The latest cutoffs whose labels are known at `cutoff`, oldest first."""
    latest = cutoff - horizon
    return [c for c in range(latest - TRAINING_STEP_DAYS * (N_TRAINING_CUTOFFS - 1), latest + 1, TRAINING_STEP_DAYS) if c > 0]


def labelled_pairs(purchases: pl.DataFrame, cutoff: int, horizon: int) -> pl.DataFrame:
    """customer, item, cutoff, bought: every pair known at the cutoff and whether it comes back."""
    again = purchases.filter(pl.col("day").is_between(cutoff, cutoff + horizon, closed="right"))
    return (
        purchases.filter(pl.col("day") <= cutoff)
        .select("customer", "item")
        .unique()
        .join(again.select("customer", "item").unique().with_columns(bought=1), on=["customer", "item"], how="left")
        .with_columns(pl.col("bought").fill_null(0), cutoff=pl.lit(cutoff, pl.Int32))
        .sort("customer", "item")
    )
