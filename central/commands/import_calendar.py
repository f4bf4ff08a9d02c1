"""The command `import-calendar`: take in a school year's days, weeks left out, and bell times."""

import argparse
from pathlib import Path

from central.commands import Now, a_date, author, say, tell
from central.config import CentralConfig
from central.domain.calendar import SchoolYear
from central.domain.errors import DomainError
from central.errors import CentralError
from central.exchange.calendar_ics import Teaching
from central.exchange.named_file import NamedFile, open_file
from central.work.calendar_weeks import Week
from central.work.calendars import CalendarWish, import_calendar

HELP = "take in the days each track is taught, the weeks left out of school months, and bell times"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the files and for the decisions somebody made."""
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="a CSV file: track,date,taught,kind,minutes,on_site,required,note; or an iCalendar file (.ics)",
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
    _of_icalendar(parser)
    parser.add_argument("--decided-by", required=True, metavar="NAME", help="who decided on this calendar")


def _of_icalendar(parser: argparse.ArgumentParser) -> None:
    """Ask for what an iCalendar file cannot say."""
    group = parser.add_argument_group(".ics", "an iCalendar file names only the days that are different")
    group.add_argument(
        "--track", action="append", default=[], metavar="TRACK", help="a track the .ics file is for"
    )
    group.add_argument("--first-day", type=a_date, metavar="DATE", help="the first day of teaching")
    group.add_argument("--last-day", type=a_date, metavar="DATE", help="the last day of teaching")
    group.add_argument(
        "--pass-over-others", action="store_true", help="all-day events of no kind of day change nothing"
    )


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
        teaching=_teaching(args),
        passes_over_others=args.pass_over_others,
        months=_opened(args.months),
        bells=_opened(args.bells),
        left_out=tuple(args.exclude_week),
        put_back=tuple(args.include_week),
    )
    outcome = import_calendar(wish, now(), author())
    tell(outcome.changes)
    if outcome.passed_over:
        say(f"{outcome.passed_over:7} all-day events of no kind of day were passed over")
    for finding in outcome.findings:
        say(f"finding {finding.rule} ({finding.citation}): track {finding.subject}: {finding.says}")
        say(f"    {finding.remedy}")
    return 1 if outcome.findings else 0


def _opened(path: Path | None) -> NamedFile | None:
    return open_file(path) if path else None


def _teaching(args: argparse.Namespace) -> Teaching | None:
    """Return what must be known beside an iCalendar file; beside any other file nothing of it is."""
    named = bool(args.track or args.first_day or args.last_day or args.pass_over_others)
    if args.file is None or args.file.suffix.casefold() != ".ics":
        if named:
            msg = (
                "--track, --first-day, --last-day and --pass-over-others go with an .ics file; leave them out"
            )
            raise CentralError(msg)
        return None
    if not (args.track and args.first_day and args.last_day):
        msg = f"{args.file.name} does not say whom it is for; add --track, --first-day and --last-day"
        raise CentralError(msg)
    return Teaching(tuple(dict.fromkeys(args.track)), args.first_day, args.last_day)


def _year(name: str) -> SchoolYear:
    try:
        return SchoolYear(name)
    except DomainError as error:
        raise CentralError(str(error)) from error


def _week(text: str) -> Week:
    track, _, monday = text.rpartition(":")
    return Week(track, a_date(monday))
