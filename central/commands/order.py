"""The command `order`: have a station do one of the few things on the list, once."""

import argparse
import secrets

from central.commands import Now, say
from central.config import CentralConfig
from central.store import lookup
from central.work.orders import LASTS, Wish, order
from central.work.publish import publish
from sync_agent.orders import VERBS

HELP = "have a station do something once: blink, report, restart-agent, rotate-key, try-update"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask which station is to do what, who says so, and why."""
    parser.add_argument("station", metavar="STATION")
    parser.add_argument("verb", metavar="VERB", choices=list(VERBS), help=", ".join(VERBS))
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument("--reason", required=True, metavar="TEXT")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Put the order down and publish the station's note."""
    wish = Wish(lookup.station(args.station), args.verb, args.reason)
    made = order(wish, lookup.staff(args.by), secrets.token_bytes, now())
    publish(config, now())
    say(f"order {made.id}: {args.station} does {args.verb} when it is next heard of")
    say(
        f"not heard of within {LASTS.seconds // 60} minutes, it does not do it; see `stations {args.station}`"
    )
    return 0
