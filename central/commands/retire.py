"""The command `retire`: take a station out of use."""

import argparse

from central.commands import Now, author, say
from central.config import CentralConfig
from central.work.commission import retire
from central.work.publish import publish

HELP = "take a station out of use and revoke its key"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the station."""
    parser.add_argument("station", metavar="STATION")
    parser.add_argument(
        "--keep-key", action="store_true", help="let taps it still holds come in; retire again to revoke"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Retire the station and publish the keyring without it."""
    retire(args.station, now(), author(), keeps_key=args.keep_key)
    publish(config, now())
    key = "its key is still good for what it holds" if args.keep_key else "its key is revoked"
    say(f"{args.station} is out of use; {key}")
    return 0
