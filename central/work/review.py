"""What a teacher looks at before signing a session: its records, and who has none."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from central.domain.proof import SAYS, SUN_PLAIN, TELLS_ITS_NUMBER, Proof, Reason
from central.store.models import (
    AttendanceRecord,
    Credential,
    Section,
    SessionCertification,
    Student,
    Tap,
)
from central.store.timetable import is_taught, meeting_on, placed

MOVED: Final = (
    "a tap behind it turned out to be of another day, or of a day nobody can say; "
    "see whether the student was there, and sign again where not"
)
"""What is said of a decided record whose evidence moved; nothing but a person changes such a record."""


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One record of a session with why it exists: its taps and paper lines, counted."""

    record: AttendanceRecord
    taps: int
    paper_lines: int
    late_taps: int
    """Taps that came in after a person had decided on the record."""
    paper_says: str
    """The other mark, where a paper sheet contradicts the record; else nothing."""
    doubts: tuple[str, ...]
    """What is to be said about the proofs of its taps, a sentence each."""


@dataclass(frozen=True, slots=True)
class RefutedTap:
    """A tap of the room that belongs to nobody by itself: when, whose it claims to be, why not."""

    at: datetime
    student: Student | None
    says: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What whoever signs a session should know; nothing here refuses a signature."""

    ends: time | None
    """When the class ends, if it has not: taps until then will not change its records."""
    taps: int
    """Taps of that day in the room that belong to nobody known yet."""


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


def refuted(section: Section, on: date) -> list[RefutedTap]:
    """Return the taps in a session's room that were refuted and stand behind no record, by their time.

    Those that claim to be another class's students are left to that class.
    """
    taps = Tap.objects.filter(station__room=section.room_id, on=on, proof=Proof.REFUTED, record__isnull=True)
    return told_of(section, on, list(taps.order_by("latest_at", "sequence")), set(placed(section, on)))


def told_of(section: Section, on: date, rows: Sequence[Tap], here: Collection[int]) -> list[RefutedTap]:
    """Return what is to be said of refuted taps in a session's room; `here` are the students placed in it."""
    if not rows:
        return []
    held = Credential.objects.filter(school=section.school, student__isnull=False, since__lte=on)
    held = held.exclude(until__lt=on).filter(token__in=[row.token for row in rows if row.token])
    claimed = {bytes(card.token): card.student for card in held.select_related("student")}
    found = []
    for row in rows:
        student = claimed.get(bytes(row.token or b""))
        if row.latest_at is not None and (student is None or student.pk in here):
            found.append(RefutedTap(row.latest_at, student, SAYS[Reason(row.proof_reason)]))
    return found


def certification(section: Section, on: date) -> SessionCertification | None:
    """Return the signature in force under a session, the last of its revisions."""
    signed = SessionCertification.objects.filter(section=section, on=on)
    return signed.select_related("by").order_by("-revision").first()


def unsettled(section: Section, on: date, at: datetime) -> Unsettled:
    """Return what is still open in a session for somebody who signs it at an instant."""
    zone = ZoneInfo(section.school.time_zone)
    meeting = meeting_on(section, on)
    is_going_on = meeting is not None and at < datetime.combine(on, meeting.ends, zone)
    nobodys = [Tap.Outcome.PENDING, Tap.Outcome.UNKNOWN_CREDENTIAL]
    taps = Tap.objects.filter(station__room=section.room_id, on=on, outcome__in=nobodys)
    return Unsettled(meeting.ends if meeting and is_going_on else None, taps.count())


def _line(record: AttendanceRecord) -> InboxLine:
    taps = list(record.taps.all())
    late = sum(tap.outcome == Tap.Outcome.AFTER_DECISION for tap in taps)
    paper = [line.mark for line in record.paper_lines.all()]
    contrary = next((mark for mark in paper if mark != record.mark), "")
    doubts = tuple(sorted({text for tap in taps for text in doubts_of(tap, record)}))
    return InboxLine(record, len(taps) - late, len(paper), late, contrary, doubts)


def doubts_of(tap: Tap, record: AttendanceRecord) -> Iterator[str]:
    """Yield what is to be said about a tap behind a record, a sentence each."""
    if tap.on != record.on:
        yield MOVED
    if tap.proof in {Proof.REFUTED, Proof.UNPROVEN}:
        yield SAYS[Reason(tap.proof_reason)]
    if SUN_PLAIN in tap.flags:
        yield TELLS_ITS_NUMBER
