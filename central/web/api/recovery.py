"""The attendance recovery records of a student: listed, added, changed, deleted."""

from datetime import date, datetime

from ninja import Schema
from ninja.responses import Status

from central.store.models import RecoveryRecord
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import Code, Day, DayOrNone, Form, Reason, Text, Words
from central.work import recovery_records
from central.work.recovery_faults import Dates, RecordWish
from central.work.recovery_records import Edit
from central.work.tool_rights import Right, Tool

PAGES = ("recovery",)


class KnownRecord(Schema):
    """A student's time in attendance recovery."""

    id: str
    student: str
    since: date
    until: date | None
    comment: str
    created_by: str
    created_at: datetime
    modified_by: str
    modified_at: datetime


class KnownRecords(Schema):
    """A student's recovery records, newest first."""

    student: str
    records: list[KnownRecord]


class RecordAsked(Form):
    """A new recovery record."""

    since: Day
    until: Day | None = None
    comment: Text = ""


class RecordChange(Form):
    """What is to become different about a recovery record; what is left out stays."""

    reason: Words
    since: Day | None = None
    until: Day | None = None
    comment: Text | None = None
    reopens: bool = False


class Deleted(Schema):
    """What was deleted; what it said stays in the audit log."""

    id: str


def records(request: Asked, number: Code, since: DayOrNone = None, until: DayOrNone = None) -> KnownRecords:
    """List a student's recovery records, newest first; an end leaves out those still open."""
    student = found.student(request, number, "api recovery")
    rows = recovery_records.listed(student, since, until)
    return KnownRecords(student=student.number, records=[_record(row) for row in rows])


def add(request: Asked, number: Code, form: RecordAsked) -> Status[KnownRecord]:
    """Keep a new recovery record of a student."""
    student = found.student(request, number, "api recovery")
    wish = RecordWish(Dates(form.since, form.until), form.comment)
    return Status(201, _record(recovery_records.add(student, wish, found.act(request))))


def edit(request: Asked, identity: Code, form: RecordChange) -> KnownRecord:
    """Change a recovery record, with the reason."""
    wanted = Edit(form.since, form.until, form.comment, form.reopens)
    return _record(recovery_records.edit(_found(request, identity), wanted, found.act(request, form.reason)))


def delete(request: Asked, identity: Code, form: Reason) -> Status[Deleted]:
    """Delete a recovery record, with the reason; what it said stays in the audit log."""
    row = _found(request, identity)
    deleted = Deleted(id=str(row.pk))
    recovery_records.delete(row, found.act(request, form.reason))
    return Status(201, deleted)


def _found(request: Asked, identity: str) -> RecoveryRecord:
    rows = RecoveryRecord.objects.filter(student__school=request.auth.staff.school)
    return found.row(rows.select_related("student__school", "modified_by"), identity)


def _record(row: RecoveryRecord) -> KnownRecord:
    return KnownRecord(
        id=str(row.pk),
        student=row.student.number,
        since=row.since,
        until=row.until,
        comment=row.comment,
        created_by=row.created_by,
        created_at=row.created_at,
        modified_by=row.modified_by.number,
        modified_at=row.modified_at,
    )


OPERATIONS = (
    Operation(
        "recoveryRecords",
        "GET",
        "/students/{number}/recovery-records",
        records,
        KnownRecords,
        Tool.RECORDS,
    ),
    Operation(
        "addRecoveryRecord",
        "POST",
        "/students/{number}/recovery-records",
        add,
        KnownRecord,
        Tool.RECORDS,
        Right.ADD,
    ),
    Operation(
        "editRecoveryRecord",
        "PATCH",
        "/recovery-records/{identity}",
        edit,
        KnownRecord,
        Tool.RECORDS,
        Right.WRITE,
    ),
    Operation(
        "deleteRecoveryRecord",
        "POST",
        "/recovery-records/{identity}/deletion",
        delete,
        Deleted,
        Tool.RECORDS,
        Right.DELETE,
    ),
)
