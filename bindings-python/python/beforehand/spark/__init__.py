"""Fitting and forecasting where the log is: on Spark.

    model = beforehand.spark.fit(orders, as_of="2026-01-31", columns={"customer": "user_id", "time": "paid_at", "item": "sku"})
    due = beforehand.spark.replenishment(model, orders, as_of="2026-01-31", columns=…)      # a Spark data frame

A customer's events are brought to one place by a hash of the customer; each part is read, summarised and forecast by the same
code as on one machine. `beforehand` must be installed on the workers. Needs `pip install 'beforehand[spark]'`.
"""

from __future__ import annotations

try:
    import pyspark  # noqa: F401
except ImportError as e:
    raise ImportError("beforehand.spark needs PySpark: pip install 'beforehand[spark]'") from e

from ._calls import *  # noqa: F403
from ._calls import __all__ as __all__
