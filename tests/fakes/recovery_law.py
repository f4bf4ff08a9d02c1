"""Made-up recovery sessions, absences and a school year for tests of the law of attendance recovery."""

from collections.abc import Iterable
from datetime import date, time, timedelta

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.calendar import SchoolYear, TrackCalendar
from central.domain.enrolment import EnrolledSpan, Grade, Modality, Programme
from central.domain.recovery import Participation, RecoveryService, RecoverySession, ServiceKind
from tests.fakes.school_days import calendar_of, weekdays_between

YEAR = SchoolYear("2025-26")
WINTER = (date(2025, 12, 22), date(2025, 12, 29))
STUDENT = "S1"


def school_calendar(track: str = "A") -> TrackCalendar:
    """Teach 2025-26 so that P-1 counts to Friday December 19, and P-2 to Friday March 27."""
    days = weekdays_between(date(2025, 8, 4), date(2026, 5, 22))
    weeks = {week + timedelta(days=index) for week in WINTER for index in range(7)}
    return calendar_of([on for on in days if on not in weeks], track, WINTER)


def session_on(
    on: date,
    minutes: int,
    grade: Grade = Grade.G9,
    begins: time = time(9),
    name: str | None = None,
) -> RecoverySession:
    """Hold a session as long as its one student stayed, with one teacher who signed."""
    ends = 60 * begins.hour + begins.minute + minutes
    return RecoverySession(
        session=name or f"R-{on}-{begins:%H%M}",
        on=on,
        begins=begins,
        ends=time(ends // 60, ends % 60),
        teachers=1,
        is_signed=True,
        present=(Participation(STUDENT, grade, minutes),),
        standards="RL.9-10.1",
    )


def whole_days(dates: Iterable[date], grade: Grade = Grade.G9) -> list[RecoverySession]:
    """Hold a session of four hours on each date: a minimum day of any grade."""
    return [session_on(on, 240, grade) for on in dates]


def missed(dates: Iterable[date], reason: AbsenceReason = AbsenceReason.UNEXCUSED) -> list[FullDayAbsence]:
    """Miss each of the dates altogether."""
    return [FullDayAbsence(STUDENT, on, reason) for on in dates]


def enrolled(
    since: date = date(2025, 8, 4),
    until: date | None = None,
    *,
    programme: Programme = Programme.ORDINARY_CHARTER,
    modality: Modality = Modality.CLASSROOM,
    grade: Grade = Grade.G9,
) -> EnrolledSpan:
    """Enrol the student in track A."""
    return EnrolledSpan(STUDENT, "A", grade, programme, since, until, modality)


def service(
    kind: ServiceKind,
    since: date = YEAR.starts_on,
    until: date | None = YEAR.ends_on,
    *,
    school: str = "0101234",
    is_calendar: bool = True,
) -> RecoveryService:
    """Keep a service of the student without a figure in it."""
    return RecoveryService(
        student=STUDENT, kind=kind, since=since, until=until, school=school, is_calendar=is_calendar
    )
