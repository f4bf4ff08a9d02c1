"""The command `kit`: an encrypted file by which a laptop prints and keys sheets while central is down."""

import argparse

from central.commands import Now
from central.commands.kit import laptop, office
from central.config import CentralConfig

HELP = "save, print from, key into, check and hand over the kit by which a laptop works while central is down"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what is to be done, and for what that needs."""
    verbs = parser.add_subparsers(required=True, metavar="WHAT")
    office.add_verbs(verbs)
    laptop.add_verbs(verbs)


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do it; what a laptop does needs neither records nor a network."""
    return int(args.do(args, config, now))
