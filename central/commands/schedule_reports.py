"""The command `schedule-reports`: which reports are written into a folder by themselves, and what is due."""

import argparse
from datetime import time
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import CentralError
from central.reports.kinds import FORMS, words
from central.reports.scheduled import run_due
from central.store import lookup
from central.store.models import ReportSchedule, School
from central.work.report_schedule import Rhythm, Wish, Word, add, end
from central.work.report_schedule_days import next_due, states

HELP = "have reports written into a folder daily, weekly or monthly"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do: run what is due, list, add or remove."""
    parser.add_argument("--run-due", action="store_true", help="write now what is due; serve does by itself")
    verbs = parser.add_subparsers(dest="verb")
    verbs.add_parser("list", help="every schedule that stands, when it was written last and is due next")
    more = verbs.add_parser("add", help="have a report written from now on")
    more.add_argument("kind", choices=words())
    more.add_argument("--form", choices=FORMS, default="pdf")
    more.add_argument("--rhythm", choices=[each.value for each in Rhythm], required=True)
    more.add_argument(
        "--day", type=int, default=0, metavar="N", help="weekly 1 (Monday) to 7, or monthly 1 to 31"
    )
    more.add_argument("--at", type=_a_time, required=True, metavar="HH:MM", help="by the school's clock")
    more.add_argument("--folder", type=Path, required=True, help="one of report_folders in the configuration")
    less = verbs.add_parser("remove", help="end a schedule; what was written stays")
    less.add_argument("number", type=int, metavar="NUMBER")
    for each in (more, less):
        each.add_argument("--reason", required=True, metavar="TEXT")
        each.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER", help="who decides")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do what was asked; 1 where a report that is due could not be written."""
    if args.run_due:
        return _run(config, now)
    school = lookup.the_school()
    if args.verb == "add":
        _add(args, school, config, now)
    elif args.verb == "remove":
        row = end(school, args.number, Word(lookup.staff(args.by), now(), args.reason))
        say(f"schedule {row.pk} has ended; what it wrote stays in {row.folder}")
    elif args.verb == "list":
        return _list(school, now)
    else:
        msg = "say what to do: list, add, remove, or --run-due"
        raise CentralError(msg)
    return 0


def _run(config: CentralConfig, now: Now) -> int:
    problems = 0
    for done in run_due(config, now()):
        if done.file:
            say(f"wrote {done.file} (schedule {done.schedule})")
        else:
            problems += 1
            say(f"schedule {done.schedule} of {done.due_on} was not written: {done.problem}")
    return 1 if problems else 0


def _add(args: argparse.Namespace, school: School, config: CentralConfig, now: Now) -> None:
    wish = Wish(args.kind, args.form, Rhythm(args.rhythm), args.day, args.at, args.folder)
    row = add(school, wish, Word(lookup.staff(args.by), now(), args.reason), config.report_folders)
    say(f"schedule {row.pk}: {_named(row)}; first {next_due(row, now()):%Y-%m-%d %H:%M}")


def _list(school: School, now: Now) -> int:
    is_late = False
    for state in states(school, now()):
        row = state.row
        is_late = is_late or state.owed is not None
        said = f"written for {state.written_on}" if state.written_on else "not written yet"
        due = f"due since {state.owed}" if state.owed else f"next {state.next:%Y-%m-%d %H:%M}"
        say(f"{row.pk}  {_named(row)}; {said}; {due}; by employee {row.by}: {row.reason}")
    return 1 if is_late else 0


def _named(row: ReportSchedule) -> str:
    day = f" on day {row.day}" if row.day else ""
    return f"{row.kind} as {row.form}, {row.rhythm}{day} at {row.at_time:%H:%M}, into {row.folder}"


def _a_time(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        msg = f"{text!r} is no time of day; write it like 17:30"
        raise argparse.ArgumentTypeError(msg) from error
