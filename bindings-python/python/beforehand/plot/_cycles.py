"""How long items last."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from .._errors import EmptyDataError, InvalidOptionsError
from .._history import Columns, Data
from .._types import Id, InstantLike
from ._axes import FIRST, faint, new_axes, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._model import Model


def cycles(
    model: Model,
    data: Data,
    *,
    as_of: InstantLike,
    n_items: int = 15,
    item_names: Mapping[Any, str] | None = None,
    columns: Columns | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How long items last: the median of `cycle_days` over an item's customers, and how far the customers spread.

    The thick line is the middle half of the customers, the thin line the middle 80 %.

    Shown are the items that most customers bought on two or more days; only such customers count, and how many they are
    stands beside the item.

    Args:
        model: a fitted model.
        data: the log, as for `Model.replenishment`.
        as_of: the instant of prediction.
        n_items: how many items are shown at most.
        item_names: what items are called, by identifier.
        columns: which column of `data` holds what; by default as the model was fitted. Not used for a `History`.
        ax: where to draw; by default on a new figure.

    Returns:
        The axes: the item with the shortest cycle is on top; the line "median" holds the points.

    Raises:
        EmptyDataError: nobody bought anything twice.
        ImportError: matplotlib is not installed.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import beforehand, beforehand.plot
        >>> log = [
        ...     {"customer": f"c{c}", "item": "filter", "at": f"2025-{month:02}-{5 + c % 7:02}"}
        ...     for c in range(40) for month in range(1, 11)
        ... ]
        >>> model = beforehand.fit(log, as_of="2025-11-01")
        >>> ax = beforehand.plot.cycles(model, log, as_of="2025-11-01")
        >>> [label.get_text() for label in ax.get_yticklabels()]
        ['filter (40)']
    """
    if n_items < 1:
        raise InvalidOptionsError(f"n_items is {n_items}; give 1 or more", "n_items")
    table = model.replenishment(data, as_of=as_of, columns=columns)
    cycles_of: dict[Id, list[float]] = {}
    for item, cycle, n_events in zip(table["item"], table["cycle_days"], table["n_events"], strict=True):
        if n_events >= 2:
            cycles_of.setdefault(item, []).append(cycle)
    if not cycles_of:
        raise EmptyDataError("no customer bought any item on two days up to as_of; there is no cycle to draw", "data")
    most = sorted(cycles_of, key=lambda item: (-len(cycles_of[item]), str(item)))[:n_items]
    shown = sorted(most, key=lambda item: (median(cycles_of[item]), str(item)))
    ax = new_axes(ax, (7.4, 1.2 + 0.3 * len(shown)))
    names = item_names or {}
    places = range(len(shown))
    for share, width in ((0.8, 1.2), (0.5, 4.0)):
        ends = [_middle(cycles_of[item], share) for item in shown]
        lows, highs = [low for low, _ in ends], [high for _, high in ends]
        ax.hlines(places, lows, highs, color=FIRST, linewidth=width, alpha=0.75)
    look: dict[str, Any] = {"color": FIRST, "markersize": 7, "markeredgecolor": "white", "markeredgewidth": 1.0}
    ax.plot([median(cycles_of[item]) for item in shown], places, "o", label="median", zorder=3, **look)
    ax.set_yticks(list(places), [f"{names.get(item, item)} ({len(cycles_of[item]):,})" for item in shown])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.invert_yaxis()
    ax.set_xlim(left=0.0)
    ax.grid(axis="x", **{**faint(), "alpha": 0.15})
    ax.set_axisbelow(True)
    ax.set_xlabel("days that one purchase lasts: median, middle half and middle 80 % of customers", x=1.0, ha="right")
    ax.set_ylabel("item (repeat buyers)")
    title(ax, "Cycles of the items most often bought again")
    return ax


def _middle(values: list[float], share: float) -> tuple[float, float]:
    """The ends of the middle `share` of some values."""
    if len(values) == 1:
        return values[0], values[0]
    cuts = quantiles(values, n=100, method="inclusive")
    low = round(50 * (1 - share))
    return cuts[low - 1], cuts[99 - low]
