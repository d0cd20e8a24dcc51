"""How much of each item customers will need within four weeks, from a Polars frame.

pip install polars
"""

from pathlib import Path

import beforehand
import polars as pl

DATA = Path(__file__).parents[1] / "data"
AS_OF = "2011-11-06"
NO_GOODS = ["POST", "DOT", "M", "m", "D", "C2", "BANK CHARGES", "CRUK", "PADS", "AMAZONFEE"]

# A lazy frame is collected first: beforehand reads tables, not plans.
orders = pl.scan_parquet(DATA / "online_retail.parquet").filter(~pl.col("item").is_in(NO_GOODS)).collect()
model = beforehand.fit(orders, as_of=AS_OF)
due = pl.DataFrame(model.replenishment(orders, as_of=AS_OF, horizons_days=[28]))

names = pl.read_parquet(DATA / "online_retail_items.parquet")
demand = (
    due.group_by("item")
    .agg(customers=pl.len(), buyers_expected=pl.col("prob_within_28_days").cast(pl.Float64).sum())
    .join(names, on="item")
    .sort("buyers_expected", "item", descending=True)
)
print("Buyers expected in the 28 days after", AS_OF)
for row in demand.head(5).iter_rows(named=True):
    print(f"{row['buyers_expected']:6.0f} of {row['customers']:4} customers   {row['description']}")
