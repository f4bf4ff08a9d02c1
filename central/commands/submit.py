"""The command `submit`: write certified records as a file for the student information system."""

import argparse
from datetime import date
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import CentralError
from central.exchange import attendance_file
from central.store import lookup
from central.work.submit import Wish, submit

HELP = "write what is certified and not yet sent as a file for the student information system"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to send and where to."""
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="one day")
    parser.add_argument("--since", type=date.fromisoformat, metavar="DATE")
    parser.add_argument("--until", type=date.fromisoformat, metavar="DATE")
    parser.add_argument("--section", metavar="CODE", help="without it, every section")
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="a new file")
    parser.add_argument("--template", type=Path, metavar="FILE.toml", help="how your district maps columns")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Write the file and move its records to stage 2."""
    del config
    since, until = args.on or args.since, args.on or args.until or args.since
    if since is None or (args.on and (args.since or args.until)) or until < since:
        msg = "say --on DATE, or --since DATE with or without --until DATE"
        raise CentralError(msg)
    section = lookup.section(args.section, since) if args.section else None
    by = lookup.staff(args.by)
    template = attendance_file.load(args.template)
    done = submit(Wish(since, until, section), args.out, template, by, now())
    if done.records:
        say(f"wrote {done.records} records to {args.out} (SHA-256 {done.sha256})")
    else:
        say("nothing new is certified there; no file was written")
    return 0
