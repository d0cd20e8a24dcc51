"""The calls: functions, and methods of the model.

Written by `make gen` from the definitions in the Rust core: change those, not this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from . import _native as native
from . import _run
from ._contracts import Contracts, columns_of
from ._history import Columns, Data
from ._table import Table

if TYPE_CHECKING:
    from ._model import Model
    from ._progress import Progress
    from ._types import *  # noqa: F403


def fit(
    data: Data,
    *,
    as_of: InstantLike,
    substitutes: Substitutes = "need",
    ladders: Sequence[Ladder] = (),
    learn_successors: bool = True,
    max_training_rows: int = 250000,
    max_lapse_rows: int = 100000,
    use_quantity: bool = True,
    columns: Columns | None = None,
    progress: Progress = None,
) -> Model:
    """Learns from a history what happened up to and including `as_of`; nothing later is looked at.

    The same log gives the same model, bit for bit, whatever the order of its rows and the number of threads.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The instant up to which the model may know the log. A date or time without offset is on the clock
            of the log, its time zone. A date is the beginning of its day: in a log that knows times of day, nothing
            of that day has been seen then; in a log of dates, all of it.
        substitutes: Which items replace each other. Default: those of one need.
        ladders: Life stages given by the user. Default: none.
        learn_successors: Whether to learn, from what buyers of an item move on to, which item follows it.
            Default: true.
        max_training_rows: Rows on which the layer is trained, at most; more cost time and gain little. Allowed
            1,000 … 10,000,000, default 250,000. Fitting does not grow with the log beyond them.
        max_lapse_rows: Rows on which the layer of lapse is trained, at most; 100 save time where nobody asks
            about lapse. Allowed 100 … 10,000,000, default 100,000.
        use_quantity: Whether forecasts react to the supply bought (quantity × pack size). Default: true.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        The model.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> log = [
        ...     {"customer": f"c{c}", "item": "filter", "at": f"2025-{month:02}-{5 + c % 7:02}"}
        ...     for c in range(40) for month in range(1, 11)
        ... ]
        >>> model = beforehand.fit(log, as_of="2025-11-01")
        >>> model.n_customers, model.n_events
        (40, 400)
    """
    answer = _run.model(
        "fit",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "options": {
                "substitutes": substitutes,
                "ladders": ladders,
                "learn_successors": learn_successors,
                "max_training_rows": max_training_rows,
                "max_lapse_rows": max_lapse_rows,
                "use_quantity": use_quantity,
            },
        },
    )
    return answer


def btyd(
    data: Data,
    *,
    as_of: InstantLike,
    family: Family = "mbg_cnbd",
    horizons_days: Sequence[float] = (28.0, 84.0, 364.0),
    columns: Columns | None = None,
    progress: Progress = None,
) -> PurchaseFit:
    """Fits a model of customers who buy for a while and then leave unseen: BG/NBD, MBG/NBD, Pareto/NBD or
    (M)BG/CNBD-k, by maximum likelihood.

    For the best calibrated risk use `lapse` of a fitted model, which corrects such a model by what it got wrong
    before; this one is for those who want the model itself. The answer holds a text, `fitted`, with which the other
    calls of this family use this fit instead of making their own, also on a later day.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The instant up to which purchases are known; nothing later is looked at.
        family: How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best.
        horizons_days: Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        `PurchaseFit`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> log = [
        ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + (c * month) % 20:02}"}
        ...     for c in range(60) for month in range(1, 3 + c % 9)
        ... ]
        >>> fitted = beforehand.btyd(log, as_of="2025-11-01", family="mbg_nbd")
        >>> [parameter.name for parameter in fitted.parameters]
        ['r', 'alpha', 'a', 'b']
        >>> fitted.n_customers, fitted.status in ("converged", "near_boundary")
        (60, True)
        >>> # What was fitted then, on what is known now.
        >>> later = beforehand.btyd_customers(log, as_of="2025-12-01", fitted=fitted.fitted)
        >>> later.n_rows
        60
    """
    from ._types import PurchaseFit

    answer = _run.value(
        "btyd",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "options": {
                "family": family,
                "horizons_days": horizons_days,
            },
        },
    )
    return PurchaseFit._of(answer.value)


def btyd_customers(
    data: Data,
    *,
    as_of: InstantLike,
    fitted: str | None = None,
    family: Family = "mbg_cnbd",
    horizons_days: Sequence[float] = (28.0, 84.0, 364.0),
    prob_counts: Sequence[int] = (),
    next_purchase_quantiles: Sequence[float] = (),
    lifetime_days: Sequence[float] = (),
    discount_per_year: float = 0.1,
    interval: float | None = None,
    columns: Columns | None = None,
    progress: Progress = None,
) -> Table:
    """What a model of buying and leaving says about each customer, fitted as by `btyd`: one row per customer who has
    bought by `as_of`, sorted.

    Columns that take time come when they are asked for: probabilities of counts, days to the next purchase,
    discounted values, and intervals.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The instant of prediction, up to which the model is fitted; nothing later is looked at.
        fitted: What `btyd` answered as `fitted`, for `as_of` or before: it is used, with its family, and nothing
            is fitted. Default: none.
        family: How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best.
        horizons_days: Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364.
        prob_counts: Numbers of purchase days, 0 … 1,000, each a column P(exactly so many) per horizon. Default:
            none.
        next_purchase_quantiles: Shares in which the next purchase has come, 0 < p < 1, each a column of the days
            that takes. Default: none.
        lifetime_days: Days, each 0 < d ≤ 36,500, over which each customer's discounted value is told. It needs
            amounts. Default: none.
        discount_per_year: What a value a year away is worth less, 0 … 10: 0.1 divides it by 1.1. Default: 0.1,
            what capital is often said to cost.
        interval: The probability with which intervals hold, 0 < p < 1, say 0.8; with it come intervals of
            purchases and of lifetime values, doubt about the parameters included. They take time: some tenths of a
            millisecond a customer, for lifetime values some milliseconds, and ten times as long or more with
            `pareto_nbd`. Default: none.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        A table with the columns
        - `customer` (id): Who.
        - `n_repeats` (count): Purchase days after the first.
        - `last_days` (number): Days from the first purchase to the last.
        - `observed_days` (number): Days from the first purchase to `as_of`.
        - `prob_alive` (number): P(the customer has not left for good), 0 to 1.
        - `prob_active_…_days` (number): P(a purchase within so many days), 0 to 1; one column per horizon.
        - `expected_purchases_…_days` (number): Expected number of purchase days within so many days; one column per
          horizon.
        - `expected_amount` (number): Expected amount of a purchase day by Gamma-Gamma; none when the log has no
          amounts.
        - `prob_count_…_in_…_days` (number): P(exactly so many purchase days within so many days), 0 to 1; one
          column per number of `prob_counts` and horizon.
        - `expected_purchases_low_…_days` (number): With `interval`: lower end for the expected number of purchase
          days, by the doubt about the parameters.
        - `expected_purchases_high_…_days` (number): Its upper end.
        - `purchases_low_…_days` (number): With `interval`: lower end for the number of purchase days itself, by
          chance and the doubt about the parameters.
        - `purchases_high_…_days` (number): Its upper end.
        - `next_purchase_p…_days` (number): Days within which the next purchase comes with so many per cent
          probability; none when that may never be. One column per share of `next_purchase_quantiles`.
        - `expected_lifetime_value_…_days` (number): Expected discounted amount of the purchase days within so many
          days, in the amounts' currency; none when the log has no amounts. One column per number of `lifetime_days`.
        - `expected_lifetime_value_low_…_days` (number): With `interval`: lower end for the expected amount, by the
          doubt about buying and leaving, not about amounts.
        - `expected_lifetime_value_high_…_days` (number): Its upper end.
        - `lifetime_value_low_…_days` (number): With `interval`: lower end for the discounted amount itself, by that
          doubt and by chance in the number of purchase days.
        - `lifetime_value_high_…_days` (number): Its upper end.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> log = [
        ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + (c * month) % 20:02}"}
        ...     for c in range(60) for month in range(1, 3 + c % 9)
        ... ]
        >>> buyers = beforehand.btyd_customers(log, as_of="2025-11-01", horizons_days=[84])
        >>> buyers.n_rows, all(0 <= p <= 1 for p in buyers["prob_active_84_days"])
        (60, True)
        >>> more = beforehand.btyd_customers(
        ...     log, as_of="2025-11-01", family="mbg_nbd", horizons_days=[84],
        ...     prob_counts=[0, 1], interval=0.8, next_purchase_quantiles=[0.1],
        ... )
        >>> round(more["prob_count_0_in_84_days"][0] + more["prob_active_84_days"][0], 9)
        1.0
        >>> more["purchases_low_84_days"][0] <= more["purchases_high_84_days"][0]
        True
        >>> "next_purchase_p10_days" in more.names
        True
    """
    answer = _run.table(
        "btyd_customers",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "fitted": fitted,
            "options": {
                "family": family,
                "horizons_days": horizons_days,
            },
            "tell": {
                "prob_counts": prob_counts,
                "next_purchase_quantiles": next_purchase_quantiles,
                "lifetime_days": lifetime_days,
                "discount_per_year": discount_per_year,
                "interval": interval,
            },
        },
    )
    return answer


def btyd_alive(
    data: Data,
    *,
    as_of: InstantLike,
    customer: Id,
    fitted: str | None = None,
    family: Family = "mbg_cnbd",
    horizons_days: Sequence[float] = (28.0, 84.0, 364.0),
    columns: Columns | None = None,
    progress: Progress = None,
) -> Table:
    """P(a customer has not left for good) on each day since the first purchase, by the model of `btyd` fitted up to
    `as_of`.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The instant up to which the model is fitted, and the last day told; nothing later is looked at.
        customer: Whose; by the identifier in the log.
        fitted: What `btyd` answered as `fitted`, for `as_of` or before: it is used, with its family, and nothing
            is fitted. Default: none.
        family: How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best.
        horizons_days: Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        A table with the columns
        - `at` (instant): The day.
        - `prob_alive` (number): P(the customer had not left for good), by what was known of the customer on the
          day.
        - `n_purchases` (count): Purchase days so far, the first one included.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> log = [
        ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + (c * month) % 20:02}"}
        ...     for c in range(60) for month in range(1, 3 + c % 9)
        ... ]
        >>> days = beforehand.btyd_alive(log, as_of="2025-11-01", customer="c4", family="mbg_nbd")
        >>> days["prob_alive"][-1] < max(days["prob_alive"])
        True
    """
    answer = _run.table(
        "btyd_alive",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "customer": customer,
            "fitted": fitted,
            "options": {
                "family": family,
                "horizons_days": horizons_days,
            },
        },
    )
    return answer


def btyd_matrix(
    data: Data,
    *,
    as_of: InstantLike,
    observed_days: float = 364.0,
    horizon_days: float = 84.0,
    n_steps: int = 26,
    fitted: str | None = None,
    family: Family = "mbg_cnbd",
    horizons_days: Sequence[float] = (28.0, 84.0, 364.0),
    columns: Columns | None = None,
    progress: Progress = None,
) -> Table:
    """What `btyd` says of each frequency and recency: customers who have been observed for the same time, by how many
    repeat purchases they made, and when the last was.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The instant up to which the model is fitted; nothing later is looked at.
        observed_days: Days from the first purchase to now, of everyone in the matrix, 0 < d ≤ 36,500. Default:
            364.
        horizon_days: Days within which purchases are expected, 0 < h ≤ 36,500. Default: 84.
        n_steps: The most repeat purchases, and the steps of recency, 1 … 200. Default: 26.
        fitted: What `btyd` answered as `fitted`, for `as_of` or before: it is used, with its family, and nothing
            is fitted. Default: none.
        family: How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best.
        horizons_days: Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        A table with the columns
        - `n_repeats` (count): Purchase days after the first.
        - `last_days` (number): Days from the first purchase to the last.
        - `prob_alive` (number): P(the customer has not left for good), 0 to 1.
        - `expected_purchases` (number): Expected number of purchase days within the horizon.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> log = [
        ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + (c * month) % 20:02}"}
        ...     for c in range(60) for month in range(1, 3 + c % 9)
        ... ]
        >>> matrix = beforehand.btyd_matrix(log, as_of="2025-11-01", observed_days=200, n_steps=5, family="mbg_nbd")
        >>> matrix.names, matrix.n_rows
        (['n_repeats', 'last_days', 'prob_alive', 'expected_purchases'], 26)
    """
    answer = _run.table(
        "btyd_matrix",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "observed_days": observed_days,
            "horizon_days": horizon_days,
            "n_steps": n_steps,
            "fitted": fitted,
            "options": {
                "family": family,
                "horizons_days": horizons_days,
            },
        },
    )
    return answer


def btyd_tracking(
    data: Data,
    *,
    as_of: InstantLike,
    until: InstantLike,
    step_days: int = 7,
    fitted: str | None = None,
    family: Family = "mbg_cnbd",
    horizons_days: Sequence[float] = (28.0, 84.0, 364.0),
    columns: Columns | None = None,
    progress: Progress = None,
) -> Table:
    """Repeat purchases that the model of `btyd` expects and those that came, period by period, of the customers known
    when it was fitted: how well it describes the log, and how well it foretells what follows.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The instant up to which the model is fitted, and by which customers must be known.
        until: The end of what is compared, from `as_of` on.
        step_days: Days in a period, 1 … 366. Default: 7.
        fitted: What `btyd` answered as `fitted`, for `as_of` or before: it is used, with its family, and nothing
            is fitted. Default: none.
        family: How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best.
        horizons_days: Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        A table with the columns
        - `at` (instant): The end of the period.
        - `n_actual` (count): Repeat purchases that came.
        - `expected` (number): Repeat purchases that the model expects of customers who began when these did.
        - `is_fitted` (flag): Whether the period ends by the instant of the fit: the model has seen it.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> log = [
        ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + (c * month) % 20:02}"}
        ...     for c in range(60) for month in range(1, 3 + c % 9)
        ... ]
        >>> weeks = beforehand.btyd_tracking(log, as_of="2025-08-01", until="2025-11-01", family="mbg_nbd")
        >>> sum(weeks["is_fitted"]) > 20, sum(not fitted for fitted in weeks["is_fitted"])
        (True, 13)
    """
    answer = _run.table(
        "btyd_tracking",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "until": until,
            "step_days": step_days,
            "fitted": fitted,
            "options": {
                "family": family,
                "horizons_days": horizons_days,
            },
        },
    )
    return answer


def btyd_context(
    data: Data,
    *,
    as_of: InstantLike,
    family: Family = "mbg_cnbd",
    trait_customers: Sequence[Id] = (),
    traits: Mapping[str, Sequence[float | None]] = MappingProxyType({}),
    buying: Sequence[str] | None = None,
    leaving: Sequence[str] | None = None,
    has_months: bool = False,
    special_days: Mapping[str, Sequence[str]] = MappingProxyType({}),
    columns: Columns | None = None,
    progress: Progress = None,
) -> ContextFit:
    """Fits a model of buying and leaving, as `btyd` does, with traits of customers that may change how often they buy
    and how soon they leave (Fader & Hardie 2007), and with months and lists of days on which everyone buys more or
    less often.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The instant up to which purchases are known; nothing later is looked at.
        family: How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best. No calendar with
            `pareto_nbd`.
        trait_customers: Whose traits `traits` holds, in its order, by the identifiers in the log; each once.
            Customers of the log who are missing here count as average, those who are not in the log as nothing.
            Default: nobody's.
        traits: Traits that do not change, as columns by name: a number per customer of `trait_customers`,
            categories as 0 and 1, none where unknown, which counts as the mean. Default: none.
        buying: Names of traits that may change how often a customer buys, at most 100. Default: all of them.
        leaving: Names of traits that may change how soon a customer leaves, at most 100. Default: all of them.
        has_months: Whether each month of the year has an effect on how often everyone buys. Default: no; it takes
            logs of more than a year.
        special_days: Lists of days by name, such as holidays of one kind or the days of promotions, as
            `2025-12-24`; each list has an effect on how often everyone buys. List coming days too. At most 100 lists.
            Default: none.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        `ContextFit`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> log = [
        ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + (c * month) % 20:02}"}
        ...     for c in range(60) for month in range(1, 3 + c % 9)
        ... ]
        >>> customers = sorted({row["customer"] for row in log})
        >>> is_company = [1 if int(customer[1:]) % 9 > 4 else 0 for customer in customers]
        >>> fit = beforehand.btyd_context(
        ...     log, as_of="2025-11-01", family="mbg_nbd",
        ...     trait_customers=customers, traits={"is_company": is_company},
        ...     special_days={"sale": ["2025-03-08", "2025-09-06"]},
        ... )
        >>> [(effect.name, effect.on) for effect in fit.effects]
        [('is_company', 'buying'), ('is_company', 'leaving'), ('sale', 'calendar')]
        >>> fit.n_customers
        60
    """
    from ._types import ContextFit

    answer = _run.value(
        "btyd_context",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "options": {
                "family": family,
                "trait_customers": trait_customers,
                "traits": traits,
                "buying": buying,
                "leaving": leaving,
                "has_months": has_months,
                "special_days": special_days,
            },
        },
    )
    return ContextFit._of(answer.value)


def btyd_context_customers(
    data: Data,
    *,
    as_of: InstantLike,
    horizons_days: Sequence[float] = (28.0, 84.0, 364.0),
    family: Family = "mbg_cnbd",
    trait_customers: Sequence[Id] = (),
    traits: Mapping[str, Sequence[float | None]] = MappingProxyType({}),
    buying: Sequence[str] | None = None,
    leaving: Sequence[str] | None = None,
    has_months: bool = False,
    special_days: Mapping[str, Sequence[str]] = MappingProxyType({}),
    columns: Columns | None = None,
    progress: Progress = None,
) -> Table:
    """What a model of buying and leaving with traits and calendar says about each customer, fitted as by
    `btyd_context`: one row per customer who has bought by `as_of`, sorted. Listed days to come count.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The instant of prediction, up to which the model is fitted; nothing later is looked at.
        horizons_days: Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364.
        family: How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best. No calendar with
            `pareto_nbd`.
        trait_customers: Whose traits `traits` holds, in its order, by the identifiers in the log; each once.
            Customers of the log who are missing here count as average, those who are not in the log as nothing.
            Default: nobody's.
        traits: Traits that do not change, as columns by name: a number per customer of `trait_customers`,
            categories as 0 and 1, none where unknown, which counts as the mean. Default: none.
        buying: Names of traits that may change how often a customer buys, at most 100. Default: all of them.
        leaving: Names of traits that may change how soon a customer leaves, at most 100. Default: all of them.
        has_months: Whether each month of the year has an effect on how often everyone buys. Default: no; it takes
            logs of more than a year.
        special_days: Lists of days by name, such as holidays of one kind or the days of promotions, as
            `2025-12-24`; each list has an effect on how often everyone buys. List coming days too. At most 100 lists.
            Default: none.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        A table with the columns
        - `customer` (id): Who.
        - `n_repeats` (count): Purchase days after the first.
        - `prob_alive` (number): P(the customer has not left for good), 0 to 1.
        - `prob_active_…_days` (number): P(a purchase within so many days), 0 to 1; one column per horizon.
        - `expected_purchases_…_days` (number): Expected number of purchase days within so many days; one column per
          horizon.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> log = [
        ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + (c * month) % 20:02}"}
        ...     for c in range(60) for month in range(1, 3 + c % 9)
        ... ]
        >>> customers = sorted({row["customer"] for row in log})
        >>> is_company = [1 if int(customer[1:]) % 9 > 4 else 0 for customer in customers]
        >>> buyers = beforehand.btyd_context_customers(
        ...     log, as_of="2025-11-01", family="mbg_nbd", horizons_days=[84],
        ...     trait_customers=customers, traits={"is_company": is_company},
        ... )
        >>> buyers.n_rows, all(0 <= p <= 1 for p in buyers["prob_active_84_days"])
        (60, True)
    """
    answer = _run.table(
        "btyd_context_customers",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "horizons_days": horizons_days,
            "options": {
                "family": family,
                "trait_customers": trait_customers,
                "traits": traits,
                "buying": buying,
                "leaving": leaving,
                "has_months": has_months,
                "special_days": special_days,
            },
        },
    )
    return answer


def renewal_cohorts(
    *,
    survivors: Sequence[Sequence[int]],
    kind: CohortKind = "shifted_beta_geometric",
    n_terms: int = 12,
) -> CohortCurve:
    """How many customers of a contract survive each renewal, and how many will: fits the shifted beta-geometric or
    the beta-discrete-Weibull to cohorts.

    By likelihood alone: give two or three renewals at least, of some hundred customers. With one renewal, how fast
    cancelling slows down is arbitrary; where nobody cancelled after the first, it says that nobody ever will.

    Args:
        survivors: Cohorts, each with the customers at its start and those left after 1, 2, … renewals: 2 to
            10,000 falling numbers.
        kind: How cancellation depends on how long a customer has stayed. Default: `shifted_beta_geometric`.
        n_terms: Renewals the answered curves reach over, 1 … 1,200. Default: 12.

    Returns:
        `CohortCurve`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> # The "High End" customers of Fader & Hardie (2007), year by year.
        >>> curve = beforehand.renewal_cohorts(survivors=[[1000, 869, 743, 653, 593, 551, 517, 491]])
        >>> round(curve.alpha, 3), round(curve.beta, 3)
        (0.668, 3.806)
        >>> round(curve.survival[12], 3)
        0.378
    """
    from ._types import CohortCurve

    answer = _run.value(
        "renewal_cohorts",
        None,
        None,
        None,
        False,
        {
            "survivors": survivors,
            "kind": kind,
            "n_terms": n_terms,
        },
    )
    return CohortCurve._of(answer.value)


def renewal_fit(
    contracts: Contracts,
    *,
    cancelled: str = "cancelled",
    customer: str | None = None,
    weight: str | None = None,
    entry_term: str | None = None,
    exit_term: str | None = None,
    ignore: Sequence[str] = (),
    horizons_terms: Sequence[int] = (3, 12),
    max_renewals: int = 2000000,
    progress: Progress = None,
) -> RenewalFit:
    """Learns from contracts that came up for renewal which ones are cancelled: P(cancel at the next renewal) by what
    is known of each contract.

    Every column of the table that is not named here is a feature: numbers, texts as levels without an order, or
    booleans, which count as the texts `true` and `false`; missing values may be left missing. Only give what was
    known before the renewal came up. The answer's `fitted` is a text to keep; with it, `renewal_risk` says how likely
    other contracts are to be cancelled, and `renewal_drivers` why.

    Args:
        contracts: The contracts, one per row. Any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of a
            CSV or Parquet file, columns by name, or rows as mappings.
        cancelled: The column that says whether the contract was cancelled: true or false, 1 or 0, yes or no.
            Default: `cancelled`.
        customer: The column that says whose contract it is, which is no feature. Default: none.
        weight: The column with what each row counts for, above 0; relative. Default: all the same.
        entry_term: The column with the terms a contract had lasted when it came under observation. Only with
            `exit_term`. Default: 0 for all.
        exit_term: The column with the renewal a contract was last seen at, counted from 1, where it was cancelled
            or not. Default: each row is one renewal, and terms play no part.
        ignore: Columns that are no features: what is known only after the renewal, names, notes. Default: none.
        horizons_terms: Horizons for which P(cancel within) is given, in terms, each 1 … 1,200. Default: 3, 12.
        max_renewals: The most renewals in all contracts together that a fit takes, 1,000 … 100,000,000. Default:
            2,000,000.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        `RenewalFit`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> contracts = {
        ...     "team": [f"team {i}" for i in range(400)],
        ...     "plan": ["yearly" if i % 3 == 0 else "monthly" for i in range(400)],
        ...     "seats": [1 + i * 7 % 40 for i in range(400)],
        ...     "cancelled": [i * 7919 % 100 < (5 if i % 3 == 0 else 35) for i in range(400)],
        ... }
        >>> fit = beforehand.renewal_fit(contracts, customer="team")
        >>> fit.n_renewals, fit.n_cancelled, fit.columns
        (400, 100, ('plan', 'seats'))
    """
    from ._types import RenewalFit

    answer = _run.value(
        "renewal_fit",
        None,
        None,
        None,
        progress,
        {
            "contracts": columns_of(contracts, "contracts"),
            "cancelled": cancelled,
            "customer": customer,
            "weight": weight,
            "entry_term": entry_term,
            "exit_term": exit_term,
            "ignore": ignore,
            "horizons_terms": horizons_terms,
            "max_renewals": max_renewals,
        },
    )
    return RenewalFit._of(answer.value)


def renewal_risk(
    fitted: str,
    contracts: Contracts,
    *,
    customer: str | None = None,
    term: str | None = None,
    progress: Progress = None,
) -> Table:
    """How likely each contract is to be cancelled at its next renewal, and within some: one row per contract, in the
    order given.

    Args:
        fitted: The `fitted` that `renewal_fit` answered.
        contracts: The contracts, one per row, with the features of the fit; other columns are not looked at. Any
            Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of a CSV or Parquet file, columns by name, or
            rows as mappings.
        customer: The column that says whose contract it is. Default: the number of the row is answered.
        term: The column with the terms each contract has lasted; needed after a fit with `exit_term`, and only
            then.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        A table with the columns
        - `customer` (id): Whose contract it is; the number of the row, from 0, when no column says so.
        - `prob_cancel` (number): P(cancel at the next renewal), 0 to 1.
        - `prob_cancel_within_…_terms` (number): P(cancel within so many terms), 0 to 1; one column per horizon of
          the fit.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> contracts = {
        ...     "team": [f"team {i}" for i in range(400)],
        ...     "plan": ["yearly" if i % 3 == 0 else "monthly" for i in range(400)],
        ...     "seats": [1 + i * 7 % 40 for i in range(400)],
        ...     "cancelled": [i * 7919 % 100 < (5 if i % 3 == 0 else 35) for i in range(400)],
        ... }
        >>> fit = beforehand.renewal_fit(contracts, customer="team", horizons_terms=[12])
        >>> running = {"team": ["wang", "ana"], "plan": ["monthly", "yearly"], "seats": [12, None]}
        >>> risk = beforehand.renewal_risk(fit.fitted, running, customer="team")
        >>> risk.names
        ['customer', 'prob_cancel', 'prob_cancel_within_12_terms']
        >>> wang, ana = risk["prob_cancel"]
        >>> wang > 2 * ana
        True
    """
    answer = _run.table(
        "renewal_risk",
        None,
        None,
        None,
        progress,
        {
            "fitted": fitted,
            "contracts": columns_of(contracts, "contracts"),
            "customer": customer,
            "term": term,
        },
    )
    return answer


def renewal_drivers(
    fitted: str,
    contracts: Contracts,
    *,
    row: int = 0,
    term: str | None = None,
    progress: Progress = None,
) -> RenewalDrivers:
    """Why a contract's risk is what it is: what each column adds to the log-odds of cancelling, against the average
    contract.

    Args:
        fitted: The `fitted` that `renewal_fit` answered.
        contracts: The contracts, one per row, with the features of the fit. Any Arrow table (Polars, pandas,
            pyarrow, DuckDB, …), the path of a CSV or Parquet file, columns by name, or rows as mappings.
        row: The row of the contract, from 0. Default: the first.
        term: The column with the terms each contract has lasted; needed after a fit with `exit_term`, and only
            then.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        `RenewalDrivers`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> contracts = {
        ...     "team": [f"team {i}" for i in range(400)],
        ...     "plan": ["yearly" if i % 3 == 0 else "monthly" for i in range(400)],
        ...     "seats": [1 + i * 7 % 40 for i in range(400)],
        ...     "cancelled": [i * 7919 % 100 < (5 if i % 3 == 0 else 35) for i in range(400)],
        ... }
        >>> fit = beforehand.renewal_fit(contracts, customer="team")
        >>> why = beforehand.renewal_drivers(fit.fitted, contracts, row=1)
        >>> why.drivers[0].column, why.drivers[0].value, why.drivers[0].log_odds > 0
        ('plan', 'monthly', True)
        >>> abs(why.base_log_odds + sum(driver.log_odds for driver in why.drivers) - why.log_odds) < 1e-9
        True
    """
    from ._types import RenewalDrivers

    answer = _run.value(
        "renewal_drivers",
        None,
        None,
        None,
        progress,
        {
            "fitted": fitted,
            "contracts": columns_of(contracts, "contracts"),
            "row": row,
            "term": term,
        },
    )
    return RenewalDrivers._of(answer.value)


def decline(
    data: Data,
    *,
    as_of: InstantLike,
    period_days: int = 7,
    false_alarms_per_year: float = 0.05,
    periods_per_year: float | None = None,
    min_periods: int = 8,
    rule: AlarmRule = "evidence",
    max_customers: int = 4096,
    n_simulated: int = 8192,
    columns: Columns | None = None,
    progress: Progress = None,
) -> Table:
    """Whose use has truly fallen, at a stated rate of false alarms: one row per alarm, by customer and instant.

    The log's events are use: a login, a session, a document, `quantity` of them; items are the modules used. Periods
    are counted back from the last civil day seen: that of `as_of`, or the one before where `as_of` is a day's
    beginning and the log knows times of day; a period without an event is one of no use, from a customer's first
    event on. Season, holidays and pauses are learned from everyone, so give the log of all customers.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The end of the last period; nothing later is looked at.
        period_days: Civil days in a period, 1 … 366.
        false_alarms_per_year: The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default:
            0.05. Smaller is slower: at the same counts, less evidence is enough for more alarms.
        periods_per_year: How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days.
            Default: as many as the periods of a log of events are long, and 52 for counts given as such.
        min_periods: Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not
            known of a young customer's level widens the evidence anyway.
        rule: When an alarm is raised. Default: by evidence.
        max_customers: Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their
            names. Default: 4096.
        n_simulated: Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds
            the stated rate to about a twentieth of itself.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        A table with the columns
        - `customer` (id): Who.
        - `alarm_at` (instant): When the alarm was raised: the end of the period whose count raised it.
        - `since_at` (instant): Since when: the beginning of the first fallen period, the most likely one.
        - `since_earliest_at` (instant): The earlier end of a 90 % interval of it.
        - `since_latest_at` (instant): The later end of that interval.
        - `depth` (number): The share of the level that was lost, 0 to 1, the most likely one.
        - `depth_min` (number): The lower end of a 90 % interval of it.
        - `depth_max` (number): The upper end of that interval.
        - `level_before` (number): Counts per period before the fall.
        - `level_after` (number): Counts per period since.
        - `false_alarms_per_year` (number): The share of healthy customers that show as much evidence in a year; by
          another rule, that alarm by it.
        - `modules` (text): The items that fell, or that similar customers use more; separated by commas.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> from datetime import date, timedelta
        >>> log = [
        ...     {"customer": team, "item": "reports", "at": date(2025, 1, 6) + timedelta(weeks=week, days=day)}
        ...     for team in range(40) for week in range(52)
        ...     for day in range(1 if team == 7 and week >= 40 else 3 + (team * week) % 4)
        ... ]
        >>> alarms = beforehand.decline(log, as_of="2026-01-04")
        >>> 7 in alarms["customer"]
        True
    """
    answer = _run.table(
        "decline",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "period_days": period_days,
            "options": {
                "false_alarms_per_year": false_alarms_per_year,
                "periods_per_year": periods_per_year,
                "min_periods": min_periods,
                "rule": rule,
                "max_customers": max_customers,
                "n_simulated": n_simulated,
            },
        },
    )
    return answer


def decline_modules(
    data: Data,
    *,
    as_of: InstantLike,
    period_days: int = 7,
    false_alarms_per_year: float = 0.05,
    periods_per_year: float | None = None,
    min_periods: int = 8,
    rule: AlarmRule = "evidence",
    max_customers: int = 4096,
    n_simulated: int = 8192,
    columns: Columns | None = None,
    progress: Progress = None,
) -> Table:
    """The modules behind each alarm of `decline`: one row per module that fell, or that similar customers use more.

    The log is read as by `decline`. Of an alarm the modules that fell come first, the largest loss first.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The end of the last period; nothing later is looked at.
        period_days: Civil days in a period, 1 … 366.
        false_alarms_per_year: The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default:
            0.05. Smaller is slower: at the same counts, less evidence is enough for more alarms.
        periods_per_year: How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days.
            Default: as many as the periods of a log of events are long, and 52 for counts given as such.
        min_periods: Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not
            known of a young customer's level widens the evidence anyway.
        rule: When an alarm is raised. Default: by evidence.
        max_customers: Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their
            names. Default: 4096.
        n_simulated: Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds
            the stated rate to about a twentieth of itself.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        A table with the columns
        - `customer` (id): Who.
        - `alarm_at` (instant): When the alarm was raised: the end of the period whose count raised it.
        - `module` (id): The item.
        - `reason` (word): `fell`: used less since the fall. `used_little`: long used less than by similar
          customers.
        - `per_period` (number): Counts per period: since the fall (`fell`), or in all periods seen (`used_little`).
        - `expected_per_period` (number): Counts per period expected by earlier use, or by that of similar
          customers.
        - `prob_below` (number): P(the module's level truly lies below what was expected), 0 to 1.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> from datetime import date, timedelta
        >>> log = [
        ...     {"customer": team, "item": module, "at": date(2025, 1, 6) + timedelta(weeks=week, days=day)}
        ...     for team in range(40) for week in range(52) for module in ("exports", "reports")
        ...     for day in range(0 if team == 7 and week >= 40 and module == "reports" else 2 + (team * week) % 4)
        ... ]
        >>> modules = beforehand.decline_modules(log, as_of="2026-01-04")
        >>> (7, "reports", "fell") in zip(modules["customer"], modules["module"], modules["reason"])
        True
    """
    answer = _run.table(
        "decline_modules",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "period_days": period_days,
            "options": {
                "false_alarms_per_year": false_alarms_per_year,
                "periods_per_year": periods_per_year,
                "min_periods": min_periods,
                "rule": rule,
                "max_customers": max_customers,
                "n_simulated": n_simulated,
            },
        },
    )
    return answer


def decide_declines(
    data: Data,
    *,
    as_of: InstantLike,
    policy: Policy,
    help_terms: HelpTerms | None = None,
    period_days: int = 7,
    false_alarms_per_year: float = 0.05,
    periods_per_year: float | None = None,
    min_periods: int = 8,
    rule: AlarmRule = "evidence",
    max_customers: int = 4096,
    n_simulated: int = 8192,
    columns: Columns | None = None,
    progress: Progress = None,
) -> list[DeclineDecision]:
    """Whose use has fallen of late, and whether a person should offer help: one entry per customer with an alarm in
    the last days.

    The log's events are use, read as by `decline`; what was sent to customers counts for limits and fatigue. What is
    at stake is the share of the customer's remaining value (the policy's `customers[].remaining_value` or
    `costs.remaining_value`) that went with the use. A proposal is never the machine's alone: its route is `approve`.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The end of the last period, and the instant of the decision; nothing later is looked at.
        policy: What the business may do, what it costs, and how careful to be. Its offers are ways of helping.
        help_terms: What is known of the help.
        period_days: Civil days in a period, 1 … 366.
        false_alarms_per_year: The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default:
            0.05. Smaller is slower: at the same counts, less evidence is enough for more alarms.
        periods_per_year: How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days.
            Default: as many as the periods of a log of events are long, and 52 for counts given as such.
        min_periods: Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not
            known of a young customer's level widens the evidence anyway.
        rule: When an alarm is raised. Default: by evidence.
        max_customers: Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their
            names. Default: 4096.
        n_simulated: Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds
            the stated rate to about a twentieth of itself.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        `list[DeclineDecision]`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> from datetime import date, timedelta
        >>> log = [
        ...     {"customer": team, "item": "reports", "at": date(2025, 1, 6) + timedelta(weeks=week, days=day % 7)}
        ...     for team in range(40) for week in range(52)
        ...     for day in range(1 if team == 7 and week >= 48 else 10 + (team * week) % 3)
        ... ]
        >>> policy = beforehand.Policy(
        ...     margin_share=1.0,
        ...     offers=[beforehand.Offer("tips", prob_win_back=0.25)],
        ...     channels=[beforehand.Channel("email", cost=1.0)],
        ...     customers=[beforehand.CustomerTerms(7, remaining_value=4000.0)],
        ... )
        >>> few = beforehand.HelpTerms(alarm_days=28)
        >>> [seven] = beforehand.decide_declines(log, as_of="2026-01-04", policy=policy, help_terms=few)
        >>> seven.decline.customer, seven.decision.route
        (7, 'approve')
    """
    from ._types import DeclineDecision

    answer = _run.value(
        "decide_declines",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "policy": policy,
            **({} if help_terms is None else {"help_terms": help_terms}),
            "period_days": period_days,
            "options": {
                "false_alarms_per_year": false_alarms_per_year,
                "periods_per_year": periods_per_year,
                "min_periods": min_periods,
                "rule": rule,
                "max_customers": max_customers,
                "n_simulated": n_simulated,
            },
        },
    )
    return [DeclineDecision._of(v) for v in answer.value]


def learn_contacts(
    data: Data,
    *,
    as_of: InstantLike,
    policy: Policy,
    window_days: float = 14.0,
    columns: Columns | None = None,
    progress: Progress = None,
) -> Learned:
    """What the log's own contacts teach: what each offer wins, measured against customers held out, and at which
    hours customers open what they are sent. Put it into the policy, as `learned`.

    An effect is learned only where a lottery held customers out (rows of the kind `held_out`): a rate of response is
    never taken for an effect.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: Nothing later is looked at.
        policy: The policy whose channels and time zones the contacts are of.
        window_days: A purchase counts as an outcome of a contact within so many days, above 0 and up to 364.
            Default: 14.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        `Learned`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand, dataclasses
        >>> from datetime import date, timedelta
        >>> start = date(2026, 1, 1)
        >>> log = [{"customer": c, "item": "filter", "at": start} for c in range(400)]
        >>> for c in range(400):  # one in four is held out; of the others every third buys
        ...     kind = "held_out" if c % 4 == 0 else "contact"
        ...     log.append({"customer": c, "at": start + timedelta(30), "kind": kind, "channel": "app", "offer": "reminder"})
        ...     if c % 4 and c % 3 == 0:
        ...         log.append({"customer": c, "item": "filter", "at": start + timedelta(33)})
        >>> policy = beforehand.Policy(
        ...     margin_share=0.4,
        ...     offers=[beforehand.Offer("reminder", prob_win_back=0.1)],
        ...     channels=[beforehand.Channel("app", cost=0.05)],
        ... )
        >>> learned = beforehand.learn_contacts(log, as_of="2026-04-01", policy=policy)
        >>> [(e.offer, e.n_contacted, e.n_held_out, round(e.prob_win_back, 2)) for e in learned.effects]
        [('reminder', 300, 100, 0.33)]
        >>> policy = dataclasses.replace(policy, learned=learned)
    """
    from ._types import Learned

    answer = _run.value(
        "learn_contacts",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "policy": policy,
            "window_days": window_days,
        },
    )
    return Learned._of(answer.value)


def decline_history(
    data: Data,
    *,
    as_of: InstantLike,
    customer: Id,
    period_days: int = 7,
    false_alarms_per_year: float = 0.05,
    periods_per_year: float | None = None,
    min_periods: int = 8,
    rule: AlarmRule = "evidence",
    max_customers: int = 4096,
    n_simulated: int = 8192,
    columns: Columns | None = None,
    progress: Progress = None,
) -> Table:
    """One customer's use, period by period: counts, what was expected if nothing had fallen, and the evidence for a
    fall.

    The log is read as by `decline`; season and thresholds are learned from everyone.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The end of the last period; nothing later is looked at.
        customer: Whose; by the identifier in the log.
        period_days: Civil days in a period, 1 … 366.
        false_alarms_per_year: The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default:
            0.05. Smaller is slower: at the same counts, less evidence is enough for more alarms.
        periods_per_year: How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days.
            Default: as many as the periods of a log of events are long, and 52 for counts given as such.
        min_periods: Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not
            known of a young customer's level widens the evidence anyway.
        rule: When an alarm is raised. Default: by evidence.
        max_customers: Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their
            names. Default: 4096.
        n_simulated: Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds
            the stated rate to about a twentieth of itself.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        A table with the columns
        - `at` (instant): The beginning of the period.
        - `n_used` (number): What was counted; none when nothing is known.
        - `expected` (number): What was expected of it if nothing had fallen.
        - `evidence` (number): Logarithm of the evidence for a fall over what an alarm takes: above 0 an alarm is
          due.
        - `is_alarm` (flag): Whether an alarm was raised at the period's end.
        - `since_at` (instant): Of an alarm: the beginning of the first fallen period, the most likely one.
        - `level_before` (number): Of an alarm: counts per period before the fall.
        - `level_after` (number): Of an alarm: counts per period since.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> from datetime import date, timedelta
        >>> log = [
        ...     {"customer": team, "item": "reports", "at": date(2025, 1, 6) + timedelta(weeks=week, days=day)}
        ...     for team in range(40) for week in range(52)
        ...     for day in range(1 if team == 7 and week >= 40 else 3 + (team * week) % 4)
        ... ]
        >>> weeks = beforehand.decline_history(log, as_of="2026-01-04", customer=7)
        >>> weeks.n_rows, weeks["is_alarm"].index(True) in range(40, 44)
        (52, True)
    """
    answer = _run.table(
        "decline_history",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "customer": customer,
            "period_days": period_days,
            "options": {
                "false_alarms_per_year": false_alarms_per_year,
                "periods_per_year": periods_per_year,
                "min_periods": min_periods,
                "rule": rule,
                "max_customers": max_customers,
                "n_simulated": n_simulated,
            },
        },
    )
    return answer


def decline_fit(
    data: Data,
    *,
    as_of: InstantLike,
    period_days: int = 7,
    false_alarms_per_year: float = 0.05,
    periods_per_year: float | None = None,
    min_periods: int = 8,
    rule: AlarmRule = "evidence",
    max_customers: int = 4096,
    n_simulated: int = 8192,
    columns: Columns | None = None,
    progress: Progress = None,
) -> str:
    """Learns from everyone's use what is needed to follow customers period by period: season, holidays, pauses,
    irregularity, and the evidence at which an alarm is due.

    The log is read as by `decline`. The answer is a text to keep; with it, `decline_states` says where each customer
    stands, and `decline_update` takes in one customer's next counts in microseconds. Fit anew now and then, say
    monthly, so that the season is known.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The end of the last period; nothing later is looked at.
        period_days: Civil days in a period, 1 … 366.
        false_alarms_per_year: The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default:
            0.05. Smaller is slower: at the same counts, less evidence is enough for more alarms.
        periods_per_year: How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days.
            Default: as many as the periods of a log of events are long, and 52 for counts given as such.
        min_periods: Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not
            known of a young customer's level widens the evidence anyway.
        rule: When an alarm is raised. Default: by evidence.
        max_customers: Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their
            names. Default: 4096.
        n_simulated: Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds
            the stated rate to about a twentieth of itself.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        The text.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> from datetime import date, timedelta
        >>> log = [
        ...     {"customer": team, "item": "reports", "at": date(2025, 1, 6) + timedelta(weeks=week, days=day)}
        ...     for team in range(40) for week in range(40) for day in range(3 + (team * week) % 4)
        ... ]
        >>> fitted = beforehand.decline_fit(log, as_of="2025-10-12")
        >>> len(fitted) < 20_000
        True
    """
    answer = _run.text(
        "decline_fit",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "period_days": period_days,
            "options": {
                "false_alarms_per_year": false_alarms_per_year,
                "periods_per_year": periods_per_year,
                "min_periods": min_periods,
                "rule": rule,
                "max_customers": max_customers,
                "n_simulated": n_simulated,
            },
        },
    )
    return answer


def decline_states(
    data: Data,
    *,
    as_of: InstantLike,
    fitted: str,
    columns: Columns | None = None,
    progress: Progress = None,
) -> Table:
    """Where every customer stands at the end of a period: one row per customer, sorted, each with the state that
    `decline_update` goes on from.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The end of the last period: the instant of the fit, or whole periods after it. Nothing later is
            looked at.
        fitted: What `decline_fit` answered.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        A table with the columns
        - `customer` (id): Who.
        - `n_periods` (count): Periods with a known count since the first, or since the last alarm.
        - `level_per_period` (number): The level expected if nothing has fallen: counts per average period.
        - `state` (text): Where the customer stands, for `decline_update`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> from datetime import date, timedelta
        >>> log = [
        ...     {"customer": team, "item": "reports", "at": date(2025, 1, 6) + timedelta(weeks=week, days=day)}
        ...     for team in range(40) for week in range(40) for day in range(3 + (team * week) % 4)
        ... ]
        >>> fitted = beforehand.decline_fit(log, as_of="2025-10-12")
        >>> states = beforehand.decline_states(log, as_of="2025-10-12", fitted=fitted)
        >>> states.n_rows, states["n_periods"][0]
        (40, 40)
    """
    answer = _run.table(
        "decline_states",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "fitted": fitted,
        },
    )
    return answer


def decline_update(
    *,
    fitted: str,
    counts: Sequence[float | None],
    state: str | None = None,
    first_period: int = 0,
) -> DeclineStep:
    """Takes in one customer's next periods, in constant time each: the alarms they raise, and where the customer
    stands then.

    Args:
        fitted: What `decline_fit` answered.
        counts: The counts of the next periods in order, 0 to 1e12 each; none for a period of which nothing is
            known. At most 10,000.
        state: Where the customer stands: what `decline_states` or the last `decline_update` answered; none for a
            new customer.
        first_period: A new customer's first period; 0 is the first one after the fit. Default: 0. Not used with
            `state`.

    Returns:
        `DeclineStep`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> from datetime import date, timedelta
        >>> log = [
        ...     {"customer": team, "item": "reports", "at": date(2025, 1, 6) + timedelta(weeks=week, days=day)}
        ...     for team in range(40) for week in range(40) for day in range(3 + (team * week) % 4)
        ... ]
        >>> fitted = beforehand.decline_fit(log, as_of="2025-10-12")
        >>> states = beforehand.decline_states(log, as_of="2025-10-12", fitted=fitted)
        >>> # The team's next weeks, as they come in.
        >>> step = beforehand.decline_update(fitted=fitted, state=states["state"][7], counts=[5])
        >>> step.next_period, step.alarms
        (1, ())
        >>> step = beforehand.decline_update(fitted=fitted, state=step.state, counts=[0, 0, 0, 0, 0, 0])
        >>> [alarm.since_period for alarm in step.alarms]
        [1]
    """
    from ._types import DeclineStep

    answer = _run.value(
        "decline_update",
        None,
        None,
        None,
        False,
        {
            "fitted": fitted,
            "counts": counts,
            "state": state,
            "first_period": first_period,
        },
    )
    return DeclineStep._of(answer.value)


def backtest(
    data: Data,
    *,
    as_of: InstantLike,
    substitutes: Substitutes = "need",
    ladders: Sequence[Ladder] = (),
    learn_successors: bool = True,
    max_training_rows: int = 250000,
    max_lapse_rows: int = 100000,
    use_quantity: bool = True,
    n_cutoffs: int = 3,
    step_days: float = 28.0,
    horizon_days: float = 28.0,
    reminders: ReminderOptions | None = None,
    columns: Columns | None = None,
    progress: Progress = None,
) -> Backtest:
    """What forecasts made at earlier instants of the same log would have been worth: fits at each cutoff, forecasts,
    compares.

    The last cutoff lies one horizon before `as_of`, the others a step apart before it. No forecast saw anything after
    its cutoff.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The end of the log that is looked at; nothing later is.
        substitutes: Which items replace each other. Default: those of one need.
        ladders: Life stages given by the user. Default: none.
        learn_successors: Whether to learn, from what buyers of an item move on to, which item follows it.
            Default: true.
        max_training_rows: Rows on which the layer is trained, at most; more cost time and gain little. Allowed
            1,000 … 10,000,000, default 250,000. Fitting does not grow with the log beyond them.
        max_lapse_rows: Rows on which the layer of lapse is trained, at most; 100 save time where nobody asks
            about lapse. Allowed 100 … 10,000,000, default 100,000.
        use_quantity: Whether forecasts react to the supply bought (quantity × pack size). Default: true.
        n_cutoffs: How many cutoffs, 1 … 24. Default 3.
        step_days: Days between them, 1 … 364. Default 28.
        horizon_days: Horizon of the probabilities, days, 1 … 364. The last cutoff lies this far before `as_of`.
            Default 28.
        reminders: How reminders are judged.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        `Backtest`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> log = [
        ...     {"customer": f"c{c}", "item": "filter", "at": f"2025-{month:02}-{5 + c % 7:02}"}
        ...     for c in range(40) for month in range(1, 11)
        ... ]
        >>> test = beforehand.backtest(log, as_of="2025-11-01", n_cutoffs=2)
        >>> len(test.cutoffs), test.all.n_forecasts
        (2, 80)
    """
    from ._types import Backtest

    answer = _run.value(
        "backtest",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
            "options": {
                "substitutes": substitutes,
                "ladders": ladders,
                "learn_successors": learn_successors,
                "max_training_rows": max_training_rows,
                "max_lapse_rows": max_lapse_rows,
                "use_quantity": use_quantity,
            },
            "backtest": {
                "n_cutoffs": n_cutoffs,
                "step_days": step_days,
                "horizon_days": horizon_days,
                **({} if reminders is None else {"reminders": reminders}),
            },
        },
    )
    return Backtest._of(answer.value)


def audit(
    data: Data,
    *,
    as_of: InstantLike,
    columns: Columns | None = None,
    progress: Progress = None,
) -> Audit:
    """What a log can carry: which scenarios are ready, thin or missing, what to look into first, and what to do about
    it.

    Args:
        data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path of
            a CSV or Parquet file, or rows as mappings.
        as_of: The instant of the audit; later events are not looked at.
        columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
            `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
        progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function of
            the stage and the share done (0 to 1), which stops the work by returning `False`.

    Returns:
        `Audit`.

    Raises:
        Error: with the `code`, `field` and `row` of what went wrong.
        KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

    Example:
        >>> import beforehand
        >>> log = [{"customer": "c1", "item": "filter", "at": "2025-11-01"}]
        >>> audit = beforehand.audit(log, as_of="2025-11-06")
        >>> audit.scenarios[0].scenario, audit.scenarios[0].readiness
        ('replenishment', 'missing')
        >>> print(str(audit).splitlines()[0])
        Audit of the log as of 2025-11-06T00:00:00Z
    """
    from ._types import Audit

    answer = _run.value(
        "audit",
        None,
        data,
        columns,
        progress,
        {
            "as_of": as_of,
        },
    )
    return Audit._of(answer.value, answer.words)


class ModelCalls:
    """What can be asked of a model."""

    __slots__ = ()
    _native: native.Model
    _columns: Columns | None

    def replenishment(
        self, data: Data,
        *,
        as_of: InstantLike,
        horizons_days: Sequence[float] = (7.0, 28.0, 84.0),
        lead_days: float = 7.0,
        remind_quantile: float = 0.5,
        columns: Columns | None = None,
        progress: Progress = None,
    ) -> Table:
        """When each customer will need each item bought so far: one row per pair of customer and item, sorted by
        both.

        Args:
            data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path
                of a CSV or Parquet file, or rows as mappings.
            as_of: The instant of prediction; not before the model's own. Nothing later is looked at. A date is
                understood as by `fit`.
            horizons_days: Horizons for which P(buys within) is given, days, each 0 < h ≤ 364. Default: 7, 28, 84.
            lead_days: How long before the run-out date to remind (delivery and thinking it over), days, 0 … 364.
                Default: 7.
            remind_quantile: Which quantile of the run-out date the reminder aims at, 0 < q < 1. Smaller reminds
                earlier. Default: 0.5.
            columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
                `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
            progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function
                of the stage and the share done (0 to 1), which stops the work by returning `False`.

        Returns:
            A table with the columns
            - `customer` (id): Who.
            - `item` (id): The item bought last; of items that replace each other, the latest.
            - `n_events` (count): Purchases of the item (or need) so far, merged per day.
            - `basis` (word): On whose purchases the forecast mainly rests: `own`, `item`, `category` or
              `population`.
            - `recency_days` (number): Days since the last purchase.
            - `cycle_days` (number): Days one purchase of the usual supply lasts, the median.
            - `supply_left_days` (number): Days the supply at hand still lasts; 0 when it should have run out.
            - `prob_again` (number): P(buys again within 364 days), 0 to 1.
            - `prob_within_…_days` (number): P(buys within so many days), 0 to 1; one column per horizon.
            - `run_out_p10_at` (instant): The run-out date given that the customer buys again: 10 % quantile.
            - `run_out_p50_at` (instant): The run-out date: median.
            - `run_out_p90_at` (instant): The run-out date: 90 % quantile.
            - `remind_at` (instant): When to remind: the lead time before the run-out; never before as_of.
            - `consumption_per_day` (number): Units (times pack size) used per day: usual supply over usual cycle.
            - `next_item` (text): The item to propose instead, when the customer moves on; empty for none.

        Raises:
            Error: with the `code`, `field` and `row` of what went wrong.
            KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

        Example:
            >>> import beforehand
            >>> log = [
            ...     {"customer": f"c{c}", "item": "filter", "at": f"2025-{month:02}-{5 + c % 7:02}"}
            ...     for c in range(40) for month in range(1, 11)
            ... ]
            >>> model = beforehand.fit(log, as_of="2025-11-01")
            >>> due = model.replenishment(log, as_of="2025-11-01", horizons_days=[14])
            >>> len(due), due.names[:4], due["customer"][0]
            (40, ['customer', 'item', 'n_events', 'basis'], 'c0')
            >>> all(0.0 <= p <= 1.0 for p in due["prob_within_14_days"])
            True
        """
        answer = _run.table(
            "replenishment",
            self,
            data,
            columns,
            progress,
            {
                "as_of": as_of,
                "options": {
                    "horizons_days": horizons_days,
                    "lead_days": lead_days,
                    "remind_quantile": remind_quantile,
                },
            },
        )
        return answer

    def forecasts(
        self, data: Data,
        *,
        as_of: InstantLike,
        customer: Id | None = None,
        horizons_days: Sequence[float] = (7.0, 28.0, 84.0),
        lead_days: float = 7.0,
        remind_quantile: float = 0.5,
        columns: Columns | None = None,
    ) -> list[Forecast]:
        """One customer's forecasts in full, an entry per item (or need) bought so far, in order of the items.

        Args:
            data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path
                of a CSV or Parquet file, or rows as mappings.
            as_of: The instant of prediction; not before the model's own. Nothing later is looked at.
            customer: Whose forecasts; may be left out when `data` holds one customer only.
            horizons_days: Horizons for which P(buys within) is given, days, each 0 < h ≤ 364. Default: 7, 28, 84.
            lead_days: How long before the run-out date to remind (delivery and thinking it over), days, 0 … 364.
                Default: 7.
            remind_quantile: Which quantile of the run-out date the reminder aims at, 0 < q < 1. Smaller reminds
                earlier. Default: 0.5.
            columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
                `History`. On a model, by default as it was fitted; not used when `data` is a `History`.

        Returns:
            `list[Forecast]`.

        Raises:
            Error: with the `code`, `field` and `row` of what went wrong.
            KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

        Example:
            >>> import beforehand
            >>> log = [
            ...     {"customer": f"c{c}", "item": "filter", "at": f"2025-{month:02}-{5 + c % 7:02}"}
            ...     for c in range(40) for month in range(1, 11)
            ... ]
            >>> model = beforehand.fit(log, as_of="2025-11-01")
            >>> own = [row for row in log if row["customer"] == "c3"]
            >>> (filter,) = model.forecasts(own, as_of="2025-11-01")
            >>> filter.n_events, filter.basis, filter.last_bought_at.date().isoformat()
            (10, 'own', '2025-10-08')
        """
        from ._types import Forecast

        answer = _run.value(
            "forecasts",
            self,
            data,
            columns,
            False,
            {
                "as_of": as_of,
                "customer": customer,
                "options": {
                    "horizons_days": horizons_days,
                    "lead_days": lead_days,
                    "remind_quantile": remind_quantile,
                },
            },
        )
        return [Forecast._of(v) for v in answer.value]

    def forecast_if_bought(
        self, data: Data | None = None,
        *,
        item: Id,
        as_of: InstantLike,
        customer: Id | None = None,
        horizons_days: Sequence[float] = (7.0, 28.0, 84.0),
        lead_days: float = 7.0,
        remind_quantile: float = 0.5,
        columns: Columns | None = None,
    ) -> Forecast:
        """How long an item would last that is bought at `as_of`.

        Works for items the customer never bought, for customers nobody knows (leave out `data`), and for items the
        model has never seen: the forecast then rests on the category or the population, and is as wide as that.

        Args:
            data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path
                of a CSV or Parquet file, or rows as mappings. May be left out.
            item: The item.
            as_of: The instant of prediction; not before the model's own. Nothing later is looked at.
            customer: Who buys it; may be left out when `data` holds one customer only.
            horizons_days: Horizons for which P(buys within) is given, days, each 0 < h ≤ 364. Default: 7, 28, 84.
            lead_days: How long before the run-out date to remind (delivery and thinking it over), days, 0 … 364.
                Default: 7.
            remind_quantile: Which quantile of the run-out date the reminder aims at, 0 < q < 1. Smaller reminds
                earlier. Default: 0.5.
            columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
                `History`. On a model, by default as it was fitted; not used when `data` is a `History`.

        Returns:
            `Forecast`.

        Raises:
            Error: with the `code`, `field` and `row` of what went wrong.
            KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

        Example:
            >>> import beforehand
            >>> log = [
            ...     {"customer": f"c{c}", "item": "filter", "at": f"2025-{month:02}-{5 + c % 7:02}"}
            ...     for c in range(40) for month in range(1, 11)
            ... ]
            >>> model = beforehand.fit(log, as_of="2025-11-01")
            >>> newcomer = model.forecast_if_bought(item="filter", as_of="2025-11-01")
            >>> newcomer.n_events, newcomer.basis
            (0, 'item')
        """
        from ._types import Forecast

        answer = _run.value(
            "forecast_if_bought",
            self,
            data,
            columns,
            False,
            {
                "item": item,
                "as_of": as_of,
                "customer": customer,
                "options": {
                    "horizons_days": horizons_days,
                    "lead_days": lead_days,
                    "remind_quantile": remind_quantile,
                },
            },
        )
        return Forecast._of(answer.value)

    def lapse(
        self, data: Data,
        *,
        as_of: InstantLike,
        horizons_days: Sequence[float] = (84.0, 28.0, 182.0),
        columns: Columns | None = None,
        progress: Progress = None,
    ) -> Table:
        """How likely each customer is not to come back: one row per customer who has bought by `as_of`, sorted.

        Args:
            data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path
                of a CSV or Parquet file, or rows as mappings.
            as_of: The instant of prediction; not before the model's own. Nothing later is looked at.
            horizons_days: Horizons for which P(lapse) and the expected purchases are given, days, each 0 < h ≤
                364. At least one; the first is the one that drivers explain. Default: 84, 28, 182: a quarter, a
                month, half a year.
            columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
                `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
            progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function
                of the stage and the share done (0 to 1), which stops the work by returning `False`.

        Returns:
            A table with the columns
            - `customer` (id): Who.
            - `n_visits` (count): Days with a purchase so far.
            - `recency_days` (number): Days since the last purchase.
            - `prob_lapse_…_days` (number): P(no purchase within so many days), 0 to 1; one column per horizon.
            - `expected_visits_…_days` (number): Expected number of days with a purchase within so many days; one
              column per horizon.
            - `prob_alive` (number): P(the customer has not left for good), 0 to 1: by the model of buying and
              leaving; at least P(purchase within 364 days).

        Raises:
            Error: with the `code`, `field` and `row` of what went wrong.
            KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

        Example:
            >>> import beforehand
            >>> log = [
            ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + c % 7:02}"}
            ...     for c in range(40) for month in range(1, 11 if c % 4 else 5)
            ... ]
            >>> model = beforehand.fit(log, as_of="2025-11-01")
            >>> risk = model.lapse(log, as_of="2025-11-01", horizons_days=[84])
            >>> gone, here = (risk["prob_lapse_84_days"][risk["customer"].index(c)] for c in ("c4", "c5"))
            >>> gone > here
            True
        """
        answer = _run.table(
            "lapse",
            self,
            data,
            columns,
            progress,
            {
                "as_of": as_of,
                "options": {
                    "horizons_days": horizons_days,
                },
            },
        )
        return answer

    def lapse_of(
        self, data: Data,
        *,
        as_of: InstantLike,
        customer: Id | None = None,
        horizons_days: Sequence[float] = (84.0, 28.0, 182.0),
        columns: Columns | None = None,
    ) -> LapseRisk:
        """One customer's risk of lapse in full: every horizon, P(alive), and what raises or lowers the risk.

        Args:
            data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path
                of a CSV or Parquet file, or rows as mappings.
            as_of: The instant of prediction; not before the model's own. Nothing later is looked at.
            customer: Whose risk; may be left out when `data` holds one customer only.
            horizons_days: Horizons for which P(lapse) and the expected purchases are given, days, each 0 < h ≤
                364. At least one; the first is the one that drivers explain. Default: 84, 28, 182: a quarter, a
                month, half a year.
            columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
                `History`. On a model, by default as it was fitted; not used when `data` is a `History`.

        Returns:
            `LapseRisk`.

        Raises:
            Error: with the `code`, `field` and `row` of what went wrong.
            KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

        Example:
            >>> import beforehand
            >>> log = [
            ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + c % 7:02}"}
            ...     for c in range(40) for month in range(1, 11 if c % 4 else 5)
            ... ]
            >>> model = beforehand.fit(log, as_of="2025-11-01")
            >>> risk = model.lapse_of(log, as_of="2025-11-01", customer="c4")
            >>> risk.n_visits, risk.recency_days, risk.horizons[0].horizon_days
            (4, 206.0, 84.0)
            >>> abs(risk.log_odds - risk.base_log_odds - sum(d.log_odds for d in risk.drivers)) < 1e-6
            True
        """
        from ._types import LapseRisk

        answer = _run.value(
            "lapse_of",
            self,
            data,
            columns,
            False,
            {
                "as_of": as_of,
                "customer": customer,
                "options": {
                    "horizons_days": horizons_days,
                },
            },
        )
        return LapseRisk._of(answer.value)

    def decide(
        self, data: Data,
        *,
        as_of: InstantLike,
        policy: Policy,
        columns: Columns | None = None,
        progress: Progress = None,
    ) -> Table:
        """What to do about every customer now: contact, wait, abstain or hand over to a person; one row per customer
        who has bought.

        Every need that the model forecasts is weighed against doing nothing, on every day up to the policy's horizon,
        with every offer, on every channel that the limits leave open. Where capacity, budget or stock are limited,
        those who gain most are served. Contacts among the rows of `data` count for limits, consents and fatigue.

        Args:
            data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path
                of a CSV or Parquet file, or rows as mappings.
            as_of: The instant of the decision; not before the model's own. Nothing later is looked at.
            policy: What the business may do, what it costs, and how careful to be.
            columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
                `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
            progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function
                of the stage and the share done (0 to 1), which stops the work by returning `False`.

        Returns:
            A table with the columns
            - `customer` (id): Who.
            - `action` (word): `contact`, `wait`, `abstain` or `hand_off`.
            - `because` (word): Why nothing is done, or why a person decides: `no_gain`, `doubt`, `limit`,
              `capacity`, `holdout`, `explore`, `refused`, `missing`, `rule`; none for a contact and for waiting.
            - `item` (id): What it is about: the item bought last.
            - `next_item` (text): The item to propose instead, when the customer moves on; empty for none.
            - `offer` (text): The offer, by its name in the policy; empty for none.
            - `discount_share` (number): Its discount, a share of the price.
            - `channel` (text): The channel, by its name in the policy; empty for none.
            - `at` (instant): When to send; when to decide again, for `wait`.
            - `expected_margin` (number): What the contact is expected to gain over none.
            - `route` (word): Who sends it: `auto` or `approve`, after a person's look; none without a contact.
            - `propensity` (number): The probability with which this contact or holdout was drawn: log it with the
              row.
            - `message` (text): The words; empty for none.

        Raises:
            Error: with the `code`, `field` and `row` of what went wrong.
            KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

        Example:
            >>> import beforehand
            >>> from datetime import date, timedelta
            >>> log = [
            ...     {"customer": f"c{c}", "item": "filter", "at": date(2026, 1, 1) + timedelta(days=k * (28 + c % 5)), "amount": 40}
            ...     for c in range(40) for k in range(6)
            ... ]
            >>> model = beforehand.fit(log, as_of="2026-06-11")
            >>> policy = beforehand.Policy(
            ...     margin_share=0.4,
            ...     offers=[beforehand.Offer("reminder", prob_win_back=0.3), beforehand.Offer("ten_off", 0.4, discount_share=0.1)],
            ...     channels=[beforehand.Channel("app", cost=0.05)],
            ... )
            >>> decisions = model.decide(log, as_of="2026-06-11", policy=policy)
            >>> len(decisions), set(decisions["action"]) <= {"contact", "wait", "abstain", "hand_off"}
            (40, True)
        """
        answer = _run.table(
            "decide",
            self,
            data,
            columns,
            progress,
            {
                "as_of": as_of,
                "policy": policy,
            },
        )
        return answer

    def decide_for(
        self, data: Data,
        *,
        as_of: InstantLike,
        policy: Policy,
        customer: Id | None = None,
        columns: Columns | None = None,
    ) -> Decision:
        """What to do about one customer now, with the whole reasoning: what was weighed, what speaks for and against,
        the runner-up, the limit that binds, and what would change the decision.

        Args:
            data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path
                of a CSV or Parquet file, or rows as mappings.
            as_of: The instant of the decision; not before the model's own. Nothing later is looked at.
            policy: What the business may do, what it costs, and how careful to be.
            customer: Whom it is about; may be left out when `data` holds one customer only.
            columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
                `History`. On a model, by default as it was fitted; not used when `data` is a `History`.

        Returns:
            `Decision`.

        Raises:
            Error: with the `code`, `field` and `row` of what went wrong.
            KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

        Example:
            >>> import beforehand
            >>> from datetime import date, timedelta
            >>> log = [
            ...     {"customer": f"c{c}", "item": "filter", "at": date(2026, 1, 1) + timedelta(days=k * (28 + c % 5)), "amount": 40}
            ...     for c in range(40) for k in range(6)
            ... ]
            >>> model = beforehand.fit(log, as_of="2026-06-11")
            >>> policy = beforehand.Policy(
            ...     margin_share=0.4,
            ...     offers=[beforehand.Offer("reminder", prob_win_back=0.3)],
            ...     channels=[beforehand.Channel("app", cost=0.05)],
            ... )
            >>> decision = model.decide_for(log, as_of="2026-06-11", policy=policy, customer="c1")
            >>> match decision:
            ...     case beforehand.Contact(item=item, contact_at=at):
            ...         done = f"contact about {item} at {at}"
            ...     case beforehand.Wait(until_at=at):
            ...         done = f"look again at {at}"
            ...     case beforehand.Abstain(because=why) | beforehand.HandOff(because=why):
            ...         done = f"not now: {why}"
            >>> done.split()[0] in ("contact", "look", "not")
            True
        """
        from ._types import _decision_of

        answer = _run.value(
            "decide_for",
            self,
            data,
            columns,
            False,
            {
                "as_of": as_of,
                "policy": policy,
                "customer": customer,
            },
        )
        return _decision_of(answer.value)

    def report(
        self, data: Data,
        *,
        as_of: InstantLike,
        title: str = "Reminders",
        n_reminders: int = 12,
        n_timelines: int = 6,
        due_within_days: float = 7.0,
        with_backtest: bool = True,
        policy: Policy | None = None,
        item_names: Mapping[str, str] = MappingProxyType({}),
        notes: Sequence[str] = (),
        columns: Columns | None = None,
        progress: Progress = None,
    ) -> str:
        """One self-contained HTML page: what the log can carry, a backtest with its calibration curve and the worth
        of reminders, customers' timelines, and the reminders due.

        Args:
            data: the customers' past: a `History`, any Arrow table (Polars, pandas, pyarrow, DuckDB, …), the path
                of a CSV or Parquet file, or rows as mappings.
            as_of: The instant of prediction; not before the model's own. Nothing later is looked at, but to mark
                what a shown customer bought since.
            title: Title of the page. Default "Reminders".
            n_reminders: Reminders shown at most, one per customer, the likeliest purchase first; 0 … 1000.
                Default 12.
            n_timelines: How many of them are drawn as timelines. Default 6.
            due_within_days: Reminders due within so many days are shown, 0 … 364. Default 7.
            with_backtest: Whether to backtest, which fits once per cutoff. Default: true.
            policy: With a policy the page also shows what it makes of everyone's needs today. Default: none.
            item_names: What items are called, by identifier. Items that are not listed appear with their
                identifier.
            notes: Sentences for the end of the page, such as the source of the data.
            columns: which column of `data` holds what, such as `{"customer": "user_id", "time": "paid_at"}`; see
                `History`. On a model, by default as it was fitted; not used when `data` is a `History`.
            progress: `True` shows a bar, `False` nothing, by default a bar where a person watches; or a function
                of the stage and the share done (0 to 1), which stops the work by returning `False`.

        Returns:
            The text.

        Raises:
            Error: with the `code`, `field` and `row` of what went wrong.
            KeyboardInterrupt: on Ctrl-C, within a fraction of a second.

        Example:
            >>> import beforehand
            >>> log = [
            ...     {"customer": f"c{c}", "item": "filter", "at": f"2025-{month:02}-{5 + c % 7:02}"}
            ...     for c in range(40) for month in range(1, 11)
            ... ]
            >>> model = beforehand.fit(log, as_of="2025-11-01")
            >>> page = model.report(log, as_of="2025-11-01", title="Filters", with_backtest=False)
            >>> page.startswith("<!DOCTYPE html>")
            True
        """
        answer = _run.text(
            "report",
            self,
            data,
            columns,
            progress,
            {
                "as_of": as_of,
                "options": {
                    "title": title,
                    "n_reminders": n_reminders,
                    "n_timelines": n_timelines,
                    "due_within_days": due_within_days,
                    "with_backtest": with_backtest,
                    "policy": policy,
                    "item_names": item_names,
                    "notes": notes,
                },
            },
        )
        return answer


__all__ = [
    "ModelCalls",
    "fit",
    "btyd",
    "btyd_customers",
    "btyd_alive",
    "btyd_matrix",
    "btyd_tracking",
    "btyd_context",
    "btyd_context_customers",
    "renewal_cohorts",
    "renewal_fit",
    "renewal_risk",
    "renewal_drivers",
    "decline",
    "decline_modules",
    "decide_declines",
    "learn_contacts",
    "decline_history",
    "decline_fit",
    "decline_states",
    "decline_update",
    "backtest",
    "audit",
]
