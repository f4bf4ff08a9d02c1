"""The commands of `rollbook-provision`, one a module: `HELP`, `arguments(parser)`, `run(options) -> int`."""

import sys

PROGRAM = "rollbook-provision"


def say(line: str) -> None:
    """Print one line to the person who asked."""
    sys.stdout.write(f"{line}\n")


def complain(line: str) -> None:
    """Print one line of what must be put right."""
    sys.stderr.write(f"{PROGRAM}: {line}\n")
