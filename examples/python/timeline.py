"""Draws docs/timeline.png: one customer's purchases of one item, and when it will be needed again.

pip install matplotlib
python timeline.py [docs/timeline.png]
"""

import sys
from pathlib import Path

import beforehand
import beforehand.plot
import matplotlib
import matplotlib.pyplot as plt

ROOT = Path(__file__).parents[2]
AS_OF = "2011-11-06"

matplotlib.use("Agg")
history = beforehand.History(ROOT / "examples/data/online_retail.parquet")
model = beforehand.fit(history, as_of=AS_OF)
names = {"22193": "red diner wall clock"}
ax = beforehand.plot.timeline(model, history, 17675, item="22193", item_names=names, as_of=AS_OF)
print(ax.get_title(loc="left"))
out = sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs/timeline.png"
plt.savefig(out, dpi=110)
