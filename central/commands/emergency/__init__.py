"""The command `emergency`: from cause and announcements to the audit and the report to the board."""

import argparse

from central.commands import Now
from central.commands.emergency import after, events, learning, telling
from central.config import CentralConfig

HELP = "document an emergency: closed days, announcements, learning from afar, audit, report"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what is to be done, and for what that needs."""
    verbs = parser.add_subparsers(required=True, metavar="WHAT")
    for part in (events, telling, learning, after):
        part.add_verbs(verbs)


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do it, or write nothing; 1 where a list has something open."""
    del config
    return int(args.do(args, now))
