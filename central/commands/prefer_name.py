"""The command `prefer-name`: keep how a student is addressed, apart from the legal name."""

import argparse

from central.commands import Now, say
from central.config import CentralConfig
from central.store import lookup
from central.work.preferred_name import prefer

HELP = "keep how a student is addressed; registers and reports go on with the legal name"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the student, the name, and who keeps it."""
    parser.add_argument("student", metavar="STUDENT_NUMBER")
    parser.add_argument("name", metavar="NAME", help="nothing ('') for the legal name")
    parser.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Keep the name."""
    del config
    prefer(lookup.student(args.student), args.name, lookup.staff(args.by), now())
    say(f"kept: how student {args.student} is addressed")
    return 0
