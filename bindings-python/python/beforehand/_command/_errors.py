"""What goes wrong, in the words of the command."""

from __future__ import annotations

import re
from collections.abc import Iterable


class WrongUse(Exception):
    """What the command cannot make sense of."""


def as_options(message: str, options: Iterable[str]) -> str:
    """A message of the package in the words of the command."""
    message = re.sub(r"read (?:them|the log) (?:first: |with )?History\(.*?(\w+)=(\S+)\)", r"give --\1 \2", message)
    message = re.sub(r'columns=\{"(\w+)": "\.\.\."\}', lambda m: f"--{m.group(1).replace('_', '-')}-column", message)
    for name in sorted({"as_of", *options}, key=len, reverse=True):
        # Words that are also plain English stay as they are.
        if "_" in name:
            message = re.sub(rf"(?<![\w.-])(?:options\.)?{name}(?!\w)", "--" + name.replace("_", "-"), message)
    return message
