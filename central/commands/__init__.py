"""The commands of `rollbook-central`, one a module: `HELP`, `arguments(parser)`, `run(args, config, now)`."""

import argparse
import getpass
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime

Now = Callable[[], datetime]
"""Says what time it is, as an aware UTC datetime."""


def say(line: str = "") -> None:
    """Print one line to the person who asked."""
    sys.stdout.write(f"{line}\n")


def tell(changes: Mapping[str, int]) -> None:
    """Print what changed, a line a noun, or that nothing did."""
    for noun, count in changes.items():
        say(f"{count:7} {noun}")
    if not changes:
        say("nothing changed: the records say all of this already")


def author() -> str:
    """Name who types, for the log of what people did."""
    try:
        return f"{getpass.getuser()} at the command line"
    except (OSError, KeyError):
        # A user without an entry in the password database, as in some containers.
        return "somebody at the command line"


def a_date(text: str) -> date:
    """Read an argument that must be a date."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is no date; write it like 2024-08-19"
        raise argparse.ArgumentTypeError(msg) from error
