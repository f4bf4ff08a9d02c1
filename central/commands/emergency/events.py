"""The verbs of `emergency` about what happened: document it, its end, its closed days; list and show."""

import argparse

from central.commands import Now, a_date, say
from central.commands.emergency.asking import act, ask_reason, named, shown, verb
from central.commands.recovery.asking import Verbs
from central.domain.emergency import DutyState
from central.store import lookup
from central.store.models import Emergency
from central.store.queries.emergencies import (
    announcements_of,
    closed_for,
    duties_of,
    end_of,
    is_extended,
    is_withdrawn,
)
from central.work import emergencies, emergency_days
from central.work.emergencies import Declared
from central.work.local_days import local_date

_CAUSES = "; ".join(f"{cause.value}: {cause.label}" for cause in Emergency.Cause)


def add_verbs(verbs: Verbs) -> None:
    """Add the verbs."""
    declaring = verb(verbs, "declare", "document an emergency, as certificated staff", _declare)
    declaring.add_argument("--cause", required=True, choices=Emergency.Cause.values, help=_CAUSES)
    declaring.add_argument("--nature", required=True, metavar="TEXT", help="what happened")
    declaring.add_argument("--first-day", required=True, type=a_date, metavar="DATE")
    declaring.add_argument("--until", required=True, type=a_date, metavar="DATE", help="expected last day")
    declaring.add_argument("--scope", default=Emergency.Scope.SCHOOL.value, choices=Emergency.Scope.values)
    declaring.add_argument("--track", action="append", default=[], metavar="CODE", help="for scope tracks")
    for name, says, do in (
        ("expect", "say that another end is expected", _expect),
        ("end", "say which day was the last one", _end),
    ):
        ending = verb(verbs, name, says, do)
        ending.add_argument("last", type=a_date, metavar="DATE")
        ask_reason(ending)
    ask_reason(verb(verbs, "withdraw", "say that there was no such emergency", _withdraw))
    closing = verb(verbs, "close", "close days in the calendar", _close)
    closing.add_argument("days", nargs="+", type=a_date, metavar="DATE")
    opening = verb(verbs, "reopen", "make closed days what they were", _reopen)
    opening.add_argument("days", nargs="+", type=a_date, metavar="DATE")
    ask_reason(opening)
    listing = verbs.add_parser("list", help="list a year's emergencies")
    listing.set_defaults(do=_list)
    listing.add_argument("--year", required=True, metavar="YYYY-YY")
    shown(verbs, "show", "show how an emergency stands: days, announcements, duties", _show)


def _declare(args: argparse.Namespace, now: Now) -> int:
    wish = Declared(
        code=args.code,
        cause=args.cause,
        nature=args.nature,
        first_day=args.first_day,
        expected_end=args.until,
        scope=args.scope,
        tracks=tuple(args.track),
    )
    emergencies.declare(lookup.school_year(args.year), wish, act(args, now))
    say(f"emergency {args.code} is documented; close its days, and announce it")
    return 0


def _expect(args: argparse.Namespace, now: Now) -> int:
    emergencies.expect(named(args), args.last, act(args, now))
    say(f"emergency {args.code} is expected to last until {args.last}")
    return 0


def _end(args: argparse.Namespace, now: Now) -> int:
    emergencies.end(named(args), args.last, act(args, now))
    say(f"the last day of emergency {args.code} was {args.last}; audit it now")
    return 0


def _withdraw(args: argparse.Namespace, now: Now) -> int:
    emergencies.withdraw(named(args), act(args, now))
    say(f"emergency {args.code} is withdrawn")
    return 0


def _close(args: argparse.Namespace, now: Now) -> int:
    count = emergency_days.close(named(args), args.days, act(args, now))
    say(f"{count} days of tracks are closed; nobody is present or absent on them")
    return 0


def _reopen(args: argparse.Namespace, now: Now) -> int:
    count = emergency_days.reopen(named(args), args.days, act(args, now))
    say(f"{count} days of tracks are what they were")
    return 0


def _list(args: argparse.Namespace, now: Now) -> int:
    del now
    rows = Emergency.objects.filter(school_year=lookup.school_year(args.year))
    for row in rows.select_related("school_year__school").order_by("first_day", "pk"):
        last = end_of(row)
        how = "withdrawn" if is_withdrawn(row) else "over" if last.is_over else "expected"
        say(f"{row.code}  {row.cause} {row.get_cause_display()}: {row.first_day} to {last.on} ({how})")
        say(f"    {row.nature}")
    return 0


def _show(args: argparse.Namespace, now: Now) -> int:
    emergency = named(args)
    last, closed = end_of(emergency), closed_for(emergency)
    what = f"{emergency.cause} {emergency.get_cause_display()}"
    say(f"{emergency.code}  {what}, {emergency.get_scope_display()}: {emergency.nature}")
    say(f"from {emergency.first_day} to {last.on} ({'over' if last.is_over else 'expected'})")
    days = sorted({day.on for day in closed})
    kind = "extended" if is_extended(emergency, closed) else "short"
    say(f"{len(days)} days closed ({kind}): {', '.join(map(str, days)) or 'none'}")
    lacking = [each for each in announcements_of(emergency) if each.is_open]
    for each in lacking:
        what = "written, not proven to be sent" if each.text else "not written"
        say(f"open: announcement by {each.channel} in {each.language}: {what}")
    duties = duties_of(emergency, closed, local_date(emergency.school_year.school, now()))
    for duty in duties:
        say(f"{duty.state}: {duty.kind} by {duty.due} ({duty.citation}): {duty.why}")
    is_open = bool(lacking) or any(duty.state is not DutyState.MET for duty in duties)
    return 1 if is_open else 0
