"""The entry: arguments in, an exit code out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .._errors import Error, InvalidOptionsError
from .._history import History
from ._errors import WrongUse, as_options
from ._parameters import parameters
from ._parser import parser_of_all
from ._run import run

_WRONG_USE, _FAILED, _INTERRUPTED = 2, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the exit code is 0, 1 for a failure, 2 for a wrong use."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parser, taken = parser_of_all()
    if not (sys.argv[1:] if arguments is None else arguments):
        parser.print_help(sys.stderr)
        return _WRONG_USE
    given = parser.parse_args(arguments)
    options = [p.name for p in (*taken[given.command], *parameters(History))]
    try:
        run(given, taken[given.command])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has read enough; what is left must not be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _complain(given, "interrupted", _INTERRUPTED)
    except (WrongUse, InvalidOptionsError) as e:
        return _complain(given, f"{as_options(str(e), options)}\nSee: beforehand {given.command} --help", _WRONG_USE)
    except (Error, OSError, ImportError) as e:
        return _complain(given, as_options(str(e), options), _FAILED)
    return 0


def _complain(given: argparse.Namespace, message: str, code: int) -> int:
    print(f"beforehand {given.command}: {message}", file=sys.stderr)
    return code
