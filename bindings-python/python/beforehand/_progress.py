"""Progress of long work: a bar where a person watches, silence in scripts."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any, TypeAlias

Progress: TypeAlias = bool | Callable[[str, float], bool | None] | None
"""`True` shows a bar, `False` nothing, `None` a bar where a person watches (a terminal, a notebook) and tqdm is installed; or a
function of the stage and the share done (0 to 1) that stops the work by returning `False`."""


_FORMAT = "{desc} {percentage:3.0f}% |{bar}|"


class Bar:
    """A bar of tqdm's, made when there is something to show."""

    def __init__(self, what: str, bar: Any) -> None:
        self._what = what
        self._make = bar
        self._bar: Any = None

    def __call__(self, stage: str, share: float) -> None:
        """Moves the bar."""
        if self._bar is None:
            self._bar = self._make(total=100, desc=self._what, leave=False, bar_format=_FORMAT)
        self._bar.set_description_str(f"{self._what}: {stage.replace('_', ' ')}" if stage else self._what, refresh=False)
        self._bar.update(max(0.0, round(100 * share, 1) - self._bar.n))

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.close()


def watcher(progress: Progress, what: str) -> Any:
    """The function to tell, or none."""
    if callable(progress):
        return progress
    if progress is False or (progress is None and not _is_watched()):
        return None
    try:
        with warnings.catch_warnings():
            # In a notebook without ipywidgets it warns, and draws with characters.
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm
    except ImportError:
        if progress is True:
            raise ImportError("progress=True needs tqdm: pip install 'beforehand[progress]'") from None
        return None
    return Bar(what, tqdm)


def _is_watched() -> bool:
    """Whether a person looks at what is printed."""
    if "ipykernel" in sys.modules and "IPython" in sys.modules:
        shell = sys.modules["IPython"].get_ipython()
        return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"
    return bool(getattr(sys.stderr, "isatty", lambda: False)()) and hasattr(sys, "ps1")
