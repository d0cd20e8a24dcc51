"""What reminders are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import EmptyDataError
from .._types import Backtest
from ._axes import FIRST, SECOND, as_percent, days, new_axes, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def reminders(backtest: Backtest, ax: Axes | None = None) -> Axes:
    """Precision and recall of reminders over the probability from which customers are reminded: choose a threshold.

    A reminder is right when the purchase falls within the tolerance of the predicted run-out (`ReminderOptions`). The
    band is the 95 % interval of the precision.

    Args:
        backtest: what `beforehand.backtest` returned.
        ax: where to draw; by default on a new figure.

    Returns:
        The axes, with the lines "precision" and "recall".

    Raises:
        EmptyDataError: the backtest judged no reminder.
        ImportError: matplotlib is not installed.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import beforehand, beforehand.plot
        >>> log = [
        ...     {"customer": f"c{c}", "item": "filter", "at": f"2025-{month:02}-{5 + c % 7:02}"}
        ...     for c in range(40) for month in range(1, 11)
        ... ]
        >>> ax = beforehand.plot.reminders(beforehand.backtest(log, as_of="2025-11-01"))
        >>> [line.get_label() for line in ax.get_lines()]
        ['precision', 'recall']
    """
    curve = backtest.reminders
    if curve is None or not curve.points:
        raise EmptyDataError(
            "the backtest judged no reminder: none was due, or the log ends before it could be judged; "
            "give an earlier as_of, or ReminderOptions with a shorter horizon_days"
        )
    ax = new_axes(ax, (6.4, 4.2))
    points = curve.points
    thresholds = [p.prob_threshold for p in points]
    low, high = [p.precision_low for p in points], [p.precision_high for p in points]
    ax.fill_between(thresholds, low, high, color=FIRST, alpha=0.18, linewidth=0)
    recalled = [p for p in points if p.recall is not None]
    # A curve of few points shows them; of many, they would only thicken the line.
    marker = "o" if len(points) <= 12 else ""
    lines: list[tuple[str, str, Any, Any]] = [
        ("precision", FIRST, thresholds, [p.precision for p in points]),
        ("recall", SECOND, [p.prob_threshold for p in recalled], [p.recall for p in recalled]),
    ]
    for label, color, x, y in lines:
        ax.plot(x, y, color=color, label=label, linewidth=2.0, marker=marker, markersize=4)
    if min(thresholds) < max(thresholds):
        ax.set_xlim(min(thresholds), max(thresholds))
    ax.set_ylim(0.0, 1.0)
    as_percent(ax.xaxis)
    as_percent(ax.yaxis)
    ax.set_xlabel(f"remind when P(buys within {days(backtest.horizon_days)}) is at least")
    ax.set_ylabel("precision, recall")
    ax.legend(frameon=False, loc="upper left")
    options = curve.options
    title(ax, f"Reminders of run-outs within {days(options.horizon_days)}, right to ± {days(options.tolerance_days)}")
    return ax
