"""What a teacher looks at before signing a session: its records, and who has none."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from central.store.models import AttendanceRecord, Section, SessionCertification, Student, Tap
from central.store.timetable import is_taught, meeting_on, placed


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One record of a session with why it exists: its taps and paper lines, counted."""

    record: AttendanceRecord
    taps: int
    paper_lines: int
    late_taps: int
    """Taps that came in after a person had decided on the record."""


def inbox(section: Section, on: date) -> list[InboxLine]:
    """Return the standing records of a session in the order of a register."""
    records = (
        AttendanceRecord.objects.filter(section=section, on=on)
        .exclude(stage=AttendanceRecord.Stage.REMOVED)
        .select_related("student")
        .prefetch_related("taps", "paper_lines")
        .order_by("student__family_name", "student__given_name", "student__number")
    )
    return [_line(record) for record in records]


def needed(section: Section, on: date) -> list[Student]:
    """Return the students placed that day without a standing record; none on a day not taught."""
    if not is_taught(section, on):
        return []
    held = AttendanceRecord.objects.filter(section=section, on=on)
    have = set(held.exclude(stage=AttendanceRecord.Stage.REMOVED).values_list("student_id", flat=True))
    lacking = [student for student in placed(section, on) if student not in have]
    students = Student.objects.in_bulk(lacking)
    return [students[student] for student in lacking]


def certification(section: Section, on: date) -> SessionCertification | None:
    """Return the signature in force under a session, the last of its revisions."""
    signed = SessionCertification.objects.filter(section=section, on=on)
    return signed.select_related("by").order_by("-revision").first()


def warnings(section: Section, on: date, at: datetime) -> list[str]:
    """Return what somebody who signs a session at an instant should know; nothing here refuses."""
    zone = ZoneInfo(section.school.time_zone)
    found = []
    meeting = meeting_on(section, on)
    if meeting and at < datetime.combine(on, meeting.ends, zone):
        found.append(f"the class ends at {meeting.ends:%H:%M}; taps from now on will not change its records")
    unsettled = [Tap.Outcome.PENDING, Tap.Outcome.UNKNOWN_CREDENTIAL]
    taps = Tap.objects.filter(station__room=section.room_id, on=on, outcome__in=unsettled).count()
    if taps:
        belong = "tap of that day in the room belongs" if taps == 1 else "taps of that day in the room belong"
        found.append(f"{taps} {belong} to nobody known yet")
    return found


def _line(record: AttendanceRecord) -> InboxLine:
    taps = list(record.taps.all())
    late = sum(tap.outcome == Tap.Outcome.AFTER_DECISION for tap in taps)
    return InboxLine(record, len(taps) - late, len(record.paper_lines.all()), late)
