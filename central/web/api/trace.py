"""One record with everything behind it, and one tap with what proves it."""

from datetime import date, datetime

from django.conf import settings
from django.shortcuts import get_object_or_404
from ninja import Schema

from central.reports import record_walk
from central.reports.audit_trail import TracedTap
from central.reports.record_walk import CountedIn
from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, Delivery, Tap
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import Code, number_of
from central.web.api.students import Step, step_of
from central.work.tool_rights import Tool
from central.work.viewings import Seen, note

PAGES = ("trace-record", "trace-tap")


class TapBehind(Schema):
    """A tap behind a record; `says` tells what of its proof holds or fails, where it was asked for."""

    station: str
    epoch: str
    sequence: str
    earliest_at: datetime | None
    latest_at: datetime | None
    is_proven: bool
    says: str


class CellCounted(Schema):
    """A number of a report that holds the student-day of a record."""

    report: str
    track: str
    span: str
    modality: str
    month: int


class SentOnce(Schema):
    """What was sent of a record to the student information system, and what came back."""

    mark: str
    sent_by: str
    sent_at: datetime
    confirmed_at: datetime | None
    difference: str


class RecordTraced(Schema):
    """A record with its steps, its evidence, what was sent of it, and where it counts."""

    id: str
    student: str
    class_code: str
    on: date
    mark: str
    stage: str
    source: str
    steps: list[Step]
    taps: list[TapBehind]
    paper_sheets: list[str]
    sent: list[SentOnce]
    counts_in: list[CellCounted]
    why_not: str


class TapTraced(Schema):
    """One tap: where and when it was, and the leaf by which anybody finds it in a certificate."""

    station: str
    room: str
    epoch: str
    sequence: str
    on: date | None
    earliest_at: datetime | None
    latest_at: datetime | None
    outcome: str
    time_quality: str
    leaf: str
    record: str | None


def record(request: Asked, identity: Code, *, verify: bool = False) -> RecordTraced:
    """Show a record's steps, evidence and deliveries; with `verify` its taps are proven from signed bytes."""
    rows = AttendanceRecord.objects.filter(school=request.auth.staff.school)
    rows = rows.select_related("student", "section__track", "section__school_year", "section__room")
    row = found.row(rows, identity)
    note(request.auth.staff, Seen("api record", student=row.student, on=row.on), clock.now())
    traced = record_walk.traced(row, Evidence(settings.CONFIG.evidence_at) if verify else None)
    counts = record_walk.counted(row)
    return RecordTraced(
        id=str(row.pk),
        student=row.student.number,
        class_code=row.section.code,
        on=row.on,
        mark=row.mark,
        stage=row.stage,
        source=row.source,
        steps=[step_of(each) for each in traced.decisions],
        taps=[_tap(each) for each in traced.taps],
        paper_sheets=[str(line.sheet) for line in traced.paper],
        sent=[_sent(each) for each in record_walk.deliveries(row)],
        counts_in=[_cell(each) for each in counts.cells],
        why_not=counts.why_not,
    )


def tap(request: Asked, station: Code, epoch: Code, sequence: Code) -> TapTraced:
    """Show one tap: where and when it was, and what it became."""
    rows = Tap.objects.filter(school=request.auth.staff.school)
    rows = rows.select_related("station__room", "record__student")
    row = get_object_or_404(rows, station=station, epoch=number_of(epoch), sequence=number_of(sequence))
    if row.record:
        seen = Seen("api tap", student=row.record.student, on=row.on)
        note(request.auth.staff, seen, clock.now())
    return TapTraced(
        station=row.station_id,
        room=row.station.room.name,
        epoch=str(row.epoch),
        sequence=str(row.sequence),
        on=row.on,
        earliest_at=row.earliest_at,
        latest_at=row.latest_at,
        outcome=row.outcome,
        time_quality=row.time_quality,
        leaf=bytes(row.leaf).hex(),
        record=str(row.record_id) if row.record_id else None,
    )


def _tap(of: TracedTap) -> TapBehind:
    return TapBehind(
        station=of.tap.station_id,
        epoch=str(of.tap.epoch),
        sequence=str(of.tap.sequence),
        earliest_at=of.tap.earliest_at,
        latest_at=of.tap.latest_at,
        is_proven=of.is_proven,
        says=of.says,
    )


def _sent(row: Delivery) -> SentOnce:
    return SentOnce(
        mark=row.mark,
        sent_by=row.sent_by.number,
        sent_at=row.sent_at,
        confirmed_at=row.confirmed_at,
        difference=row.difference,
    )


def _cell(of: CountedIn) -> CellCounted:
    return CellCounted(
        report=of.word,
        track=of.cell.track,
        span=of.cell.span.value,
        modality=of.cell.modality.value,
        month=of.month,
    )


OPERATIONS = (
    Operation("record", "GET", "/records/{identity}", record, RecordTraced, Tool.REPORTS),
    Operation("tap", "GET", "/taps/{station}/{epoch}/{sequence}", tap, TapTraced, Tool.REPORTS),
)
