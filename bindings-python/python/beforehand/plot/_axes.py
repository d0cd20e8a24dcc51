"""How all pictures look."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Two of the colours of Okabe & Ito (2008), which everyone tells apart; the blue a little lighter, for black grounds.
FIRST = "#1E83C2"
SECOND = "#D55E00"


def new_axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """The axes to draw on: those given, or those of a new figure of so many inches.

    Raises:
        ImportError: matplotlib is not installed.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as e:
        if e.name is None or e.name.partition(".")[0] != "matplotlib":
            raise
        message = "beforehand.plot needs matplotlib: pip install 'beforehand[plot]'"
        raise ImportError(message, name="matplotlib") from None
    if ax is None:
        _, ax = plt.subplots(figsize=size, layout="constrained")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def faint() -> dict[str, Any]:
    """The style of lines that only guide the eye: the colour of the text, so that it fits dark and light."""
    import matplotlib as mpl

    return {"color": mpl.rcParams["text.color"], "alpha": 0.45, "linewidth": 1.0}


def title(ax: Axes, text: str) -> None:
    """A title that starts where the axes start."""
    ax.set_title(text, loc="left", fontsize="medium")


def as_percent(axis: Any) -> None:
    """Shares as percentages."""
    axis.set_major_formatter(lambda share, _: f"{100 * share:.4g} %")


def days(n: float) -> str:
    """A number of days in words."""
    return f"{n:g} day{'' if n == 1 else 's'}"


def date_axis(ax: Axes) -> None:
    """Days along the bottom, written as short as they are clear."""
    from matplotlib import dates

    typed: Any = dates  # Some of its functions have no types.
    # What is drawn are times as a clock on the wall shows them; nothing is left to shift.
    locator = typed.AutoDateLocator(minticks=4, maxticks=9, tz=UTC)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(typed.ConciseDateFormatter(locator, tz=UTC))
