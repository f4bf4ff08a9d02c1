"""The verbs of `recovery` about services: add, edit, delete, list, and let the ledger write them."""

import argparse

from central.commands import Now, a_date, say
from central.commands.recovery import asking
from central.commands.recovery.asking import Verbs, act, verb
from central.domain.recovery import ServiceKind
from central.store import lookup
from central.store.models import RecoveryService
from central.work import recovery_records, recovery_services
from central.work.local_days import local_date
from central.work.recovery_faults import Dates, ServiceWish
from central.work.recovery_figures import update_services
from central.work.tool_rights import Right, Tool, require


def add_verbs(verbs: Verbs) -> None:
    """Add the verbs."""
    listing = verb(verbs, "services", "list recovery services with their numbers, newest first", _list)
    asking.ask_filters(listing)
    adding = verb(verbs, "add-service", "add a program service of a recovery record", _add)
    adding.add_argument("student", metavar="STUDENT_NUMBER")
    adding.add_argument(
        "--record", required=True, type=a_date, metavar="START", help="its record's first day"
    )
    adding.add_argument(
        "--type", required=True, choices=[str(kind) for kind in ServiceKind], help="what it records"
    )
    asking.ask_dates(adding, is_new=True)
    _ask_details(adding, is_new=True)
    asking.ask_reason(adding, is_needed=False)
    editing = verb(verbs, "edit-service", "change a recovery service, named by its number", _edit)
    editing.add_argument("number", type=int, metavar="SERVICE")
    asking.ask_dates(editing, is_new=False)
    _ask_details(editing, is_new=False)
    asking.ask_reason(editing)
    deleting = verb(verbs, "delete-service", "delete a service the ledger has never written into", _delete)
    deleting.add_argument("number", type=int, metavar="SERVICE")
    asking.ask_reason(deleting)
    updating = verb(
        verbs,
        "update-services",
        "let the ledger write the figures of services with the calendar flag",
        _update,
    )
    updating.add_argument("--year", required=True, metavar="YYYY-YY", help="like 2025-26")
    updating.add_argument("--as-of", type=a_date, metavar="DATE", help="up to which day; today")
    asking.ask_reason(updating, is_needed=False)


def _ask_details(parser: argparse.ArgumentParser, *, is_new: bool) -> None:
    default = "" if is_new else None
    parser.add_argument("--school", required=is_new, metavar="CODE", help="the school that earns the ADA")
    parser.add_argument("--comments", default=default, metavar="TEXT", help="at most 255 characters")
    parser.add_argument(
        "--calendar",
        choices=("on", "off"),
        default="off" if is_new else None,
        help="on: the ledger writes the figures; off: a person does",
    )
    parser.add_argument("--days-used", type=int, metavar="DAYS", help="by hand, on a Used service")
    parser.add_argument("--time-earned", type=int, metavar="MINUTES", help="by hand, on an Earned service")


def _list(args: argparse.Namespace, now: Now) -> int:
    require(act(args, now).by, Tool.SERVICES, Right.READ)
    student = lookup.student(args.student) if args.student else None
    found = recovery_services.listed(student, args.since, args.until)
    for service in found:
        _show(service)
    say(f"{len(found)} recovery {'service' if len(found) == 1 else 'services'}")
    return 0


def _show(service: RecoveryService) -> None:
    record = service.record
    say(
        f"{service.pk}  student {record.student.number}  Attendance Recovery Type: {service.kind}  "
        f"Start Date: {service.since}  End Date: {service.until or 'open'}"
    )
    say(
        f"    record {record.since} to {record.until or 'open'}  school {service.school.code}  "
        f"Calendar: {'on' if service.is_calendar else 'off'}  {_figure(service)}"
    )
    if service.comments:
        say(f"    {service.comments}")
    made = (service.created_by, service.created_at, service.modified_by, service.modified_at)
    say(f"    {asking.whose(*made)}")


def _figure(service: RecoveryService) -> str:
    if service.kind == ServiceKind.USED:
        return f"Days Used: {'none yet' if service.days_used is None else service.days_used}"
    minutes = service.minutes_earned
    return f"Time Earned: {'none yet' if minutes is None else f'{minutes} minutes'}"


def _add(args: argparse.Namespace, now: Now) -> int:
    record = recovery_records.find(lookup.student(args.student), args.record)
    wish = ServiceWish(
        kind=ServiceKind(args.type),
        dates=Dates(args.start, args.end),
        school=args.school,
        comments=args.comments,
        is_calendar=args.calendar == "on",
        days_used=args.days_used,
        minutes_earned=args.time_earned,
    )
    service = recovery_services.add(record, wish, act(args, now))
    say(f"added {service.kind} service {service.pk}")
    return 0


def _edit(args: argparse.Namespace, now: Now) -> int:
    wanted = recovery_services.Edit(
        since=args.start,
        until=args.end,
        school=args.school,
        comments=args.comments,
        is_calendar=args.calendar and args.calendar == "on",
        days_used=args.days_used,
        minutes_earned=args.time_earned,
        reopens=args.open,
    )
    service = recovery_services.edit(recovery_services.find(args.number), wanted, act(args, now))
    say(f"changed {service.kind} service {service.pk}: {_figure(service)}")
    return 0


def _delete(args: argparse.Namespace, now: Now) -> int:
    recovery_services.delete(recovery_services.find(args.number), act(args, now))
    say(f"deleted recovery service {args.number}; what it said stays in the audit log")
    return 0


def _update(args: argparse.Namespace, now: Now) -> int:
    year = lookup.school_year(args.year)
    acting = act(args, now)
    as_of = args.as_of or local_date(year.school, acting.at)
    done = update_services(year, as_of, acting)
    say(
        f"as of {as_of}: {done.services} services with the calendar flag, "
        f"{done.figures} dated figures written, {done.changed} services changed"
    )
    return 0
