"""Published: what stands against claiming a day of a student's, by the dated facts that are kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cache

from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import EnrolledSpan
from central.domain.finding import Finding
from central.domain.student import StudentFacts
from central.law.ada import Bar
from central.law.eligibility import (
    EligibilityPolicy,
    findings_on_concurrent_college,
    findings_on_student,
)
from central.law.immunization import findings_on_immunization, immunization_due_on
from central.store.models import CalendarDay, School, SchoolYear
from central.store.queries.facts import (
    DIPLOMA_HOLDERS,
    PROGRESS,
    programme_agreements,
    school_choices,
    student_facts,
)


def bar_of(year: SchoolYear, students: Collection[int] | None = None) -> Bar:
    """Return what the facts, agreements and choices known now say of a day of an enrollment.

    Before the day from which the school keeps facts it says nothing; from that day on, what is
    not shown stands against the day. `students` are primary keys of those asked about, None is everybody.
    """
    kept_since = year.school.facts_kept_since
    if kept_since is None:
        return _nothing
    facts = student_facts(year.school_id, students)
    agreements = programme_agreements(year.school_id)
    policy_on = policies(year.school)
    due_on = _immunization_due(year, facts)

    def bar(span: EnrolledSpan, on: date) -> Sequence[Finding]:
        if on < kept_since:
            return ()
        known = facts.get(span.student) or StudentFacts(student=span.student)
        return (
            *findings_on_student(known, span, agreements, policy_on(on), on),
            *findings_on_immunization(known, due_on(span.student, span.track), on),
            *findings_on_concurrent_college(known, on),
        )

    return bar


def policies(school: School) -> Callable[[date], EligibilityPolicy]:
    """Return a function that tells which choices of the school hold on a day: the last decision on it."""
    diplomas = list(school_choices(school, DIPLOMA_HOLDERS))
    progress = list(school_choices(school, PROGRESS))

    @cache
    def policy_on(on: date) -> EligibilityPolicy:
        return EligibilityPolicy(
            admits_diploma_holders=_chosen(diplomas, on), asks_progress_of_partnerships=_chosen(progress, on)
        )

    return policy_on


def _chosen(decisions: Sequence[tuple[date, bool]], on: date) -> bool:
    return next((is_chosen for since, is_chosen in reversed(decisions) if since <= on), False)


def _immunization_due(
    year: SchoolYear, facts: Mapping[str, StudentFacts]
) -> Callable[[str, str], date | None]:
    """Return a function that tells when a student's immunization record was due on a track.

    Days taught in earlier years are those of any track: then, the track was another one.
    """
    since = Year(year.name).starts_on
    days = CalendarDay.objects.filter(track__school_year__school=year.school_id, is_taught=True)
    earlier = frozenset(days.filter(on__lt=since).values_list("on", flat=True))
    ours: dict[str, set[date]] = {}
    for track, on in days.filter(track__school_year=year).values_list("track__code", "on"):
        ours.setdefault(track, set()).add(on)

    @cache
    def due(admitted_on: date, track: str) -> date | None:
        return immunization_due_on(admitted_on, earlier | ours.get(track, set()))

    def due_on(student: str, track: str) -> date | None:
        known = facts.get(student)
        return due(known.admitted_on, track) if known and known.admitted_on else None

    return due_on


def _nothing(_span: EnrolledSpan, _on: date) -> tuple[Finding, ...]:
    return ()
