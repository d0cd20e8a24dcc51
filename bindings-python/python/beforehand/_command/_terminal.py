"""What a person who watches sees: words and a bar."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def say(text: str) -> None:
    """Says something beside the results."""
    print(text, file=sys.stderr)


def silent(text: str) -> None:
    """Keeps quiet."""


@contextmanager
def progress(given: argparse.Namespace) -> Iterator[Any]:
    """A bar on a terminal; it leaves no trace."""
    if given.quiet or not sys.stderr.isatty():
        yield False
        return
    width = 30

    def show(stage: str, share: float) -> None:
        done = round(width * min(1.0, max(0.0, share)))
        bar = "#" * done + "." * (width - done)
        print(f"\r\033[K{100 * share:3.0f} % [{bar}] {stage.replace('_', ' ')}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
