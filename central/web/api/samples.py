"""The leader's desk: classes nobody signed, and the school's own audit of samples."""

import secrets
from datetime import date, datetime
from typing import Annotated

from django.db.models import QuerySet
from ninja import Schema
from ninja.responses import Status
from pydantic import Field

from central.store.models import AttendanceRecord, AuditSample, AuditSampleCheck, Meeting
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, DayOrNone, Form, Offset, Text, number_of
from central.web.views.desk import unsigned as unsigned_on
from central.work import audit_samples, viewings
from central.work.audit_samples import Draw
from central.work.tool_rights import Right, Tool

PAGES = ("desk", "sample")
_SEEDS = 2**31 - 1


class UnsignedClass(Schema):
    """A class that is over and nobody has signed."""

    code: str
    room: str | None
    ends: str


class UnsignedClasses(Schema):
    """The classes of a day that are over and nobody has signed."""

    on: date
    classes: list[UnsignedClass]


class KnownSample(Schema):
    """A sample of certified records, which its seed draws again."""

    id: str
    since: date
    until: date
    seed: int
    size: int
    by: str
    at: datetime


class KnownSamples(Schema):
    """Some samples, newest first, and how many there are."""

    count: int
    samples: list[KnownSample]


class SampledRecord(Schema):
    """One record of a sample, and the last word on it; `is_right` is null before anybody looked."""

    record: str
    student: str
    class_code: str
    on: date
    mark: str
    stage: str
    is_right: bool | None
    says: str
    by: str | None


class SampledRecords(Schema):
    """A sample with its records in the order drawn."""

    sample: KnownSample
    records: list[SampledRecord]


class SampleAsked(Form):
    """How many records of which days; without a seed one is drawn by chance."""

    since: Day
    until: Day
    size: Annotated[int, Field(ge=1, le=MOST)]
    seed: Annotated[int, Field(ge=1, le=_SEEDS)] | None = None


class RecordChecked(Form):
    """What somebody found of one record; what is wrong needs words."""

    record: Code
    is_right: bool
    says: Text = ""


class Checked(Schema):
    """What is kept of a check."""

    record: str
    is_right: bool


def unsigned(request: Asked, on: DayOrNone = None) -> UnsignedClasses:
    """List the classes of a day that are over and nobody has signed, today's where none is named."""
    staff = request.auth.staff
    day = on or clock.today(staff.school)
    return UnsignedClasses(on=day, classes=[_class(each) for each in unsigned_on(staff, day, clock.now())])


def samples(request: Asked, offset: Offset = 0) -> KnownSamples:
    """List the samples that were drawn, newest first."""
    rows = _samples(request)
    shown = rows.order_by("-pk")[offset : offset + MOST]
    return KnownSamples(count=rows.count(), samples=[_sample(row) for row in shown])


def sample(request: Asked, identity: Code) -> SampledRecords:
    """Show the records of a sample with the last word on each."""
    row = found.row(_samples(request), identity)
    records = AttendanceRecord.objects.select_related("student", "section").in_bulk(row.records)
    checks = audit_samples.result(row)
    named = [record.student for record in records.values()]
    viewings.note_all(request.auth.staff, "api sample", named, clock.now())
    lines = [_record(records[key], checks.get(key)) for key in row.records if key in records]
    return SampledRecords(sample=_sample(row), records=lines)


def draw(request: Asked, form: SampleAsked) -> Status[KnownSample]:
    """Draw certified records of some days; the same seed over the same records draws them again."""
    seed = form.seed or 1 + secrets.randbelow(_SEEDS)
    wish = Draw(form.since, form.until, form.size, seed)
    return Status(201, _sample(audit_samples.draw(wish, request.auth.staff, clock.now())))


def check(request: Asked, identity: Code, form: RecordChecked) -> Status[Checked]:
    """Say of one record of a sample whether it is right; the last word counts."""
    row, record = found.row(_samples(request), identity), number_of(form.record)
    staff = request.auth.staff
    audit_samples.check(row, record, staff, form.says, clock.now(), is_right=form.is_right)
    return Status(201, Checked(record=form.record, is_right=form.is_right))


def _samples(request: Asked) -> QuerySet[AuditSample]:
    return AuditSample.objects.filter(school=request.auth.staff.school).select_related("by")


def _class(meeting: Meeting) -> UnsignedClass:
    room = meeting.section.room
    return UnsignedClass(
        code=meeting.section.code,
        room=room.name if room else None,
        ends=meeting.ends.isoformat("minutes"),
    )


def _sample(row: AuditSample) -> KnownSample:
    return KnownSample(
        id=str(row.pk),
        since=row.since,
        until=row.until,
        seed=row.seed,
        size=len(row.records),
        by=row.by.number,
        at=row.at,
    )


def _record(row: AttendanceRecord, of: AuditSampleCheck | None) -> SampledRecord:
    return SampledRecord(
        record=str(row.pk),
        student=row.student.number,
        class_code=row.section.code,
        on=row.on,
        mark=row.mark,
        stage=row.stage,
        is_right=of.is_right if of else None,
        says=of.says if of else "",
        by=of.by.number if of else None,
    )


OPERATIONS = (
    Operation("unsignedClasses", "GET", "/unsigned-classes", unsigned, UnsignedClasses, Tool.SAMPLES),
    Operation("samples", "GET", "/samples", samples, KnownSamples, Tool.SAMPLES),
    Operation("sample", "GET", "/samples/{identity}", sample, SampledRecords, Tool.SAMPLES),
    Operation("drawSample", "POST", "/samples", draw, KnownSample, Tool.SAMPLES, Right.ADD),
    Operation("checkSample", "POST", "/samples/{identity}/checks", check, Checked, Tool.SAMPLES, Right.WRITE),
)
