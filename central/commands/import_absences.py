"""The command `import-absences`: why students were absent, and what the school's own codes credit."""

import argparse
from pathlib import Path

from central.commands import Now, say, tell
from central.config import CentralConfig
from central.exchange.named_file import open_file
from central.store import lookup
from central.work.absences import import_absences
from central.work.local_days import local_date

HELP = "take in why students missed whole days, and hold the school's own codes against the law"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the files and who acts."""
    parser.add_argument("file", type=Path, metavar="FILE.csv", help="student,date,code,reason")
    parser.add_argument(
        "--codes",
        type=Path,
        metavar="FILE.csv",
        help="code,reason,credited: the codes of the school's system",
    )
    parser.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER", help="who notes them")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Take the absences in and say what changed; 1 when a code gives credit it must not."""
    del config
    by, at = lookup.staff(args.by), now()
    today = local_date(by.school, at)
    codes = open_file(args.codes) if args.codes else None
    outcome = import_absences(open_file(args.file), codes, by, at, today)
    tell(outcome.changes)
    for finding in outcome.findings:
        say(f"finding {finding.rule} ({finding.citation}): {finding.subject}: {finding.says}")
        say(f"    {finding.remedy}")
    return 1 if outcome.findings else 0
