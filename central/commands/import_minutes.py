"""The command `import-minutes`: take in the minutes each grade is offered, at the site and required there."""

import argparse
from pathlib import Path

from central.commands import Now, author, say, tell
from central.config import CentralConfig
from central.exchange.named_file import open_file
from central.store import lookup
from central.work.minutes import import_minutes

HELP = "take in the minutes each grade is offered a day, those at the site and those required there"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the file, the year and who decided."""
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE.csv",
        help="track,grade,offered,on_site,required and date, or from,to,kind",
    )
    parser.add_argument("--year", required=True, metavar="2024-25")
    parser.add_argument("--decided-by", required=True, metavar="NAME", help="who decided on these minutes")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Take the minutes in and say what changed; 1 when the law finds something in them."""
    del config
    year = lookup.school_year(args.year)
    outcome = import_minutes(year, open_file(args.file), args.decided_by, now(), author())
    tell(outcome.changes)
    for finding in outcome.findings:
        say(f"finding {finding.rule} ({finding.citation}): {finding.subject}: {finding.says}")
        say(f"    {finding.remedy}")
    return 1 if outcome.findings else 0
