"""The command `outage`: outages and the classes they touched, paper to decide on, and late entries."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.errors import CentralError
from central.reports.render_late_entries import late_entries_csv
from central.store import lookup
from central.store.models import Outage, PaperLine, School, Staff
from central.work import adjudicate, outages
from central.work.journal_signs import Sources
from central.work.late_entry import Entry, late_entries
from central.work.local_days import local_date
from central.work.outage_classes import touched
from central.work.outage_finding import proposals
from central.work.outage_state import outages_of, stand, standing

HELP = "put down outages, see the classes each touched, decide on paper, list what was entered late"
_DAYS: Final = 14
_WRITTEN: Final = "such as 2024-09-09T08:30, by the school's clocks"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do, with which outage or line on paper, and who acts."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="every outage, and what stations propose as one")
    note = verbs.add_parser("note", help="put one down: of a station, or of --scope school or district")
    note.add_argument("--station", metavar="STATION")
    note.add_argument("--scope", choices=Outage.Scope.values, default=Outage.Scope.STATION.value)
    note.add_argument("--cause", required=True, choices=Outage.Cause.values)
    note.add_argument("--found", default="", metavar="NAME", help="the mark or silence the list names")
    end = verbs.add_parser("end", help="say when one was over")
    correct = verbs.add_parser("correct", help="say when one really was")
    withdraw = verbs.add_parser("withdraw", help="say that there was none")
    classes = verbs.add_parser("classes", help="the classes one touched, and their paper")
    for verb in (end, correct, withdraw, classes):
        verb.add_argument("outage", type=int, metavar="NUMBER")
    for verb in (note, correct):
        verb.add_argument("--from", dest="since", required=True, type=_a_time, metavar="TIME", help=_WRITTEN)
    for verb in (note, correct, end):
        verb.add_argument("--to", dest="until", required=verb is end, type=_a_time, metavar="TIME")
    late = verbs.add_parser("late", help="what was entered or first signed after its day, as CSV")
    waiting = verbs.add_parser("paper", help="paper that waits for a decision")
    for verb in (late, waiting):
        verb.add_argument("--since", type=a_date, metavar="DATE", help=f"default: the last {_DAYS} days")
        verb.add_argument("--until", type=a_date, metavar="DATE", help="included; default: today")
    decide = verbs.add_parser("decide", help="say which is right, the paper or what else is known")
    decide.add_argument("line", type=int, metavar="NUMBER", help="as `outage paper` names it")
    decide.add_argument("choice", choices=adjudicate.Choice.values)
    for verb in (note, end, correct, withdraw, decide):
        verb.add_argument("--says", required=True, metavar="TEXT", help="why, and how it is known")
        verb.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do what was asked; a list ends with 1 while it names something to do."""
    school, at = lookup.the_school(), now()
    lists: Mapping[str, Callable[[], int]] = {
        "list": lambda: _list(school, Sources.of(config), at),
        "classes": lambda: _classes(school, args, at),
        "late": lambda: _late(school, args, at),
        "paper": lambda: _paper(school, args, at),
    }
    if args.verb in lists:
        return lists[args.verb]()
    by = lookup.staff(args.by)
    acts = {"note": _note, "decide": _decide}
    say(acts.get(args.verb, _step)(school, args, by, at))
    return 0


def _note(school: School, args: argparse.Namespace, by: Staff, at: datetime) -> str:
    zone = ZoneInfo(school.time_zone)
    word = outages.Word(
        since_at=args.since.replace(tzinfo=zone),
        until_at=args.until.replace(tzinfo=zone) if args.until else None,
        cause=args.cause,
        says=args.says,
        station=lookup.station(args.station) if args.station else None,
        scope=args.scope,
        found=args.found,
    )
    return f"outage {outages.note(word, by, at).pk} is put down"


def _decide(school: School, args: argparse.Namespace, by: Staff, at: datetime) -> str:
    line = PaperLine.objects.filter(record__school=school, pk=args.line).select_related("record").first()
    if line is None:
        msg = f"there is no line {args.line}; rollbook-central outage paper names them"
        raise CentralError(msg)
    adjudicate.decide(line, args.choice, args.says, by, at)
    return f"line {args.line} is decided: {adjudicate.Choice(args.choice).label}"


def _step(school: School, args: argparse.Namespace, by: Staff, at: datetime) -> str:
    zone, row = ZoneInfo(school.time_zone), _find(school, args.outage)
    if args.verb == "end":
        outages.end(row, args.until.replace(tzinfo=zone), by, args.says, at)
    elif args.verb == "correct":
        until_at = args.until.replace(tzinfo=zone) if args.until else None
        outages.correct(row, (args.since.replace(tzinfo=zone), until_at), by, args.says, at)
    else:
        outages.withdraw(row, by, args.says, at)
    return f"outage {row.pk}: {args.verb}"


def _a_time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is no time; write it like 2024-09-09T08:30, by the school's clocks"
        raise argparse.ArgumentTypeError(msg) from error
    return found.replace(tzinfo=None)


def _find(school: School, number: int) -> Outage:
    found = outages_of(school).filter(pk=number).select_related("station").first()
    if found is None:
        msg = f"there is no outage {number}; rollbook-central outage list names them"
        raise CentralError(msg)
    return found


def _list(school: School, sources: Sources, at: datetime) -> int:
    zone, today = ZoneInfo(school.time_zone), local_date(school, at)
    for each in standing(outages_of(school).order_by("-since_at", "-pk").prefetch_related("steps")):
        row = each.outage
        state = "withdrawn" if each.is_withdrawn else f"to {_clock(each.until_at, zone) or 'now'}"
        where = f"{row.pk}  {row.station_id or row.scope}  {_clock(each.since_at, zone)}"
        say(f"{where} {state}  {row.cause}: {row.says}")
    days = today - timedelta(days=_DAYS - 1), today
    likely = proposals(school, days, days, sources, at)
    for one in likely:
        span = f"{_clock(one.since_at, zone)} to {_clock(one.until_at, zone) or 'unknown'}"
        say(f"likely: {one.station.pk}  {span}  {one.sentence}  --found {one.found}")
    say(f"{len(likely)} likely, put down by nobody")
    return 1 if likely else 0


def _classes(school: School, args: argparse.Namespace, at: datetime) -> int:
    found = touched(school, stand(_find(school, args.outage)), at)
    for each in found:
        paper = ", ".join(each.sheets) or ("missing" if each.is_missing else "not needed")
        say(f"{each.on}  {each.section.code}: {each.tapped} of {each.placed} tapped, paper: {paper}")
    missing = sum(each.is_missing for each in found)
    say(f"{len(found)} classes, the paper of {missing} is missing")
    return 1 if missing else 0


def _late(school: School, args: argparse.Namespace, at: datetime) -> int:
    found = late_entries(school, *_span(school, args, at))
    sys.stdout.write(late_entries_csv(found, ZoneInfo(school.time_zone)))
    return 1 if any(each.entry is Entry.WITHOUT_PAPER for each in found) else 0


def _paper(school: School, args: argparse.Namespace, at: datetime) -> int:
    waiting = adjudicate.undecided_of(school, *_span(school, args, at))
    for each in waiting:
        record = each.record
        for ruling in each.rulings:
            line = ruling.line
            where = f"{record.on}  {record.section.code}  student {record.student.number}"
            say(f"{line.pk}  {where}  sheet {line.sheet.sheet} says {line.mark}: {each.why}")
    say(f"{len(waiting)} records wait for a decision")
    return 1 if waiting else 0


def _span(school: School, args: argparse.Namespace, at: datetime) -> tuple[date, date]:
    until = args.until or local_date(school, at)
    return args.since or until - timedelta(days=_DAYS - 1), until


def _clock(instant: datetime | None, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}" if instant else ""
