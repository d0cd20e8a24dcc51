"""Whether probabilities mean what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._types import Backtest
from ._axes import FIRST, as_percent, days, faint, new_axes, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def calibration(backtest: Backtest, ax: Axes | None = None) -> Axes:
    """What became of forecasts of about the same size: points on the diagonal mean that "30 %" happens 30 times in 100.

    Each point is one twentieth of the forecasts; its bar is the 95 % interval of the share that bought.

    Args:
        backtest: what `beforehand.backtest` returned.
        ax: where to draw; by default on a new figure.

    Returns:
        The axes: the diagonal is the first line on it, the points are the last.

    Raises:
        ImportError: matplotlib is not installed.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import beforehand, beforehand.plot
        >>> log = [
        ...     {"customer": f"c{c}", "item": "filter", "at": f"2025-{month:02}-{5 + c % 7:02}"}
        ...     for c in range(40) for month in range(1, 11)
        ... ]
        >>> ax = beforehand.plot.calibration(beforehand.backtest(log, as_of="2025-11-01"))
        >>> ax.get_xlabel(), ax.get_ylabel()
        ('forecast: P(buys within 28 days)', 'observed: share that bought')
    """
    ax = new_axes(ax, (5.0, 5.0))
    bins = backtest.calibration
    forecast = [b.mean_prob for b in bins]
    observed = [b.share_observed for b in bins]
    # The interval may miss the share by a rounding error.
    below = [max(0.0, b.share_observed - b.observed_low) for b in bins]
    above = [max(0.0, b.observed_high - b.share_observed) for b in bins]
    top = min(1.0, 1.08 * max([0.01, *forecast, *(b.observed_high for b in bins)]))
    ax.plot([0.0, top], [0.0, top], label="as promised", **faint())
    look: dict[str, Any] = {"fmt": "o", "markersize": 4.5, "linewidth": 1.2, "color": FIRST, "clip_on": False}
    ax.errorbar(forecast, observed, yerr=[below, above], zorder=3, **look)
    along: dict[str, Any] = {"rotation": 45, "rotation_mode": "anchor", "ha": "center", "va": "center"}
    at = (0.62 * top, 0.62 * top)
    ax.annotate("as promised", at, (6, -6), textcoords="offset points", alpha=0.7, fontsize="small", **along)
    ax.set(xlim=(0.0, top), ylim=(0.0, top), aspect="equal")
    as_percent(ax.xaxis)
    as_percent(ax.yaxis)
    ax.set_xlabel(f"forecast: P(buys within {days(backtest.horizon_days)})")
    ax.set_ylabel("observed: share that bought")
    title(ax, f"Calibration of {backtest.all.n_forecasts:,} forecasts: mean error {backtest.all.ece:.2g}")
    return ax
