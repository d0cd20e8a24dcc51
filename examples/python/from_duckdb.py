"""Whom to remind of what this week, from DuckDB: a relation goes straight in, and SQL reads the forecasts where they are.

pip install duckdb
"""

from pathlib import Path

import beforehand
import duckdb

DATA = Path(__file__).parents[1] / "data"
AS_OF = "2011-11-06"

# Which day an instant falls on depends on the zone; these are read in UTC, like the log.
duckdb.execute("set timezone = 'UTC'")

# Any relation will do; this one leaves out stock codes that are no goods. Nothing is copied on the way.
orders = (
    duckdb.read_parquet(f"{DATA}/online_retail.parquet")
    .filter("item not in ('POST', 'DOT', 'M', 'm', 'D', 'C2', 'BANK CHARGES', 'CRUK', 'PADS', 'AMAZONFEE')")
    .project('customer as user_id, "at" as paid_at, item as sku, quantity, kind')
)
columns = {"customer": "user_id", "time": "paid_at", "item": "sku"}
model = beforehand.fit(orders, as_of=AS_OF, columns=columns)
due = model.replenishment(orders, as_of=AS_OF)

# `due` is a table for DuckDB.
query = f"""
    from due join '{DATA}/online_retail_items.parquet' using (item)
    select customer, description, n_events as bought, prob_within_28_days::decimal(4, 3) as "P(28 days)",
        run_out_p50_at::date as runs_out, remind_at::date as remind
    where remind_at < '{AS_OF}'::timestamptz + interval 7 days and basis = 'own'
    order by prob_within_28_days desc, customer, item limit 8
"""
print(duckdb.sql(query))
