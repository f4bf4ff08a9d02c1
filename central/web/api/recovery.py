"""The attendance recovery records of a student: listed, added, changed, deleted."""

from datetime import date, datetime

from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.responses import Status

from central.store.models import RecoveryRecord
from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import Code, Day, DayOrNone, Form, Reason, Text, Words, number_of
from central.web.api.students import seen_student
from central.work import recovery_records
from central.work.recovery_act import Act
from central.work.recovery_faults import Dates, RecordWish
from central.work.recovery_records import Edit
from central.work.tool_rights import Right, Tool


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
    student = seen_student(request, number, "api recovery")
    found = recovery_records.listed(student, since, until)
    return KnownRecords(student=student.number, records=[_record(row) for row in found])


def add(request: Asked, number: Code, form: RecordAsked) -> Status[KnownRecord]:
    """Keep a new recovery record of a student."""
    student = seen_student(request, number, "api recovery")
    wish = RecordWish(Dates(form.since, form.until), form.comment)
    return Status(201, _record(recovery_records.add(student, wish, _act(request))))


def edit(request: Asked, identity: Code, form: RecordChange) -> KnownRecord:
    """Change a recovery record, with the reason."""
    wanted = Edit(form.since, form.until, form.comment, form.reopens)
    return _record(recovery_records.edit(_found(request, identity), wanted, _act(request, form.reason)))


def delete(request: Asked, identity: Code, form: Reason) -> Status[Deleted]:
    """Delete a recovery record, with the reason; what it said stays in the audit log."""
    found = _found(request, identity)
    deleted = Deleted(id=str(found.pk))
    recovery_records.delete(found, _act(request, form.reason))
    return Status(201, deleted)


def _act(request: Asked, reason: str = "") -> Act:
    return Act(request.auth.staff, clock.now(), reason)


def _found(request: Asked, identity: str) -> RecoveryRecord:
    rows = RecoveryRecord.objects.select_related("student__school", "modified_by")
    return get_object_or_404(rows, student__school=request.auth.staff.school, pk=number_of(identity))


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


_NAMED = frozenset({404})
OPERATIONS = (
    Operation(
        "recoveryRecords",
        "GET",
        "/students/{number}/recovery-records",
        records,
        KnownRecords,
        Tool.RECORDS,
        may_be=_NAMED,
    ),
    Operation(
        "addRecoveryRecord",
        "POST",
        "/students/{number}/recovery-records",
        add,
        KnownRecord,
        Tool.RECORDS,
        Right.ADD,
        status=201,
        may_be=_NAMED,
    ),
    Operation(
        "editRecoveryRecord",
        "PATCH",
        "/recovery-records/{identity}",
        edit,
        KnownRecord,
        Tool.RECORDS,
        Right.WRITE,
        may_be=_NAMED,
    ),
    Operation(
        "deleteRecoveryRecord",
        "POST",
        "/recovery-records/{identity}/deletion",
        delete,
        Deleted,
        Tool.RECORDS,
        Right.DELETE,
        status=201,
        may_be=_NAMED,
    ),
)
