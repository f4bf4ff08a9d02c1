"""The command `import-staff`: take in staff, their certification documents and their classes."""

import argparse
from pathlib import Path

from central.commands import Now, a_date, author
from central.commands.import_roster import finish
from central.config import CentralConfig
from central.exchange.named_file import open_file
from central.work.rosters import Wishes
from central.work.staff_import import import_staff

HELP = "take in staff, the validity of their certification documents, and their classes"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the file."""
    people, classes = "number,familyName,givenName,role", "class,classBegin,classEnd,primary"
    columns = f"{people},document,documentBegin,documentEnd,{classes}"
    parser.add_argument("file", type=Path, metavar="FILE.csv", help=columns)
    parser.add_argument(
        "--as-of", type=a_date, metavar="DATE", help="the day it is true from; default: today"
    )
    parser.add_argument("--force-with-reason", default="", metavar="TEXT", help="why an older file is right")
    parser.add_argument("--dry-run", action="store_true", help="write nothing; say all that would change")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Take the file in and publish the stations' rosters."""
    wishes = Wishes(as_of=args.as_of, why_older=args.force_with_reason, is_rehearsal=args.dry_run)
    outcome = import_staff(open_file(args.file), wishes, now(), author())
    finish(outcome, wishes, config, now)
    return 0
