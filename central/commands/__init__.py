"""The commands of `rollbook-central`, one a module: `HELP`, `arguments(parser)`, `run(args, config, now)`."""

import sys
from collections.abc import Callable
from datetime import datetime

Now = Callable[[], datetime]
"""Says what time it is, as an aware UTC datetime."""


def say(line: str = "") -> None:
    """Print one line to the person who asked."""
    sys.stdout.write(f"{line}\n")
