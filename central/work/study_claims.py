"""Published: which days of independent study may be claimed, as the records stood at an instant."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from central.domain.attendance import AttendanceDay
from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import EnrolledSpan, Modality
from central.domain.finding import Finding
from central.domain.independent_study import StudyCase
from central.domain.school import LeaKind
from central.law.ada import Bar
from central.law.independent_study import StudyDays, study_days
from central.law.periods import divisor_days
from central.law.study_agreement import days_agreed
from central.store.models import SchoolYear
from central.store.queries.calendars import track_calendars
from central.store.queries.enrolments import enrolled_spans
from central.store.queries.study import employee_credentials, study_cases


@dataclass(frozen=True, slots=True)
class StudentsStudy:
    """One student's days of study up to a date: where each would count, and what it is worth.

    `places` are the enrollments the days taught belong to, by date; `taught` every schoolday of
    the student's tracks in the whole year.
    """

    case: StudyCase
    taught: frozenset[date]
    places: Mapping[date, EnrolledSpan]
    result: StudyDays

    def attendance_days(self) -> list[AttendanceDay]:
        """Return the days that may be claimed, in order."""
        return [
            AttendanceDay(span.student, on, span.track, span.grade, span.modality)
            for on, span in sorted(self.places.items())
            if on in self.result.days
        ]


@dataclass(frozen=True, slots=True)
class StudyClaim:
    """The days of independent study that may be claimed, each student's study, and what was noticed."""

    days: frozenset[AttendanceDay] = frozenset()
    studies: Mapping[str, StudentsStudy] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def study_claim(
    year: SchoolYear,
    before: datetime | None,
    until: date,
    bar: Bar | None = None,
    students: Collection[int] | None = None,
) -> StudyClaim:
    """Return what independent study brings up to a date, by what was written before an instant.

    Only days school was taught while the student was enrolled for independent study. `bar` says
    what else stands against a day, such as residency. `before` None is what is known now; `students`
    are primary keys, None is everybody.
    """
    named = Year(year.name)
    spans = enrolled_spans(year.school_id, named, students)
    if not any(span.modality is Modality.INDEPENDENT_STUDY for span in spans):
        return StudyClaim()
    taught_in = {
        code: divisor_days(calendar) for code, calendar in track_calendars(year.school_id, named).items()
    }
    cases = study_cases(year, before, students)
    credentials = employee_credentials(year.school_id)
    studies: dict[str, StudentsStudy] = {}
    for student, held in _of_students_in_study(spans).items():
        case = cases.get(student, StudyCase(student=student))
        taught = _schooldays(held, taught_in)
        places = {on: span for on in taught if on <= until and (span := _place(held, on, taught_in))}
        agreed = days_agreed(case, taught, named)
        grades = {on: span.grade for on, span in places.items()}
        result = study_days(case, grades, agreed, LeaKind(year.school.kind), credentials)
        studies[student] = StudentsStudy(case, taught, places, result)
    return _claim(studies, bar)


def _claim(studies: Mapping[str, StudentsStudy], bar: Bar | None) -> StudyClaim:
    days: set[AttendanceDay] = set()
    findings: list[Finding] = []
    for study in studies.values():
        findings.extend(study.result.findings)
        for day in study.attendance_days():
            noticed = bar(study.places[day.on], day.on) if bar else ()
            findings.extend(noticed)
            if not any(finding.blocks for finding in noticed):
                days.add(day)
    return StudyClaim(frozenset(days), studies, tuple(findings))


def _of_students_in_study(spans: Iterable[EnrolledSpan]) -> dict[str, list[EnrolledSpan]]:
    """Return all enrollments of the students who have one for independent study."""
    by_student: dict[str, list[EnrolledSpan]] = {}
    for span in spans:
        by_student.setdefault(span.student, []).append(span)
    return {
        student: held
        for student, held in sorted(by_student.items())
        if any(span.modality is Modality.INDEPENDENT_STUDY for span in held)
    }


def _schooldays(held: Iterable[EnrolledSpan], taught_in: Mapping[str, frozenset[date]]) -> frozenset[date]:
    tracks = {span.track for span in held if span.modality is Modality.INDEPENDENT_STUDY}
    return frozenset(on for track in tracks for on in taught_in.get(track, ()))


def _place(
    held: Sequence[EnrolledSpan], on: date, taught_in: Mapping[str, frozenset[date]]
) -> EnrolledSpan | None:
    """Return the enrollment a date of independent study belongs to, if it is one.

    As with days in class: of one track the youngest enrollment says what is true, and of two tracks
    the older enrollment has the day.
    """
    by_track: dict[str, EnrolledSpan] = {}
    for span in held:
        if span.holds(on) and on in taught_in.get(span.track, ()):
            known = by_track.get(span.track, span)
            by_track[span.track] = max(known, span, key=lambda one: (one.since, one.grade.level))
    if not by_track:
        return None
    chosen = min(by_track.values(), key=lambda span: (span.since, span.track))
    return chosen if chosen.modality is Modality.INDEPENDENT_STUDY else None
