"""The command `import-calendar`: take in a school year's days, weeks left out, and bell times."""

import argparse
from pathlib import Path

from central.commands import Now, a_date, author, say, tell
from central.config import CentralConfig
from central.domain.calendar import SchoolYear
from central.domain.errors import DomainError
from central.errors import CentralError
from central.exchange.named_file import NamedFile, open_file
from central.work.calendar_weeks import Week
from central.work.calendars import CalendarWish, import_calendar

HELP = "take in the days each track is taught, the weeks left out of school months, and bell times"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the files and for the decisions somebody made."""
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE.csv", help="track,date,taught,kind,minutes,note"
    )
    parser.add_argument("--year", required=True, metavar="2024-25")
    parser.add_argument("--bells", type=Path, metavar="FILE.csv", help="section,weekdays,start,end")
    parser.add_argument(
        "--months", type=Path, metavar="FILE.csv", help="track,number,start,end: to be compared"
    )
    for option, what in (
        ("--exclude-week", "keep out of the school months"),
        ("--include-week", "put back in"),
    ):
        parser.add_argument(
            option,
            action="append",
            default=[],
            type=_week,
            metavar="[TRACK:]MONDAY",
            help=f"{what} a week of winter vacation",
        )
    parser.add_argument("--decided-by", required=True, metavar="NAME", help="who decided on this calendar")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Take the calendar in and say what changed; 1 when the law finds something in it."""
    del config
    if not (args.file or args.bells or args.exclude_week or args.include_week):
        msg = "nothing to take in; name a calendar file, --bells, --exclude-week or --include-week"
        raise CentralError(msg)
    wish = CalendarWish(
        year=_year(args.year),
        decided_by=args.decided_by,
        days=_opened(args.file),
        months=_opened(args.months),
        bells=_opened(args.bells),
        left_out=tuple(args.exclude_week),
        put_back=tuple(args.include_week),
    )
    outcome = import_calendar(wish, now(), author())
    tell(outcome.changes)
    for finding in outcome.findings:
        say(f"finding {finding.rule} ({finding.citation}): track {finding.subject}: {finding.says}")
        say(f"    {finding.remedy}")
    return 1 if outcome.findings else 0


def _opened(path: Path | None) -> NamedFile | None:
    return open_file(path) if path else None


def _year(name: str) -> SchoolYear:
    try:
        return SchoolYear(name)
    except DomainError as error:
        raise CentralError(str(error)) from error


def _week(text: str) -> Week:
    track, _, monday = text.rpartition(":")
    return Week(track, a_date(monday))
