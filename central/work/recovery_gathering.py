"""Published: gather from the records what a school year's recovery ledger is computed from."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import TypeVar

from central.domain.absence import FullDayAbsence
from central.domain.attendance import AttendanceDay
from central.domain.calendar import SchoolYear as Year
from central.domain.calendar import TrackCalendar
from central.domain.enrolment import EnrolledSpan, Modality
from central.domain.finding import Finding
from central.domain.recovery import RecoverySession, RegularDay
from central.domain.school import LeaKind, SchoolFacts
from central.domain.student import FactKind
from central.law.absence import expected_days, full_day_absences
from central.law.nonclassroom import is_classroom_based
from central.law.periods import divisor_days
from central.law.recovery_account import RecoveryGround
from central.law.recovery_eligibility import findings_on_recovery_school, recovery_bar
from central.store.attended import Scope
from central.store.models import RecoveryRecord, RecoveryService, SchoolYear, Student
from central.store.queries import recovery as stored
from central.store.queries.absences import noted_reasons
from central.store.queries.enrolments import enrolled_spans
from central.store.queries.facts import dated_facts
from central.store.queries.regular_days import regular_days
from central.work.claims import Claimed, claimed
from central.work.recovery_year import RecoveryYear, StudentGround

_Theirs = TypeVar("_Theirs", FullDayAbsence, EnrolledSpan, AttendanceDay)


def recovery_year(year: SchoolYear, before: datetime) -> RecoveryYear:
    """Return the ledger of a school year, as what was written before an instant leaves it.

    Calendars, enrollments, bells, credentials and facts are those known now. A fixed number of
    queries, however many students.
    """
    named = Year(year.name)
    sessions = stored.sessions(year, before)
    taking_part = {part.student for session in sessions for part in session.present}
    numbers = sorted(taking_part | _with_papers(year, named))
    theirs = Student.objects.filter(school=year.school_id, number__in=numbers)
    scope = Scope(students=frozenset(theirs.values_list("pk", flat=True)))
    made = claimed(year, before, named.ends_on, scope)
    marks = [record.recorded_mark() for record in made.standing]
    missed = full_day_absences(marks, made.spans, made.calendars, noted_reasons(year, before))
    facts = _Facts(
        sessions=_sessions_of(sessions),
        absences=_by_student(_expected(missed, made)),
        spans=_by_student(made.spans),
        attended=_by_student(made.claim.days),
        calendars=made.calendars,
        of_the_school=_against_the_school(year, before) if numbers else (),
        elsewhere=_used_elsewhere(year.school_id, named),
        regular=regular_days(year.school_id, {session.on for session in sessions}, taking_part),
    )
    return RecoveryYear(
        year=named,
        sessions=sessions,
        calendars=made.calendars,
        students={student: facts.of(student) for student in numbers},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """Everything gathered, by student number."""

    sessions: Mapping[str, Sequence[RecoverySession]]
    absences: Mapping[str, Sequence[FullDayAbsence]]
    spans: Mapping[str, Sequence[EnrolledSpan]]
    attended: Mapping[str, Sequence[AttendanceDay]]
    calendars: Mapping[str, TrackCalendar]
    of_the_school: Sequence[Finding]
    elsewhere: Mapping[str, int]
    regular: Mapping[date, Mapping[str, RegularDay]]

    def of(self, student: str) -> StudentGround:
        """Return what one student's account is computed from."""
        spans, attended = self.spans.get(student, ()), self.attended.get(student, ())
        ground = RecoveryGround(
            regular_days={on: days[student] for on, days in self.regular.items() if student in days},
            days_attended=frozenset(day.on for day in attended),
            days_used_elsewhere=self.elsewhere.get(student, self._before_us(spans)),
            bar=recovery_bar(spans, self.calendars, self.of_the_school),
        )
        return StudentGround(
            sessions=self.sessions.get(student, ()),
            absences=self.absences.get(student, ()),
            spans=spans,
            attended=attended,
            ground=ground,
        )

    def _before_us(self, spans: Sequence[EnrolledSpan]) -> int | None:
        """Return 0 for who is here since the first day of their track; of others somebody has to ask."""
        first = min(spans, key=lambda span: (span.since, span.track), default=None)
        if first is None or first.track not in self.calendars:
            return None
        first_day = min(divisor_days(self.calendars[first.track]), default=date.min)
        return 0 if first.since <= first_day else None


def _expected(missed: Iterable[FullDayAbsence], made: Claimed) -> Iterator[FullDayAbsence]:
    """Yield the absences of days a student was expected on, who had come at all and did no study that day."""
    spans, attended = _by_student(made.spans), _by_student(made.claim.days)
    expected: dict[str, frozenset[date]] = {}
    studied = {(day.student, day.on) for day in made.claim.days if day.modality is Modality.INDEPENDENT_STUDY}
    for absence in missed:
        student = absence.student
        if student not in expected:
            came = [day.on for day in attended.get(student, ())]
            expected[student] = expected_days(spans.get(student, ()), made.calendars, came, date.max)
        if absence.on in expected[student] and (student, absence.on) not in studied:
            yield absence


def _with_papers(year: SchoolYear, named: Year) -> set[str]:
    """Return who has a recovery record or a service in a school year."""
    records = RecoveryRecord.objects.filter(student__school=year.school_id, since__lte=named.ends_on)
    services = RecoveryService.objects.filter(
        record__student__school=year.school_id, since__range=(named.starts_on, named.ends_on)
    )
    return set(records.exclude(until__lt=named.starts_on).values_list("student__number", flat=True)) | set(
        services.values_list("record__student__number", flat=True)
    )


def _against_the_school(year: SchoolYear, before: datetime) -> tuple[Finding, ...]:
    """Return what stands against recovery at a school as a whole."""
    school, named = year.school, Year(year.name)
    facts = SchoolFacts(school.code, LeaKind(school.kind), school.is_conversion)
    spans = enrolled_spans(school.pk, named)
    # Everybody's days are asked for only where the answer is not plain.
    if all(span.modality is Modality.CLASSROOM for span in spans):
        return findings_on_recovery_school(facts, is_classroom_based=True)
    ada = _ada_by_modality(claimed(year, before, named.ends_on))
    total = sum(ada.values(), start=Fraction(0))
    is_based = not total or is_classroom_based(ada[Modality.CLASSROOM], total, named.starts_on)
    return findings_on_recovery_school(facts, is_classroom_based=is_based)


def _ada_by_modality(made: Claimed) -> Mapping[Modality, Fraction]:
    """Add up average daily attendance of the year to date by how students were taught."""
    ada: dict[Modality, Fraction] = defaultdict(Fraction)
    taught = {track: divisor_days(calendar) for track, calendar in made.calendars.items()}
    for day in made.claim.days:
        if day.on in taught[day.track]:
            ada[day.modality] += Fraction(1, len(taught[day.track]))
    return ada


def _used_elsewhere(school_id: int, named: Year) -> dict[str, int]:
    """Return the days another school used for students this year, where somebody noted them."""
    facts = dated_facts(school_id, [FactKind.PRIOR_RECOVERY_DAYS])
    return {
        fact.student: int(fact.value)
        for fact in facts
        if named.holds(fact.valid.since) and fact.value.isdecimal()
    }


def _sessions_of(sessions: Iterable[RecoverySession]) -> Mapping[str, Sequence[RecoverySession]]:
    found: dict[str, list[RecoverySession]] = defaultdict(list)
    for session in sessions:
        for part in session.present:
            found[part.student].append(session)
    return found


def _by_student(things: Iterable[_Theirs]) -> Mapping[str, Sequence[_Theirs]]:
    found: dict[str, list[_Theirs]] = defaultdict(list)
    for thing in things:
        found[thing.student].append(thing)
    return found
