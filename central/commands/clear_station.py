"""The command `clear-station`: let a station in doubt count again."""

import argparse

from central.commands import Now, say
from central.config import CentralConfig
from central.store import lookup
from central.work import doubts

HELP = "let what a station in doubt brought count again, by name and with the reason"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the station, the person and the reason."""
    parser.add_argument("station", metavar="STATION")
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="what was found out about the copy")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Clear the station; its taps are resolved by the next run."""
    del config
    count = doubts.clear(lookup.station(args.station), lookup.staff(args.by), args.reason, now())
    cleared = "1 doubt" if count == 1 else f"{count} doubts"
    say(f"{cleared} of {args.station} cleared; what waited is resolved with the next round")
    return 0
