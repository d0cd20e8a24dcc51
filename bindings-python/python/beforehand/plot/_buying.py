"""What models of buying and leaving say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .._calls import btyd_alive, btyd_matrix, btyd_tracking
from .._history import Columns, Data
from .._types import Family, Id, InstantLike
from ._axes import FIRST, SECOND, as_percent, date_axis, days, faint, new_axes, title
from ._given import Clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def alive(
    data: Data,
    customer: Id,
    *,
    as_of: InstantLike,
    family: Family = "mbg_cnbd",
    columns: Columns | None = None,
    ax: Axes | None = None,
) -> Axes:
    """P(a customer has not left for good), day by day: it falls while the customer is silent, and rises with a purchase.

    Args:
        data: the log, as for `beforehand.btyd_alive`.
        customer: whose.
        as_of: the last day; the model is fitted to everyone's purchases up to then.
        family: how customers buy and leave.
        columns: which column of `data` holds what. Not used for a `History`.
        ax: where to draw; by default on a new figure.

    Returns:
        The axes, with the line "P(alive)" and the points "bought".

    Raises:
        UnknownCustomerError: the log holds no such customer.
        ImportError: matplotlib is not installed.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import beforehand, beforehand.plot
        >>> log = [
        ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + (c * month) % 20:02}"}
        ...     for c in range(60) for month in range(1, 3 + c % 9)
        ... ]
        >>> ax = beforehand.plot.alive(log, "c4", as_of="2025-11-01")
        >>> [line.get_label() for line in ax.get_lines()]
        ['P(alive)', 'bought']
    """
    table = btyd_alive(data, as_of=as_of, customer=customer, family=family, columns=columns, progress=False)
    clock = Clock(data)
    at, probs, n = clock.walls(table["at"]), table["prob_alive"], table["n_purchases"]
    ax = new_axes(ax, (7.4, 3.6))
    ax.plot(at, probs, color=FIRST, linewidth=1.8, label="P(alive)")
    bought: Any = [day for day, now, before in zip(at, n, [n[0] - 1, *n], strict=False) if now > before]
    ax.plot(bought, [0.0] * len(bought), "o", color=FIRST, markersize=6, label="bought", zorder=4, clip_on=False)
    ax.set_ylim(0.0, 1.02)
    as_percent(ax.yaxis)
    date_axis(ax)
    ax.set_xlabel(f"day ({clock.name})")
    ax.set_ylabel("P(not gone for good)")
    title(ax, f"{customer}: P(alive) {100 * probs[-1]:.0f} % after {days(len(bought)).replace('day', 'purchase day')}")
    return ax


def matrix(
    data: Data,
    *,
    as_of: InstantLike,
    show: Literal["prob_alive", "expected_purchases"] = "prob_alive",
    observed_days: float = 364,
    horizon_days: float = 84,
    n_steps: int = 26,
    family: Family = "mbg_cnbd",
    columns: Columns | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What frequency and recency say of a customer: the same silence means more, the more often a customer used to buy.

    Args:
        data: the log, as for `beforehand.btyd_matrix`.
        as_of: the model is fitted to everyone's purchases up to then.
        show: P(the customer has not left for good), or the purchase days expected within the horizon.
        observed_days: days from the first purchase to now, of everyone in the picture.
        horizon_days: days within which purchases are expected.
        n_steps: the most repeat purchases shown, and the steps of recency.
        family: how customers buy and leave.
        columns: which column of `data` holds what. Not used for a `History`.
        ax: where to draw; by default on a new figure.

    Returns:
        The axes: days since the last purchase to the right, repeat purchases up, the number as colour.

    Raises:
        ImportError: matplotlib is not installed.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import beforehand, beforehand.plot
        >>> log = [
        ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + (c * month) % 20:02}"}
        ...     for c in range(60) for month in range(1, 3 + c % 9)
        ... ]
        >>> ax = beforehand.plot.matrix(log, as_of="2025-11-01", observed_days=200, n_steps=8)
        >>> ax.get_ylabel()
        'repeat purchases'
    """
    table = btyd_matrix(
        data, as_of=as_of, observed_days=observed_days, horizon_days=horizon_days, n_steps=n_steps, family=family,
        columns=columns, progress=False,
    )  # fmt: skip
    cells = [[float("nan")] * (n_steps + 1) for _ in range(n_steps + 1)]
    for n, last, value in zip(table["n_repeats"], table["last_days"], table[show], strict=True):
        cells[n][n_steps - round(last / observed_days * n_steps)] = value
    ax = new_axes(ax, (6.4, 5.0))
    half = observed_days / n_steps / 2
    place = (-half, observed_days + half, -0.5, n_steps + 0.5)
    image = ax.imshow(cells, origin="lower", aspect="auto", extent=place, cmap="viridis", interpolation="nearest")
    if show == "prob_alive":
        image.set_clim(0.0, 1.0)
    bar = ax.figure.colorbar(image, ax=ax)
    bar.outline.set_visible(False)
    within = f"purchase days expected within {days(horizon_days)}"
    bar.set_label("P(not gone for good)" if show == "prob_alive" else within)
    if show == "prob_alive":
        as_percent(bar.ax.yaxis)
    ax.set_xlabel("days since the last purchase")
    ax.set_ylabel("repeat purchases")
    title(ax, f"Customers whose first purchase was {days(observed_days)} ago")
    return ax


def tracking(
    data: Data,
    *,
    as_of: InstantLike,
    until: InstantLike,
    step_days: int = 7,
    cumulative: bool = False,
    family: Family = "mbg_cnbd",
    columns: Columns | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Repeat purchases that the model expects and those that came, of the customers known when it was fitted.

    Left of "as of" the model has seen what it is compared with; right of it, it has not.

    Args:
        data: the log, as for `beforehand.btyd_tracking`.
        as_of: the model is fitted to everyone's purchases up to then.
        until: the end of the comparison.
        step_days: days in a period.
        cumulative: whether to sum up from the beginning.
        family: how customers buy and leave.
        columns: which column of `data` holds what. Not used for a `History`.
        ax: where to draw; by default on a new figure.

    Returns:
        The axes, with the lines "actual" and "expected".

    Raises:
        ImportError: matplotlib is not installed.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import beforehand, beforehand.plot
        >>> log = [
        ...     {"customer": f"c{c}", "item": "coffee", "at": f"2025-{month:02}-{5 + (c * month) % 20:02}"}
        ...     for c in range(60) for month in range(1, 3 + c % 9)
        ... ]
        >>> ax = beforehand.plot.tracking(log, as_of="2025-08-01", until="2025-11-01")
        >>> [line.get_label() for line in ax.get_lines()]
        ['actual', 'expected', 'as of']
    """
    table = btyd_tracking(
        data, as_of=as_of, until=until, step_days=step_days, family=family, columns=columns, progress=False
    )  # fmt: skip
    clock = Clock(data)
    at = clock.walls(table["at"])
    actual, expected = [float(n) for n in table["n_actual"]], table["expected"]
    if cumulative:
        actual, expected = _summed(actual), _summed(expected)
    ax = new_axes(ax, (7.4, 4.0))
    ax.plot(at, actual, color=FIRST, linewidth=1.8, label="actual")
    ax.plot(at, expected, color=SECOND, linewidth=1.8, linestyle=(0, (5, 2)), label="expected")
    seen = [day for day, fitted in zip(at, table["is_fitted"], strict=True) if fitted]
    if seen:
        edge: Any = seen[-1]
        ax.axvline(edge, label="as of", linestyle=(0, (4, 3)), **faint())
    ax.set_ylim(bottom=0.0)
    date_axis(ax)
    ax.set_xlabel(f"day ({clock.name})")
    ax.set_ylabel("repeat purchases" + (" so far" if cumulative else f" per {days(step_days)}"))
    ax.legend(handles=ax.get_lines()[:2], frameon=False, loc="best")
    later = [(a, e) for a, e, fitted in zip(table["n_actual"], table["expected"], table["is_fitted"], strict=True) if not fitted]
    total = sum(a for a, _ in later)
    off = f": {100 * (sum(e for _, e in later) / total - 1):+.0f} % of what came after" if total else ""
    title(ax, f"Purchases expected and made{off}")
    return ax


def _summed(values: list[float]) -> list[float]:
    """Sums from the first on."""
    out: list[float] = []
    for value in values:
        out.append(value + (out[-1] if out else 0.0))
    return out
