"""The command `replace-station`: let a new card take over from a station's old one."""

import argparse
import os

from django.db import transaction

from central.commands import Now, author, say
from central.commands.enlist import file_arguments, require_new, write_file
from central.config import CentralConfig
from central.work import enrolment
from central.work.enrolment import Asking
from central.work.publish import publish

HELP = "let a new card take over from a station's old one"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask which station, and why."""
    parser.add_argument("station", metavar="STATION")
    parser.add_argument("--reason", required=True, metavar="TEXT")
    parser.add_argument(
        "--stolen", action="store_true", help="revoke the old card's key at once; what it holds is set aside"
    )
    file_arguments(parser)


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Make the token of the new card, and publish that it is good."""
    require_new(args.out)
    at = now()
    with transaction.atomic():
        asking = Asking(author(), at, os.urandom)
        made = enrolment.replace(args.station, args.reason, asking, is_stolen=args.stolen)
        write_file(args, config, [made])
    publish(config, at)
    if args.stolen:
        say(f"the key of {args.station}'s old card is revoked")
    else:
        say("once the new card is enrolled, what the old one holds may still come in for 90 days")
    return 0
