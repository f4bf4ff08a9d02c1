"""The command `confirm`: compare what the student information system holds with what was sent."""

import argparse
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.exchange import attendance_file
from central.exchange.named_file import open_file
from central.store import lookup
from central.work.confirm import confirm

HELP = "confirm sent records by a file read back from the student information system"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the file that was read back."""
    parser.add_argument("file", type=Path, metavar="FILE", help="exported with the template's columns")
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument("--template", type=Path, metavar="FILE.toml", help="how your district maps columns")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Confirm what agrees and list what does not; 1 when anything differs."""
    del config
    template = attendance_file.load(args.template)
    done = confirm(open_file(args.file), template, lookup.staff(args.by), now())
    say(f"{done.confirmed} records confirmed, {done.already} were before, {done.reopened} to be sent again")
    for found in done.differences:
        say(
            f"  student {found.student_number} on {found.on} section {found.section}: "
            f"here {found.ours}, there {found.theirs}"
        )
    return 1 if done.differences else 0
