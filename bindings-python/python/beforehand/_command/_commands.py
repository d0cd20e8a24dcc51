"""Which commands there are: which function each calls, and what becomes of the answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from .._calls import audit, backtest, btyd_customers, decline, fit, renewal_fit
from .._model import Model


class Command(NamedTuple):
    """A command. What a method of a model answers is asked of `--model`, or of one fitted on the spot."""

    short: str
    call: Callable[..., Any]
    # A model is saved, a table goes out as CSV or Parquet, numbers are printed in words or as JSON, a page is HTML.
    # Contracts have a way of their own: fitted and scored in one go.
    answer: Literal["model", "table", "numbers", "page", "contracts"]
    examples: str
    # What the rows of a table are.
    rows: str = ""

    @property
    def asks_a_model(self) -> bool:
        """Whether a fitted model answers: whether the call is a method of one."""
        return "self" in inspect.signature(self.call).parameters


COMMANDS = {
    "fit": Command(
        short="learn from a log, and save the model",
        call=fit,
        answer="model",
        examples="""\
example: learn from everything up to the end of January, and keep the model
  beforehand fit orders.parquet --as-of 2026-01-31 --model shop.model
Fit again every week or month; forecasts with an older model keep working on newer logs.""",
    ),
    "forecast": Command(
        short="when each customer will need each item again",
        call=Model.replenishment,
        answer="table",
        rows="forecasts",
        examples="""\
example: who runs out of what, and when to remind, as Parquet; then the customers to remind this week, with DuckDB
  beforehand forecast orders.parquet --model shop.model --as-of 2026-02-07 --out due.parquet --horizons 7,28
  duckdb -c "from 'due.parquet' where remind_at < '2026-02-14' order by prob_within_28_days desc limit 20"
example: as CSV into a pipe, with one model fitted on the spot
  beforehand forecast orders.csv --as-of 2026-02-07 | head""",
    ),
    "churn": Command(
        short="who is about to leave: P(lapse) of every customer",
        call=Model.lapse,
        answer="table",
        rows="customers",
        examples="""\
example: who is about to leave, as Parquet; then the hundred most at risk of those who used to come often, with DuckDB
  beforehand churn orders.parquet --model shop.model --as-of 2026-02-07 --out risk.parquet --horizons 28,84
  duckdb -c "from 'risk.parquet' where n_visits > 5 order by prob_lapse_84_days desc limit 100"
example: as CSV into a pipe, with one model fitted on the spot
  beforehand churn orders.csv --as-of 2026-02-07 | head""",
    ),
    "decline": Command(
        short="whose use has fallen: since when, how deep, in which modules",
        call=decline,
        answer="table",
        rows="alarms",
        examples="""\
example: which teams have used the product less, since when and how deep; then those of the last four weeks, with DuckDB
  beforehand decline logins.parquet --as-of 2026-02-08 --out alarms.parquet --customer-column team --item-column feature
  duckdb -c "from 'alarms.parquet' where alarm_at > '2026-01-11' order by depth * level_before desc"
example: by month, with at most two healthy customers in a hundred alarmed a year
  beforehand decline logins.csv --as-of 2026-02-01 --period-days 30 --false-alarms-per-year 0.02 | head""",
    ),
    "btyd": Command(
        short="the BG/NBD family: P(alive) and purchases to come of every customer",
        call=btyd_customers,
        answer="table",
        rows="customers",
        examples="""\
example: P(alive), purchases expected within a quarter and a year, with what customers will spend in two years
  beforehand btyd orders.parquet --as-of 2026-02-07 --out buying.parquet --horizons 91,364 --lifetime 728
example: another model of the family
  beforehand btyd orders.csv --as-of 2026-02-07 --family bg_nbd | head
For the best calibrated risk use `beforehand churn`.""",
    ),
    "renewal": Command(
        short="which contracts will be cancelled: P(cancel at the next renewal)",
        call=renewal_fit,
        answer="contracts",
        rows="contracts",
        examples="""\
example: learn from last year's contracts, and who is likely to cancel of those that come up now
  beforehand renewal contracts.csv --cancelled churned --customer team --score running.csv --out risk.csv
example: the contracts of one file that run on, with what is known only after the renewal left out
  beforehand renewal contracts.parquet --cancelled churned --customer team --ignore refund --ignore reason | head""",
    ),
    "decide": Command(
        short="whether, when and with what to contact each customer",
        call=Model.decide,
        answer="table",
        rows="customers",
        examples="""\
example: what to do about everyone this morning, as Parquet; then who is to be contacted, with DuckDB
  beforehand decide orders.parquet --policy policy.json --model shop.model --as-of 2026-02-07T09:00 --out todo.parquet
  duckdb -c "from 'todo.parquet' where action = 'contact' order by expected_margin desc"
The least that policy.json needs is a margin, an offer and a channel:
  {"margin_share": 0.35, "order_value": 30,
   "offers": [{"name": "reminder", "prob_win_back": 0.15}],
   "channels": [{"name": "app", "cost": 0.02}]}
`python -c "import beforehand; help(beforehand.Policy)"` explains all that it may hold.""",
    ),
    "backtest": Command(
        short="what forecasts of earlier dates would have been worth",
        call=backtest,
        answer="numbers",
        examples="""\
example: what forecasts made at three earlier dates would have been worth
  beforehand backtest orders.parquet --as-of 2026-01-31
example: its numbers for a script
  beforehand backtest orders.parquet --as-of 2026-01-31 --json | jq .all.log_loss""",
    ),
    "audit": Command(
        short="what a log can carry, and what is missing",
        call=audit,
        answer="numbers",
        examples="""\
example: what the log can carry, before anything is fitted
  beforehand audit orders.parquet --as-of 2026-01-31""",
    ),
    "report": Command(
        short="one HTML page to look at",
        call=Model.report,
        answer="page",
        examples="""\
example: one page to show around: the audit, a backtest, timelines, and the reminders due
  beforehand report orders.parquet --model shop.model --as-of 2026-01-31 --out report.html
With --item-names items.csv (two columns: identifier, name) items appear by name.""",
    ),
}
