"""The command `silence`: say that somebody knows of an alert, until when and why."""

import argparse
from datetime import timedelta

from central.commands import Now, say
from central.config import CentralConfig
from central.store import lookup
from central.work.silence import LONGEST, Silence, silence

HELP = "say that somebody knows of a station's alert, for how many days and why; 0 days ends that"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask which alert of which station, for how long, who knows of it, and why it can wait."""
    parser.add_argument("station", metavar="STATION")
    parser.add_argument("alert", metavar="ALERT", help="its code, like reader-down; `stations` shows it")
    parser.add_argument("--days", type=int, default=7, metavar="N", help=f"0 to {LONGEST.days}, otherwise 7")
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument("--reason", required=True, metavar="TEXT")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Keep it."""
    del config
    until = now() + timedelta(days=max(args.days, 0))
    wish = Silence(lookup.station(args.station), args.alert, until, args.reason)
    kept = silence(wish, lookup.staff(args.by), now())
    say(f"{args.alert} of {args.station} is silenced until {kept.until_at:%Y-%m-%d %H:%M} UTC")
    return 0
