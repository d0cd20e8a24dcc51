"""The parameters of a function, with their documentation."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from .. import _types

# What the command gives itself.
_OWN = ("self", "data", "contracts", "columns", "progress", "as_of")


class Parameter(NamedTuple):
    """A parameter of a function as an option of the command."""

    name: str
    type: Any
    default: Any
    doc: str

    @property
    def flag(self) -> str:
        """`lead_days` as `--lead-days`."""
        return "--" + self.name.replace("_", "-")

    @property
    def is_required(self) -> bool:
        """Whether a call cannot do without it."""
        return self.default is inspect.Parameter.empty


def parameters(function: Callable[..., Any]) -> list[Parameter]:
    """The parameters of a function that become options, with their documentation."""
    # The modules of the functions know the types of options for type checkers only.
    names = {**vars(_types), **vars(sys.modules[function.__module__])}
    docs = _documented(inspect.getdoc(function) or "")
    found = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in _OWN:
            annotation = parameter.annotation
            kind = eval(annotation, names) if isinstance(annotation, str) else annotation
            found.append(Parameter(name, kind, parameter.default, docs.get(name, "")))
    return found


def _documented(text: str) -> dict[str, str]:
    """What the `Args:` of a docstring say."""
    block = re.search(r"^Args:\n((?:    .*\n|\n)+)", text + "\n", re.MULTILINE)
    docs: dict[str, str] = {}
    name = ""
    for line in block.group(1).splitlines() if block else ():
        start = re.match(r"    (\w+): (.*)", line)
        if start:
            name, docs[start.group(1)] = start.group(1), start.group(2)
        elif name and line.strip():
            docs[name] += " " + line.strip()
    return docs
