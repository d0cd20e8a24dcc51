"""How sure the forecasts are, and whose purchases they rest on, from a pandas frame.

pip install pandas pyarrow
"""

from pathlib import Path

import beforehand
import pandas as pd

LOG = Path(__file__).parents[1] / "data/online_retail.parquet"
AS_OF = "2011-11-06"

orders = pd.read_parquet(LOG)
model = beforehand.fit(orders, as_of=AS_OF)
due = model.replenishment(orders, as_of=AS_OF).to_pandas()

due["width_days"] = (due["run_out_p90_at"] - due["run_out_p10_at"]).dt.days
by_basis = due.groupby("basis", observed=True).agg(pairs=("item", "size"), median_width_days=("width_days", "median"))
print(by_basis.sort_values("median_width_days"))
