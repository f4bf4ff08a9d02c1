"""What was entered or first signed after its day, and the paper that allows it."""

from datetime import date, datetime, timedelta

from ninja import Schema

from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, DayOrNone, Offset
from central.web.outage_access import DAYS, late_seen_by
from central.work import viewings
from central.work.late_entry import Entry, LateEntry
from central.work.tool_rights import Tool

PAGES = ("late-entries",)


class KnownLateEntry(Schema):
    """A record entered or first signed after its day, by whom, and the sheets behind it."""

    student: str
    section: str
    on: date
    mark: str
    entry: Entry
    entered_at: datetime
    entered_by: str
    signed_at: datetime | None
    signed_by: str
    reasons: list[str]
    sheets: list[str]


class KnownLateEntries(Schema):
    """The late entries of some days, both included, and how many there are."""

    since: date
    until: date
    count: int
    entries: list[KnownLateEntry]


def late_entries(
    request: Asked, since: DayOrNone = None, until: DayOrNone = None, offset: Offset = 0
) -> KnownLateEntries:
    """List what was entered or first signed after its day, and the paper that allows it."""
    staff = request.auth.staff
    today = clock.today(staff.school)
    last = until or today
    first = since or last - timedelta(days=DAYS - 1)
    late = late_seen_by(staff, first, last, today)
    shown = late[offset : offset + MOST]
    viewings.note_all(staff, "api late entries", [each.record.student for each in shown], clock.now())
    entries = [_late(each) for each in shown]
    return KnownLateEntries(since=first, until=last, count=len(late), entries=entries)


def _late(of: LateEntry) -> KnownLateEntry:
    record = of.record
    return KnownLateEntry(
        student=record.student.number,
        section=record.section.code,
        on=record.on,
        mark=record.mark,
        entry=of.entry,
        entered_at=of.entered_at,
        entered_by=of.entered_by,
        signed_at=of.signed_at,
        signed_by=of.signed_by,
        reasons=list(of.reasons),
        sheets=list(of.sheets),
    )


OPERATIONS = (Operation("lateEntries", "GET", "/late-entries", late_entries, KnownLateEntries, Tool.OUTAGES),)
