"""A school with attendance recovery in 2025-26: one track, two classes a day, sessions after them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from central.domain.recovery import ServiceKind
from central.store.models import (
    Assignment,
    CalendarDay,
    Credential,
    Enrollment,
    Meeting,
    Placement,
    RecoveryRecord,
    RecoveryService,
    RecoverySession,
    Room,
    School,
    SchoolYear,
    Section,
    Staff,
    Station,
    Student,
    Tap,
    TeachingCredential,
    Track,
)
from central.work import recovery_attendance, recovery_records, recovery_services, recovery_sessions
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.recovery_act import Act
from central.work.recovery_attendance import Minutes
from central.work.recovery_faults import Dates, RecordWish, ServiceWish
from central.work.recovery_session_faults import SessionWish
from tests.fakes.written_once import written_once

ZONE = ZoneInfo("America/Los_Angeles")
CODE = "34674390123456"
OTHER_CODE = "34674390999999"
YEAR = "2025-26"
FIRST_DAY = date(2025, 8, 11)
LAST_DAY = date(2026, 5, 29)
P1_ENDS = date(2025, 12, 26)
"""The last day of the last full school month of P-1; P-2's comes with the eighth month."""
P2_ENDS = date(2026, 3, 20)
JUNE_30 = date(2026, 6, 30)
_WINTER = (date(2025, 12, 22), date(2026, 1, 2))
_ROLES = (
    "teacher",
    "other_teacher",
    "contractor",
    "paraeducator",
    "clerk",
    "leader",
    "it",
    "admin",
    "auditor",
)


def at(on: date, clock: str = "12:00") -> datetime:
    """Return the instant the school's wall clocks show a time on a date."""
    return datetime.combine(on, time.fromisoformat(clock), ZONE).astimezone(UTC)


def taught() -> list[date]:
    """Return the days the track is taught, in order."""
    span = (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
    return [on for on in span if on.weekday() < 5 and not _WINTER[0] <= on <= _WINTER[1]]


@dataclass(frozen=True)
class RecoverySchool:
    """Cedar Charter, practice: Algebra 08:30 to 10:00 in R101 and English 10:30 to 12:00, everybody in both.

    Its other school, Oak High, has neither students nor years; services may name it.
    """

    school: School
    other: School
    year: SchoolYear
    track: Track
    algebra: Section
    english: Section
    staff: dict[str, Staff]
    students: dict[str, Student]

    def act(self, who: str = "clerk", on: date = FIRST_DAY, reason: str = "", clock: str = "17:00") -> Act:
        """Return an act of one of the staff on a date."""
        return Act(self.staff[who], at(on, clock), reason)

    def record(
        self, student: str = "ana", since: date = FIRST_DAY, until: date | None = None, comment: str = ""
    ) -> RecoveryRecord:
        """Add a recovery record as the clerk does."""
        wish = RecordWish(Dates(since, until), comment)
        return recovery_records.add(self.students[student], wish, self.act())

    def service(
        self, record: RecoveryRecord, kind: ServiceKind, school: str = CODE, dates: Dates | None = None
    ) -> RecoveryService:
        """Add a service of a record with the calendar flag on, as the clerk does."""
        dates = dates or Dates(record.since, record.until)
        return recovery_services.add(record, ServiceWish(kind, dates, school, is_calendar=True), self.act())

    def session(
        self, on: date, code: str = "", hours: tuple[str, str] = ("15:00", "19:00"), who: str = "teacher"
    ) -> RecoverySession:
        """Add a session of one teacher, as the teacher does."""
        starts, ends = (time.fromisoformat(clock) for clock in hours)
        teachers = (self.staff[who],)
        wish = SessionWish(code or f"AR-{on}", on, starts, ends, teachers, "R101", "HSA-REI.4")
        return recovery_sessions.add(self.school, wish, self.act("teacher", on))

    def document(self, session: RecoverySession, minutes: dict[str, int], reason: str = "") -> None:
        """Document students' minutes as the session's teacher, right after it."""
        lines = [Minutes(self.students[name], spent) for name, spent in minutes.items()]
        recovery_attendance.document(session, lines, self.act("teacher", session.on, reason, "19:10"))

    def signed(
        self, on: date, minutes: dict[str, int], code: str = "", hours: tuple[str, str] = ("15:00", "19:00")
    ) -> RecoverySession:
        """Add a session with its minutes, signed by its teacher the same evening."""
        session = self.session(on, code, hours)
        self.document(session, minutes)
        self.sign(session)
        return session

    def sign(self, session: RecoverySession, when: datetime | None = None, who: str = "teacher") -> None:
        """Sign for a session as it stands."""
        by, when = self.staff[who], when or at(session.on, "19:20")
        recovery_attendance.sign(session, recovery_attendance.Signature(by, when, "practice"))

    def certify(
        self, on: date, absent: Sequence[str], when: datetime | None = None, reason: str = ""
    ) -> None:
        """Certify both classes of a day: named students absent, everybody else present."""
        when = when or at(on, "13:00")
        late = "the class was looked through again" if when.astimezone(ZONE).date() > on else ""
        for section, who in ((self.algebra, "teacher"), (self.english, "other_teacher")):
            changes = [
                Change(student.pk, Action.ABSENT if name in absent else Action.PRESENT, reason or "roll call")
                for name, student in self.students.items()
            ]
            signature = Signature(self.staff[who], when, "practice", late, reason)
            certify_session(section, on, signature, changes)

    def tap(self, student: str, on: date, clock: str) -> Tap:
        """Let a student's card be read in R101, its time known to the second."""
        sequence = Tap.objects.count() + 1
        card = Credential.objects.get(student=self.students[student])
        moment = at(on, clock)
        return Tap.objects.create(
            school=self.school,
            station=Station.objects.get(),
            server_sequence=sequence,
            position=0,
            epoch=1,
            sequence=sequence,
            leaf=sequence.to_bytes(32),
            token=card.token,
            reader="nfc",
            earliest_at=moment,
            latest_at=moment,
            time_quality="T1",
            on=on,
            outcome=Tap.Outcome.NO_SESSION,
        )


@written_once
def build(*, programme: str = "47612", has_begun: bool = False) -> RecoverySchool:
    """Write the school into the records database and return its rows; begun, everybody came on the first day.

    Who never came is not enrolled, so cannot be absent.
    """
    lea = {"lea_name": "Calaveras Unified", "lea_code": "0561564"}
    school = School.objects.create(code=CODE, name="Cedar Charter", is_practice=True, **lea)
    other = School.objects.create(code=OTHER_CODE, name="Oak High", is_practice=True, **lea)
    year = SchoolYear.objects.create(school=school, name=YEAR)
    track = Track.objects.create(school_year=year, code="A")
    CalendarDay.objects.bulk_create(
        CalendarDay(track=track, on=on, is_taught=True, kind=CalendarDay.Kind.REGULAR) for on in taught()
    )
    algebra = _section(track, "ALG1-01", "R101", (time(8, 30), time(10)))
    english = _section(track, "ENG1-01", "R102", (time(10, 30), time(12)))
    staff = _staff(school)
    for name, section in (("teacher", algebra), ("other_teacher", english)):
        Assignment.objects.create(staff=staff[name], section=section, since=date(2025, 7, 1))
    room = algebra.room
    assert room is not None
    Station.objects.create(code="st-r101", school=school, room=room, commissioned_at=at(date(2025, 7, 1)))
    people = {
        name: _student(
            school, track, (algebra, english), name, number=f"00{1001 + place}", programme=programme
        )
        for place, name in enumerate(("ana", "ben", "chloe"))
    }
    made = RecoverySchool(school, other, year, track, algebra, english, staff, people)
    if has_begun:
        made.certify(FIRST_DAY, [])
    return made


def _section(track: Track, code: str, room: str, hours: tuple[time, time]) -> Section:
    school = track.school_year.school
    section = Section.objects.create(
        school=school,
        school_year=track.school_year,
        track=track,
        room=Room.objects.create(school=school, name=room),
        code=code,
        title=code,
        since=FIRST_DAY,
        until=LAST_DAY,
        source_id=code,
    )
    Meeting.objects.bulk_create(
        Meeting(section=section, weekday=day, starts=hours[0], ends=hours[1]) for day in range(5)
    )
    return section


def _staff(school: School) -> dict[str, Staff]:
    like = {"other_teacher": "teacher", "contractor": "teacher"}
    staff = {
        name: Staff.objects.create(
            school=school,
            number=f"E{place:03d}",
            family_name=name.replace("_", " ").title(),
            given_name="Robin",
            role=like.get(name, name),
            is_employee=name != "contractor",
        )
        for place, name in enumerate(_ROLES, start=1)
    }
    for name in ("teacher", "other_teacher", "contractor"):
        TeachingCredential.objects.create(
            staff=staff[name], document=f"DOC-{name}", since=date(2020, 7, 1), until=date(2027, 6, 30)
        )
    return staff


def _student(
    school: School, track: Track, sections: Iterable[Section], name: str, *, number: str, programme: str
) -> Student:
    student = Student.objects.create(
        school=school, number=number, family_name="Soto", given_name=name.capitalize()
    )
    Enrollment.objects.create(student=student, track=track, grade="9", programme=programme, since=FIRST_DAY)
    Placement.objects.bulk_create(
        Placement(student=student, section=section, since=FIRST_DAY) for section in sections
    )
    Credential.objects.create(
        school=school,
        student=student,
        token=number.encode().rjust(16, b"\0"),
        key_id="k1",
        kind="uid",
        since=date(2025, 7, 1),
    )
    return student
