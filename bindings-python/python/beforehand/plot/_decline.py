"""One customer's use, and where it fell."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .._calls import decline_history
from .._history import Columns, Data
from .._types import Id, InstantLike
from ._axes import FIRST, SECOND, date_axis, days, faint, new_axes, title
from ._given import Clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def decline(
    data: Data,
    customer: Id,
    *,
    as_of: InstantLike,
    period_days: int = 7,
    false_alarms_per_year: float = 0.05,
    periods_per_year: float = 52,
    columns: Columns | None = None,
    ax: Axes | None = None,
) -> Axes:
    """One customer's use, period by period, what was expected of it, and where an alarm says that it has fallen.

    Args:
        data: the log of all customers, as for `beforehand.decline`: season and thresholds are learned from everyone.
        customer: whose use is shown.
        as_of: the end of the last period.
        period_days: days in a period; with other periods than weeks, give `periods_per_year` as well.
        false_alarms_per_year: the share of healthy customers that may alarm within a year.
        periods_per_year: how many periods make a year.
        columns: which column of `data` holds what. Not used for a `History`.
        ax: where to draw; by default on a new figure.

    Returns:
        The axes, with the lines "used" and "expected", and "alarm" where one was raised; the level since the fall is the line
        "since the fall".

    Raises:
        UnknownCustomerError: the log holds no such customer.
        ImportError: matplotlib is not installed.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import beforehand, beforehand.plot
        >>> from datetime import date, timedelta
        >>> log = [
        ...     {"customer": team, "item": "reports", "at": date(2025, 1, 6) + timedelta(weeks=week, days=day)}
        ...     for team in range(40) for week in range(52)
        ...     for day in range(1 if team == 7 and week >= 40 else 3 + (team * week) % 4)
        ... ]
        >>> ax = beforehand.plot.decline(log, 7, as_of="2026-01-04")
        >>> [line.get_label() for line in ax.get_lines()]
        ['used', 'expected', 'since the fall', 'alarm']
    """
    table = decline_history(
        data, as_of=as_of, customer=customer, period_days=period_days, false_alarms_per_year=false_alarms_per_year,
        periods_per_year=periods_per_year, columns=columns, progress=False,
    )  # fmt: skip
    clock = Clock(data)
    at, used, expected = clock.walls(table["at"]), table["n_used"], table["expected"]
    ax = new_axes(ax, (7.4, 3.8))
    ax.plot(at, used, "o-", color=FIRST, linewidth=1.0, markersize=3.5, label="used")
    ax.plot(at, expected, drawstyle="steps-mid", label="expected", **{**faint(), "linewidth": 1.6})
    alarms = [row for row, is_alarm in enumerate(table["is_alarm"]) if is_alarm]
    for row in alarms:
        since, after = clock.wall(table["since_at"][row]), table["level_after"][row]
        span: Any = [since, at[row]]
        first = row == alarms[0]
        ax.plot(span, [after] * 2, color=SECOND, linewidth=3.0, label="since the fall" if first else "_since")
        raised: Any = at[row] + timedelta(days=period_days)
        ax.axvline(raised, color=SECOND, linewidth=1.2, label="alarm" if first else "_alarm")
    ax.set_ylim(bottom=0.0)
    date_axis(ax)
    ax.set_xlabel(f"beginning of the period ({clock.name})")
    ax.set_ylabel(f"used per {days(period_days)}")
    ax.legend(frameon=False, loc="best", fontsize="small")
    if alarms:
        row = alarms[-1]
        before, after = table["level_before"][row], table["level_after"][row]
        share = 100 * (1 - after / before) if before else 0.0
        title(ax, f"{customer}: use down {share:.0f} % since {clock.wall(table['since_at'][row]).date()}")
    else:
        title(ax, f"{customer}: no fall at {100 * false_alarms_per_year:g} % false alarms a year")
    return ax
