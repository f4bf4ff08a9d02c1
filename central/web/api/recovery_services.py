"""The program services of attendance recovery: time earned and days used, by hand or by the ledger."""

from datetime import date, datetime
from typing import Annotated

from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.responses import Status
from pydantic import Field

from central.domain.recovery import ServiceKind
from central.store.models import RecoveryRecord, RecoveryService
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.recovery import Deleted
from central.web.api.shapes import MOST, Code, Day, DayOrNone, Form, Offset, Reason, Text, Words, number_of
from central.work import recovery_services
from central.work.recovery_faults import Dates, ServiceWish
from central.work.recovery_services import Edit
from central.work.tool_rights import Right, Tool

PAGES = ("recovery-services",)
Days = Annotated[int, Field(ge=0, le=366)]
MinutesEarned = Annotated[int, Field(ge=0, le=1_000_000)]


class KnownService(Schema):
    """A service of a recovery record: time earned or days used."""

    id: str
    student: str
    record: str
    kind: str
    since: date
    until: date | None
    school: str
    comments: str
    is_calendar: bool
    days_used: int | None
    minutes_earned: int | None
    modified_by: str
    modified_at: datetime


class KnownServices(Schema):
    """Some services of a student, newest first, and how many there are."""

    student: str
    count: int
    services: list[KnownService]


class ServiceAsked(Form):
    """A new service of a recovery record; with `is_calendar` the ledger writes its figures itself."""

    record: Code
    kind: ServiceKind
    since: Day
    until: Day | None = None
    school: Code
    comments: Text = ""
    is_calendar: bool = False
    days_used: Days | None = None
    minutes_earned: MinutesEarned | None = None


class ServiceChange(Form):
    """What is to become different about a service; what is left out stays."""

    reason: Words
    since: Day | None = None
    until: Day | None = None
    school: Code | None = None
    comments: Text | None = None
    is_calendar: bool | None = None
    days_used: Days | None = None
    minutes_earned: MinutesEarned | None = None
    reopens: bool = False


def services(
    request: Asked, number: Code, since: DayOrNone = None, until: DayOrNone = None, offset: Offset = 0
) -> KnownServices:
    """List a student's services, newest first."""
    student = found.student(request, number, "api recovery services")
    rows = recovery_services.listed(student, since, until)
    shown = [_service(row) for row in rows[offset : offset + MOST]]
    return KnownServices(student=student.number, count=len(rows), services=shown)


def add(request: Asked, number: Code, form: ServiceAsked) -> Status[KnownService]:
    """Keep a new service of one of a student's recovery records."""
    student = found.student(request, number, "api recovery services")
    records = RecoveryRecord.objects.filter(student=student).select_related("student__school")
    record = get_object_or_404(records, pk=number_of(form.record))
    wish = ServiceWish(
        kind=form.kind,
        dates=Dates(form.since, form.until),
        school=form.school,
        comments=form.comments,
        is_calendar=form.is_calendar,
        days_used=form.days_used,
        minutes_earned=form.minutes_earned,
    )
    return Status(201, _service(recovery_services.add(record, wish, found.act(request))))


def edit(request: Asked, identity: Code, form: ServiceChange) -> KnownService:
    """Change a service, with the reason; its kind and its record stay."""
    wanted = Edit(
        form.since,
        form.until,
        form.school,
        form.comments,
        form.is_calendar,
        form.days_used,
        form.minutes_earned,
        form.reopens,
    )
    row = _found(request, identity)
    return _service(recovery_services.edit(row, wanted, found.act(request, form.reason)))


def delete(request: Asked, identity: Code, form: Reason) -> Status[Deleted]:
    """Delete a service, with the reason; what it said stays in the audit log."""
    row = _found(request, identity)
    deleted = Deleted(id=str(row.pk))
    recovery_services.delete(row, found.act(request, form.reason))
    return Status(201, deleted)


def _found(request: Asked, identity: str) -> RecoveryService:
    rows = RecoveryService.objects.filter(record__student__school=request.auth.staff.school)
    return found.row(rows.select_related("record__student__school", "school", "modified_by"), identity)


def _service(row: RecoveryService) -> KnownService:
    return KnownService(
        id=str(row.pk),
        student=row.record.student.number,
        record=str(row.record_id),
        kind=row.kind,
        since=row.since,
        until=row.until,
        school=row.school.code,
        comments=row.comments,
        is_calendar=row.is_calendar,
        days_used=row.days_used,
        minutes_earned=row.minutes_earned,
        modified_by=row.modified_by.number,
        modified_at=row.modified_at,
    )


_OF_STUDENT, _ONE = "/students/{number}/recovery-services", "/recovery-services/{identity}"
OPERATIONS = (
    Operation("recoveryServices", "GET", _OF_STUDENT, services, KnownServices, Tool.SERVICES),
    Operation("addRecoveryService", "POST", _OF_STUDENT, add, KnownService, Tool.SERVICES, Right.ADD),
    Operation("editRecoveryService", "PATCH", _ONE, edit, KnownService, Tool.SERVICES, Right.WRITE),
    Operation(
        "deleteRecoveryService", "POST", f"{_ONE}/deletion", delete, Deleted, Tool.SERVICES, Right.DELETE
    ),
)
