"""Published: one recovery session as its teacher sees it: who is expected, minutes, taps beside, findings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from central.domain.calendar import SchoolYear as Year
from central.domain.finding import Finding
from central.domain.recovery import RecoverySession as Session
from central.law.recovery import (
    findings_on_session_hours,
    findings_on_session_signature,
    findings_on_session_staff,
    findings_on_session_standards,
)
from central.reports.recovery_corroboration import findings_on_taps, stay_minutes
from central.store.models import RecoverySession, School, SchoolYear, Student
from central.store.queries import recovery as stored
from central.store.queries.recovery_taps import SessionTaps, TapTime, session_taps


@dataclass(frozen=True, slots=True)
class Seat:
    """One student of a session: minutes documented, and what the taps of the room tell.

    `stay` is the fewest and the most minutes between the first and the last tap, None for fewer than two.
    """

    student: Student
    minutes: int | None
    taps: tuple[TapTime, ...]
    stay: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDesk:
    """A session with its roster; `ratio` is students to each certificated employee."""

    held: Session
    seats: tuple[Seat, ...]
    ratio: str
    has_station: bool
    findings: tuple[Finding, ...]


def session_desk(row: RecoverySession) -> SessionDesk:
    """Return a session with everybody who was documented in it, has a recovery record that day, or tapped."""
    held = stored.one(row)
    year = SchoolYear.objects.filter(school=row.school_id, name=Year.of(row.on).name).first()
    seen = session_taps(year, row.on, row.on).get(row.code) if year else None
    return SessionDesk(
        held=held,
        seats=tuple(_seats(row, held, seen)),
        ratio=ratio(len(held.present), held.teachers),
        has_station=bool(seen and seen.has_station),
        findings=tuple(_findings(held, seen)),
    )


def sessions_held(school: School, since: date, until: date) -> list[Session]:
    """Return the sessions of a time as the law looks at them, newest first; five queries."""
    rows = RecoverySession.objects.filter(school=school, on__range=(since, until))
    return stored.of_rows(rows.order_by("-on", "-starts", "code"))


def ratio(students: int, teachers: int) -> str:
    """Say how many students come to each certificated employee, rounded up as a person would."""
    return f"{-(-students // teachers)}:1" if teachers else f"{students}:0"


def _seats(row: RecoverySession, held: Session, seen: SessionTaps | None) -> Iterator[Seat]:
    minutes = {part.student: part.minutes for part in held.present}
    ongoing = Q(recovery_records__until__isnull=True) | Q(recovery_records__until__gte=row.on)
    expected = Q(recovery_records__since__lte=row.on) & ongoing
    known = {*minutes, *(seen.taps if seen else ())}
    people = Student.objects.filter(expected | Q(number__in=known), school=row.school_id)
    for student in people.distinct().order_by("family_name", "given_name", "number"):
        taps = tuple(seen.taps.get(student.number, ())) if seen else ()
        stay = stay_minutes(list(taps), seen) if seen and len(taps) > 1 else None
        yield Seat(student, minutes.get(student.number), taps, stay)


def _findings(held: Session, seen: SessionTaps | None) -> Iterator[Finding]:
    if held.present:
        yield from findings_on_session_hours(held, None)
        yield from findings_on_session_staff(held)
        yield from findings_on_session_signature(held)
        yield from findings_on_session_standards(held)
    if seen is not None:
        yield from findings_on_taps([held], {held.session: seen})
