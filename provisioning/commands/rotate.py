"""The command `rotate`: have a station change its signing key."""

import argparse

from provisioning import office
from provisioning.commands import say

HELP = "have a station change its signing key; it does so by itself twice a year"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    parser.add_argument("station", help="the station's name")
    parser.add_argument("--reason", required=True, help="why its key is changed now")
    office.arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Have central order it."""
    office.signed_in(options).change(f"/stations/{options.station}/key-rotation", {"reason": options.reason})
    say(f"{options.station} is ordered to change its key; the one before stays good for a week")
    return 0
