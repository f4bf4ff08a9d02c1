"""The command `migrate`: bring the records to the form of the installed program."""

import argparse

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import ConfigError
from central.store import readiness

HELP = "bring the records to the form of the installed program"


def arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""
    del parser


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Apply every migration the records lack and name them."""
    del args, now
    if not readiness.is_made(config):
        msg = f"{readiness.place(config)} does not exist; run rollbook-central init"
        raise ConfigError(msg)
    applied = readiness.migrate()
    for name in applied:
        say(f"applied {name}")
    say(f"records are up to date; {len(applied)} migrations applied")
    return 0
