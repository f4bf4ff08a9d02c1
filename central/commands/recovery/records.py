"""The verbs of `recovery` about records: add, edit, delete, and list them newest first."""

import argparse

from central.commands import Now, a_date, say
from central.commands.recovery import asking
from central.commands.recovery.asking import Verbs, act, verb
from central.store import lookup
from central.store.models import RecoveryRecord
from central.work import recovery_records
from central.work.recovery_faults import Dates, RecordWish
from central.work.tool_rights import Right, Tool, require


def add_verbs(verbs: Verbs) -> None:
    """Add the verbs."""
    listing = verb(verbs, "records", "list recovery records, newest first", _list)
    asking.ask_filters(listing)
    adding = verb(verbs, "add-record", "add a student's recovery record", _add)
    adding.add_argument("student", metavar="STUDENT_NUMBER")
    asking.ask_dates(adding, is_new=True)
    adding.add_argument("--comment", default="", metavar="TEXT", help="at most 255 characters")
    asking.ask_reason(adding, is_needed=False)
    editing = verb(verbs, "edit-record", "change a recovery record, named by its student and start", _edit)
    _name(editing)
    asking.ask_dates(editing, is_new=False)
    editing.add_argument("--comment", metavar="TEXT", help="at most 255 characters")
    asking.ask_reason(editing)
    deleting = verb(verbs, "delete-record", "delete a recovery record that has no services", _delete)
    _name(deleting)
    asking.ask_reason(deleting)


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("student", metavar="STUDENT_NUMBER")
    parser.add_argument("record", type=a_date, metavar="START", help="the first day of the record")


def _list(args: argparse.Namespace, now: Now) -> int:
    require(act(args, now).by, Tool.RECORDS, Right.READ)
    student = lookup.student(args.student) if args.student else None
    found = recovery_records.listed(student, args.since, args.until)
    for record in found:
        _show(record)
    say(f"{len(found)} recovery {'record' if len(found) == 1 else 'records'}")
    return 0


def _show(record: RecoveryRecord) -> None:
    say(
        f"student {record.student.number}  Start Date: {record.since}  End Date: {record.until or 'open'}  "
        f"services: {record.services.count()}"
    )
    if record.comment:
        say(f"    {record.comment}")
    made = (record.created_by, record.created_at, record.modified_by, record.modified_at)
    say(f"    {asking.whose(*made)}")


def _add(args: argparse.Namespace, now: Now) -> int:
    wish = RecordWish(Dates(args.start, args.end), args.comment)
    record = recovery_records.add(lookup.student(args.student), wish, act(args, now))
    say(f"added the recovery record from {record.since} to {record.until or 'open'}")
    return 0


def _edit(args: argparse.Namespace, now: Now) -> int:
    record = recovery_records.find(lookup.student(args.student), args.record)
    wanted = recovery_records.Edit(args.start, args.end, args.comment, args.open)
    record = recovery_records.edit(record, wanted, act(args, now))
    say(f"the recovery record is now from {record.since} to {record.until or 'open'}")
    return 0


def _delete(args: argparse.Namespace, now: Now) -> int:
    recovery_records.delete(recovery_records.find(lookup.student(args.student), args.record), act(args, now))
    say(f"deleted the recovery record from {args.record}; what it said stays in the audit log")
    return 0
