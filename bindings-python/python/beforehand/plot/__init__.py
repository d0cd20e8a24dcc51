"""Pictures of forecasts and of what they are worth: needs matplotlib (`pip install 'beforehand[plot]'`).

Each function draws on the `Axes` it is given, or on a new figure, and returns the `Axes`: change what you like on it,
or save it with `ax.figure.savefig("picture.png")`. Text and lines follow the style in force, dark or light; people who
see fewer colours can tell those used here apart.
"""

from __future__ import annotations

from ._buying import alive, matrix, tracking
from ._calibration import calibration
from ._cycles import cycles
from ._decision import decision
from ._decline import decline
from ._reminders import reminders
from ._timeline import timeline

__all__ = ["alive", "calibration", "cycles", "decision", "decline", "matrix", "reminders", "timeline", "tracking"]
