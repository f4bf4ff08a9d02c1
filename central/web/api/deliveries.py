"""The deliveries to the student information system: how far records are, and one record's way."""

from datetime import date, datetime
from typing import Literal

from ninja import Schema

from central.store.models import AttendanceRecord, Delivery
from central.store.queries import deliveries as ways
from central.store.queries.deliveries import Way
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, Offset
from central.work import viewings
from central.work.tool_rights import Tool
from central.work.viewings import Seen

PAGES = ("deliveries", "delivery")
State = Literal["waiting", "sent", "unknown", "confirmed", "reopened"]


class RecordUnderWay(Schema):
    """One record and how far it is; `says` is why, where there is something to say."""

    id: str
    on: date
    class_code: str
    student: str
    mark: str
    state: str
    says: str


class RecordsUnderWay(Schema):
    """How many records of the days are how far, and some of those asked for, newest day first."""

    counts: dict[str, int]
    count: int
    records: list[RecordUnderWay]


class SendingKept(Schema):
    """One revision of the record as it was sent: what was said there, and what was read back."""

    state: str
    channel: str
    value: str
    attempts: int
    sent_by: str
    sent_at: datetime
    answered_at: datetime | None
    read_at: datetime | None
    confirmed_at: datetime | None
    seen: str
    row_there: str
    says: str


class WayOfRecord(Schema):
    """All that was sent of one record, in the order of time."""

    id: str
    on: date
    class_code: str
    student: str
    stage: str
    sendings: list[SendingKept]


def deliveries(
    request: Asked, since: Day, until: Day, state: State | None = None, offset: Offset = 0
) -> RecordsUnderWay:
    """List records of some days by how far they are on their way, or those of one state."""
    staff = request.auth.staff
    records = AttendanceRecord.objects.filter(school=staff.school, on__range=(since, until))
    rows = ways.with_way(records)
    if state:
        rows = rows.filter(way=state)
    ordered = rows.select_related("student", "section").order_by("-on", "section__code", "pk")
    shown = list(ordered[offset : offset + MOST])
    viewings.note_all(staff, "api deliveries", (row.student for row in shown), clock.now())
    counts = ways.counted(records)
    listed = [
        RecordUnderWay(
            id=str(row.pk),
            on=row.on,
            class_code=row.section.code,
            student=row.student.number,
            mark=row.mark,
            state=row.way,
            says=row.says or "",
        )
        for row in shown
    ]
    told = {way.value: count for way, count in counts.items()}
    return RecordsUnderWay(
        counts=told, count=counts[Way(state)] if state else sum(counts.values()), records=listed
    )


def delivery(request: Asked, identity: Code) -> WayOfRecord:
    """Show the way of one record to the student information system."""
    staff = request.auth.staff
    rows = AttendanceRecord.objects.filter(school=staff.school).select_related("student", "section")
    row = found.row(rows, identity)
    viewings.note(staff, Seen("api delivery", student=row.student, on=row.on), clock.now())
    return WayOfRecord(
        id=str(row.pk),
        on=row.on,
        class_code=row.section.code,
        student=row.student.number,
        stage=row.stage,
        sendings=[_sending(each) for each in ways.of_record(row.pk)],
    )


def _sending(of: Delivery) -> SendingKept:
    return SendingKept(
        state=of.state,
        channel=of.channel,
        value=of.value or of.mark,
        attempts=of.attempts,
        sent_by=of.sent_by.number,
        sent_at=of.sent_at,
        answered_at=of.answered_at,
        read_at=of.read_at,
        confirmed_at=of.confirmed_at,
        seen=of.seen,
        row_there=of.dcid,
        says=of.difference,
    )


OPERATIONS = (
    Operation("deliveries", "GET", "/deliveries", deliveries, RecordsUnderWay, Tool.REPORTS),
    Operation("delivery", "GET", "/deliveries/{identity}", delivery, WayOfRecord, Tool.REPORTS),
)
