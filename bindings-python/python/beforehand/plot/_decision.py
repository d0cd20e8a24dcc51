"""One customer's decision: what a contact is worth on each coming day, and why it is made when it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from .._errors import EmptyDataError
from .._history import Columns, Data
from .._types import Abstain, Contact, Decision, HandOff, Id, InstantLike, Policy, Reasoning, Wait
from ._axes import FIRST, SECOND, date_axis, faint, new_axes, title
from ._given import Clock, history_of_model

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._model import Model

DAY = timedelta(days=1)


def decision(
    model: Model,
    history: Data,
    customer: Id,
    *,
    as_of: InstantLike,
    policy: Policy,
    item_names: Mapping[Any, str] | None = None,
    columns: Columns | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What a contact of one customer is worth on each coming day, which day was chosen, and what keeps others closed.

    Points are the days up to the policy's horizon, at what the best offer and channel are expected to gain there over no contact:
    filled where the channel is open to the customer, hollow where a limit closes it; the limits are named above. Steps are the
    value of waiting: what the best open day after each day gains, up to the
    horizon; nothing if none gains anything. It pays to contact once the points are
    not below the steps. The triangle is the contact that was chosen, or that was considered and not made; the stroke through it
    holds what it may gain at the policy's confidence.

    Args:
        model: a fitted model.
        history: the log; best a `History`, which is read once for many pictures, but whatever the model reads serves.
        customer: about whom.
        as_of: the instant of the decision.
        policy: what the business may do, as for `Model.decide_for`.
        item_names: what items are called in the title, by identifier.
        columns: which column of `history` holds what; by default as the model was fitted. Not used for a `History`.
        ax: where to draw; by default on a new figure.

    Returns:
        The axes. Lines have the labels "gain of a contact", "closed to it" where there are closed days, "value of waiting", "no
        contact", and that of the triangle, which says what is done.

    Raises:
        UnknownCustomerError: the history holds no such customer.
        InvalidOptionsError: the policy is wrong; the message names the place.
        EmptyDataError: no contact could be weighed, such as for want of an order's value; the message says what is missing.
        ImportError: matplotlib is not installed.

    Example:
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> import beforehand, beforehand.plot
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
        >>> ax = beforehand.plot.decision(model, log, "c1", as_of="2026-06-11", policy=policy)
        >>> ax.get_title(loc="left").startswith("c1, filter: ")
        True
    """
    read = history_of_model(history, columns, model)
    clock = Clock(read)
    made = model.decide_for(read, as_of=as_of, policy=policy, customer=customer)
    why = made.reasoning
    if not why.candidates:
        raise EmptyDataError(f"there is nothing to draw for customer {customer!r}: {_missing(made)}", "customer")
    ax = new_axes(ax, (8.0, 3.6))
    now = clock.wall(read._instant(as_of))
    days = [now + DAY * day for day in range(len(why.gain_by_day))]
    _draw_gains(ax, why, days)
    _draw_chosen(ax, made, now, clock)
    if why.closed_days:
        _name_limits(ax, why, now)
    ax.set_xlim(days[0] - DAY, days[-1] + DAY)  # type: ignore[arg-type]
    date_axis(ax)
    ax.set_xlabel(f"day of the contact ({clock.name})")
    ax.set_ylabel("gain over no contact")
    best = why.candidates[0]
    name = (item_names or {}).get(best.item, best.item)
    title(ax, f"{customer}, {name}: {_done(made, clock)}")
    ax.legend(frameon=False, loc="best", fontsize="small")
    return ax


def value_of_waiting(gains: Sequence[float], closed: set[int]) -> list[float]:
    """For each day what the best open day after it gains; nothing if none gains anything."""
    later, best = [], 0.0
    for day in reversed(range(len(gains))):
        later.append(best)
        if day not in closed:
            best = max(best, gains[day])
    return later[::-1]


def _draw_gains(ax: Axes, why: Reasoning, days: list[datetime]) -> None:
    gains = why.gain_by_day
    closed = {day.in_days for day in why.closed_days}
    at: Any = days
    ax.axhline(0.0, label="no contact", linestyle=(0, (4, 3)), **faint())
    ax.plot(at, value_of_waiting(gains, closed), drawstyle="steps-mid", label="value of waiting", **{**faint(), "linewidth": 1.6})
    points: dict[str, Any] = {"marker": "o", "markersize": 4.5, "color": FIRST}
    ax.plot(
        at, gains, linewidth=1.0, label="gain of a contact", markevery=[d for d in range(len(gains)) if d not in closed], **points
    )
    if closed:
        shut: Any = [days[day] for day in sorted(closed)]
        heights = [gains[day] for day in sorted(closed)]
        ax.plot(shut, heights, linestyle="none", markerfacecolor="none", label="closed to it", **points)


def _draw_chosen(ax: Axes, made: Decision, now: datetime, clock: Clock) -> None:
    best = made.reasoning.candidates[0]
    at: Any = [clock.wall(made.contact_at) if isinstance(made, Contact) else now + DAY * best.in_days]
    ax.plot(at * 2, [best.margin_low, best.margin_high], color=SECOND, linewidth=1.4, alpha=0.7, label="_may gain")
    ax.plot(
        at,
        [best.expected_margin],
        "^",
        color=SECOND,
        markersize=9,
        zorder=4,
        label=f"{best.offer} by {best.channel}: {_word(made, clock)}",
    )


def _name_limits(ax: Axes, why: Reasoning, now: datetime) -> None:
    """Shades runs of days that are closed for one reason, and writes it above them."""
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.25 * (high - low))
    # Of one reason and one after the other: then day less place is the same.
    runs = groupby(enumerate(why.closed_days), lambda pair: (pair[1].limit, pair[1].in_days - pair[0]))
    for (limit, _), run in runs:
        days = [day.in_days for _, day in run]
        first: Any = now + DAY * (days[0] - 0.5)
        last: Any = now + DAY * (days[-1] + 0.5)
        ax.axvspan(first, last, **{**faint(), "alpha": 0.1, "linewidth": 0})
        middle: Any = (now + DAY * (days[0] + days[-1]) / 2, 0.98)
        upright = len(days) * 2 < len(limit)
        ax.annotate(limit.replace("_", " "), middle, xycoords=ax.get_xaxis_transform(), rotation=90 if upright else 0,
                    ha="center", va="top", fontsize="small", alpha=0.7)  # fmt: skip


def _word(made: Decision, clock: Clock) -> str:
    """What becomes of the contact at the triangle."""
    match made:
        case Contact(contact_at=at):
            return f"send {clock.wall(at):%Y-%m-%d %H:%M}"
        case Wait(until_at=at):
            return f"wait until {clock.wall(at).date()}"
        case Abstain():
            return "not made"
        case HandOff():
            return "a person decides"


def _done(made: Decision, clock: Clock) -> str:
    """The decision in a few words."""
    match made:
        case Contact(contact_at=at, offer=offer, channel=channel, expected_margin=gain):
            return f"contact {clock.wall(at).date()}, {offer} by {channel}, gains {gain:.2f}"
        case Wait(until_at=at, offer=offer, channel=channel, expected_margin=gain):
            return f"wait until {clock.wall(at).date()}, then {offer} by {channel} gains {gain:.2f}"
        case Abstain(because=because):
            return f"no contact ({because.replace('_', ' ')})"
        case HandOff(to=whom, because=because):
            return f"for {whom} to decide ({because})"


def _missing(made: Decision) -> str:
    """Why no contact could be weighed."""
    if isinstance(made, Abstain):
        return "; ".join(made.missing) or f"no contact gains anything ({made.because.replace('_', ' ')})"
    return "no contact was weighed"
