"""What the gradient-boosting contender sees of a pair: a good analyst's hand-made columns, all from days up to the cutoff."""

import polars as pl

COLUMNS = [
    "n_purchases",
    "recency_days",
    "age_days",
    "gap_mean_days",
    "gap_sd_days",
    "gap_median_days",
    "gap_last_days",
    "quantity_last",
    "quantity_mean",
    "quantity_total",
    "customer_n_visits",
    "customer_recency_days",
    "customer_age_days",
    "customer_n_items",
    "customer_n_visits_60d",
    "item_n_customers",
    "item_repeat_share",
    "item_purchases_per_customer",
    "item_gap_median_days",
    "item_sales_28d",
    "item_sales_28d_to_84d",
    "visits_since_last",
    "visits_since_first",
]


def of_pairs(purchases: pl.DataFrame, cutoff: int) -> pl.DataFrame:
    """One row per pair known at the cutoff: customer, item and `COLUMNS`; sorted by customer and item."""
    past = purchases.filter(pl.col("day") <= cutoff).sort("customer", "item", "day")
    day = pl.col("day")

    visits = past.select("customer", "day").unique().sort("customer", "day")
    visits = visits.with_columns(later=pl.len().over("customer") - day.rank("ordinal").over("customer").cast(pl.Int64))
    customers = visits.group_by("customer").agg(
        customer_n_visits=pl.len(),
        customer_recency_days=cutoff - day.max(),
        customer_age_days=cutoff - day.min(),
        customer_n_visits_60d=(day > cutoff - 60).sum(),
    )
    baskets = past.group_by("customer").agg(customer_n_items=pl.col("item").n_unique())

    gap = pl.col("gap")
    pairs = (
        past.with_columns(gap=day.diff().over("customer", "item"))
        .group_by("customer", "item")
        .agg(
            first=day.first(),
            last=day.last(),
            n_purchases=pl.len(),
            gap_mean_days=gap.mean(),
            gap_sd_days=gap.std(),
            gap_median_days=gap.median(),
            gap_last_days=gap.last(),
            quantity_last=pl.col("quantity").last(),
            quantity_mean=pl.col("quantity").mean(),
            quantity_total=pl.col("quantity").sum(),
        )
        .with_columns(recency_days=cutoff - pl.col("last"), age_days=cutoff - pl.col("first"))
    )
    items = pairs.group_by("item").agg(
        item_n_customers=pl.len(),
        item_repeat_share=(pl.col("n_purchases") > 1).mean(),
        item_purchases_per_customer=pl.col("n_purchases").mean(),
        item_gap_median_days=pl.col("gap_median_days").median(),
    )
    sales = past.group_by("item").agg(
        item_sales_28d=(day > cutoff - 28).sum(),
        item_sales_28d_to_84d=day.is_between(cutoff - 84, cutoff - 28, closed="right").sum(),
    )

    def visits_after(column: str, name: str) -> pl.DataFrame:
        return visits.select("customer", pl.col("day").alias(column), pl.col("later").alias(name))

    joined = (
        pairs.join(customers, on="customer")
        .join(baskets, on="customer")
        .join(items, on="item")
        .join(sales, on="item")
        .join(visits_after("last", "visits_since_last"), on=["customer", "last"])
        .join(visits_after("first", "visits_since_first"), on=["customer", "first"])
    )
    return joined.select("customer", "item", *COLUMNS).sort("customer", "item")
