"""Whom to remind of what this week, from a Parquet file: needs nothing but beforehand.

python from_parquet.py [due.parquet]
"""

import sys
from pathlib import Path

import beforehand

LOG = Path(__file__).parents[1] / "data/online_retail.parquet"
AS_OF = "2011-11-06"

# The file names its columns customer, at, item, quantity …; others are named with columns={"customer": "user_id", …}.
history = beforehand.History(LOG)
print(history)
print(history.report)

model = beforehand.fit(history, as_of=AS_OF)
print(model)

# One row for each customer and item. What happened after as_of is in the log, but not in the forecasts.
due = model.replenishment(history, as_of=AS_OF)
out = sys.argv[1] if len(sys.argv) > 1 else "due.parquet"
due.write_parquet(out)
print(f"{due.n_rows} forecasts are in {out}")

# The same for one customer, as a back end would ask with a model loaded from a file.
for forecast in model.forecasts(history, as_of=AS_OF, customer=17675)[:3]:
    likely = f"{forecast.run_out_p10_at.date()} … {forecast.run_out_p90_at.date()}"
    print(f"{forecast.item}: runs out {forecast.run_out_p50_at.date()} ({likely}), remind {forecast.remind_at.date()}")
