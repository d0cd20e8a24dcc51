"""One customer and one item: what was bought, and when it will be needed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .._errors import EmptyDataError, InvalidOptionsError
from .._history import Columns, Data
from .._types import Forecast, Id, InstantLike
from ._axes import FIRST, SECOND, as_percent, date_axis, faint, new_axes, title
from ._given import Clock, history_of_model

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._model import Model

# As far as a forecast reaches; its probabilities are asked for every day up to here.
REACH_DAYS = 364
# The central shares of the run-out date that are shaded, the widest first.
FAN = (0.8, 0.6, 0.4, 0.2)
# With more purchases in sight than these, units written beside each would run into each other.
N_WRITTEN = 16
# The past is shown this many times as far as the future, or the last purchases.
PAST = 3
N_LAST = 4


def timeline(
    model: Model,
    history: Data,
    customer: Id,
    *,
    as_of: InstantLike,
    item: Id | None = None,
    item_names: Mapping[Any, str] | None = None,
    columns: Columns | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What a customer bought of an item so far, and the fan of the days on which it will be bought again.

    Points are purchases: filled up to `as_of`, hollow after it, which the forecast did not know. The curve is P(bought
    by then); the fan under it holds the central 20, 40, 60 and 80 % of the run-out date, given that the customer buys
    again; the stroke in it is the median, the triangle the day to remind. Older purchases lie left of what is shown
    (`ax.set_xlim` goes there). Of items that replace each other, only purchases of the one bought last are drawn.

    Args:
        model: a fitted model.
        history: the log; best a `History`, which is read once for many pictures, but whatever the model reads serves.
        customer: whose.
        as_of: the instant of prediction.
        item: of which item; by default the one likeliest to be bought within 28 days.
        item_names: what items are called in the title, by identifier.
        columns: which column of `history` holds what; by default as the model was fitted. Not used for a `History`.
        ax: where to draw; by default on a new figure.

    Returns:
        The axes. Its collections are the fan, the widest part first; its lines have the labels "bought", "bought
        since", "as of", "P(bought by then)", "run-out …" and "remind …", the last two with their date.

    Raises:
        UnknownCustomerError: the history holds no such customer.
        InvalidOptionsError: the customer did not buy the item; the message lists what was bought.
        EmptyDataError: the customer bought nothing up to `as_of`.
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
        >>> ax = beforehand.plot.timeline(model, log, "c3", as_of="2025-11-01")
        >>> ax.get_title(loc="left")
        'c3, filter: runs out 2025-11-06 (2025-11-04 … 2025-11-09)'
    """
    read = history_of_model(history, columns, model)
    clock = Clock(read)
    horizons = [float(day) for day in range(1, REACH_DAYS + 1)]
    forecasts = model.forecasts(read, as_of=as_of, customer=customer, horizons_days=horizons)
    forecast = _on(clock, _chosen(forecasts, customer, item))
    ax = new_axes(ax, (8.0, 3.6))
    now = clock.wall(read._instant(as_of))
    bought = [(clock.wall(at), units) for at, units in read.purchases(customer, forecast.item)]
    past = [at for at, _ in bought if at <= now]
    last = max(forecast.run_out_p90_at, forecast.remind_at)
    first = min([now, *past[-N_LAST:], *(at for at in past if at >= now - PAST * (last - now))])
    room = 0.03 * (last - first)
    first, last = first - room, last + 2 * room
    _draw_past(ax, bought, now, write=sum(first <= at <= last for at, _ in bought) <= N_WRITTEN)
    _draw_fan(ax, forecast, now)
    ax.set_xlim(first, last)  # type: ignore[arg-type]
    ax.set_ylim(-0.06, 1.04)
    date_axis(ax)
    as_percent(ax.yaxis)
    ax.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    ax.set_xlabel(f"day ({clock.name})")
    ax.set_ylabel("P(bought by then)")
    name = (item_names or {}).get(forecast.item, forecast.item)
    likely = f"{forecast.run_out_p10_at.date()} … {forecast.run_out_p90_at.date()}"
    title(ax, f"{customer}, {name}: runs out {forecast.run_out_p50_at.date()} ({likely})")
    shown = [line for line in ax.get_lines() if line.get_label() not in ("as of", "P(bought by then)")]
    ax.legend(handles=shown, frameon=False, loc="upper left", fontsize="small")
    return ax


def _chosen(forecasts: list[Forecast], customer: Id, item: Id | None) -> Forecast:
    """The forecast of the item asked for, or else the likeliest purchase within 28 days."""
    if not forecasts:
        raise EmptyDataError(f"customer {customer!r} bought nothing up to as_of; there is nothing to draw", "customer")
    if item is None:
        return max(forecasts, key=lambda f: (dict(f.prob_within)[28.0], f.n_events))
    for forecast in forecasts:
        if forecast.item == item:
            return forecast
    there = ", ".join(repr(f.item) for f in forecasts[:10])
    more = f", … ({len(forecasts)} in all)" if len(forecasts) > 10 else ""
    message = f"customer {customer!r} has no forecast of item {item!r}; there are forecasts of {there}{more}"
    raise InvalidOptionsError(message, "item")


def _on(clock: Clock, forecast: Forecast) -> Forecast:
    """A forecast with its dates as a clock shows them."""
    return replace(
        forecast,
        run_out_p10_at=clock.wall(forecast.run_out_p10_at),
        run_out_p50_at=clock.wall(forecast.run_out_p50_at),
        run_out_p90_at=clock.wall(forecast.run_out_p90_at),
        remind_at=clock.wall(forecast.remind_at),
    )


def _draw_past(ax: Axes, bought: list[tuple[datetime, float]], now: datetime, *, write: bool) -> None:
    for label, color, points in (
        ("bought", FIRST, [p for p in bought if p[0] <= now]),
        ("bought since", "none", [p for p in bought if p[0] > now]),
    ):
        if not points:
            continue
        days: Any = [at for at, _ in points]
        look: dict[str, Any] = {"marker": "o", "markersize": 7, "markeredgewidth": 1.6, "linestyle": "none"}
        colors: dict[str, Any] = {"markerfacecolor": color, "markeredgecolor": FIRST}
        ax.plot(days, [0.0] * len(days), label=label, zorder=5, **look, **colors)
        if write and any(units != 1.0 for _, units in bought):
            for at, units in points:
                _write(ax, f"{units:g}", (at, 0.0), (0, 9), ha="center")


def _draw_fan(ax: Axes, forecast: Forecast, now: datetime) -> None:
    days = [0.0, *(h for h, _ in forecast.prob_within)]
    probs = [0.0, *(p for _, p in forecast.prob_within)]

    def prob_at(at: datetime) -> float:
        return _between(days, probs, _days(at - now))

    def when(share: float) -> float:
        # The curve grows; where it stands still, the first day counts.
        return _between(probs, days, share * probs[-1])

    for share in FAN:
        low, high = when((1 - share) / 2), when((1 + share) / 2)
        if share == FAN[0]:
            low, high = _days(forecast.run_out_p10_at - now), _days(forecast.run_out_p90_at - now)
        inside = [low, *(day for day in days if low < day < high), high]
        at: Any = [now + timedelta(days=day) for day in inside]
        ax.fill_between(at, [_between(days, probs, day) for day in inside], color=FIRST, alpha=0.16, linewidth=0)
    start: Any = now
    ax.axvline(start, label="as of", linestyle=(0, (4, 3)), **faint())
    _write(ax, "as of ", (now, 1.04), (0, -3), ha="right", va="top", alpha=0.7)
    curve: Any = [now + timedelta(days=day) for day in days]
    ax.plot(curve, probs, color=FIRST, linewidth=1.8, label="P(bought by then)")
    middle: Any = [forecast.run_out_p50_at] * 2
    run_out = f"run-out {forecast.run_out_p50_at.date()}: median, middle 20 … 80 %"
    ax.plot(middle, [0.0, prob_at(forecast.run_out_p50_at)], color=FIRST, linewidth=1.8, label=run_out)
    remind: Any = [forecast.remind_at]
    ax.plot(remind, [0.0], "^", color=SECOND, markersize=9, label=f"remind {forecast.remind_at.date()}", zorder=4)


def _write(ax: Axes, text: str, at: tuple[Any, float], beside: tuple[int, int], **look: Any) -> None:
    """Writes beside a point, so many points of the font away, unless the point is out of sight."""
    ax.annotate(text, at, beside, textcoords="offset points", fontsize="small", annotation_clip=True, **look)


def _days(span: timedelta) -> float:
    return span / timedelta(days=1)


def _between(xs: list[float], ys: list[float], x: float) -> float:
    """The value at `x` on the straight lines between points of growing `xs`."""
    for (x0, y0), (x1, y1) in zip(zip(xs, ys, strict=True), zip(xs[1:], ys[1:], strict=True), strict=False):
        if x <= x1:
            return y0 if x1 == x0 else y0 + (y1 - y0) * max(0.0, x - x0) / (x1 - x0)
    return ys[-1]
