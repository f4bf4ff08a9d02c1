"""The command `recovery`: records, services, sessions, minutes and signatures of attendance recovery."""

import argparse

from central.commands import Now
from central.commands.recovery import files, records, services, sessions
from central.config import CentralConfig

HELP = "keep attendance recovery: records, services, sessions, minutes, signatures and the ledger's figures"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what is to be done, and for what that needs."""
    verbs = parser.add_subparsers(required=True, metavar="WHAT")
    for part in (records, services, sessions, files):
        part.add_verbs(verbs)


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do it, or write nothing; 64 for what is refused."""
    del config
    return int(args.do(args, now))
