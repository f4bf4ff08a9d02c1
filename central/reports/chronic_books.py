"""Everything a report on absence looks at, gathered once: days expected, attended and missed, and facts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.attendance import Mark
from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import EnrolledSpan, Modality
from central.domain.student import FactKind, StudentFacts
from central.law import truancy
from central.law.absence import expected_days
from central.reports.ground import Ground
from central.store.models import SchoolYear
from central.store.queries.absences import noted_reasons
from central.store.queries.facts import dated_facts, student_facts
from central.store.queries.missed_minutes import missed_minutes
from central.work.recovery_gathering import recovery_year
from central.work.recovery_year import is_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class ChronicBooks:
    """What every student's line is made from.

    `recovered` are the absences made up by then, `occasions` the days on which a minor missed too
    much of a class without an excuse; `exempt` are students no published rate is about.
    """

    as_of: date
    spans: Mapping[str, Sequence[EnrolledSpan]]
    attended: Mapping[str, set[date]]
    absences: Mapping[str, Sequence[FullDayAbsence]]
    expected: Mapping[str, frozenset[date]]
    facts: Mapping[str, StudentFacts]
    exempt: set[str]
    recovered: Mapping[str, int]
    occasions: Mapping[str, int]


def gather(year: SchoolYear, ground: Ground, until: date) -> ChronicBooks:
    """Gather what the absence of a school year up to a date is told from."""
    spans: dict[str, list[EnrolledSpan]] = defaultdict(list)
    for span in ground.spans:
        if span.since <= until:
            spans[span.student].append(span)
    attended = _attended(ground)
    expected = {
        number: expected_days(held, ground.calendars, attended.get(number, ()), until)
        for number, held in spans.items()
    }
    facts = student_facts(year.school_id)
    notes = noted_reasons(year, ground.before)
    minors = [number for number in spans if is_minor(facts, number, until)]
    exempt = dated_facts(year.school_id, (FactKind.ABSENCE_EXEMPTION,))
    return ChronicBooks(
        as_of=until,
        spans=spans,
        attended=attended,
        absences=_absences(ground, expected, attended, notes),
        expected=expected,
        facts=facts,
        exempt={fact.student for fact in exempt if fact.valid.holds(until)},
        recovered=_recovered(year, ground.before, until),
        occasions=_occasions(missed_minutes(year, minors, until), expected, notes),
    )


def _attended(ground: Ground) -> dict[str, set[date]]:
    """Return the days each student came, whether or not the day may be claimed."""
    attended: dict[str, set[date]] = defaultdict(set)
    for record in ground.standing:
        if record.mark is Mark.PRESENT and record.stage.counts:
            attended[record.student].add(record.on)
    for day in ground.claim.days:
        if day.modality is Modality.INDEPENDENT_STUDY:
            attended[day.student].add(day.on)
    return attended


def _absences(
    ground: Ground,
    expected: Mapping[str, frozenset[date]],
    attended: Mapping[str, set[date]],
    notes: Mapping[tuple[str, date], AbsenceReason],
) -> dict[str, list[FullDayAbsence]]:
    """Return the full days away among those expected, by student.

    A day of independent study has no class to be absent from: the office's note tells of it.
    """
    found: dict[str, list[FullDayAbsence]] = defaultdict(list)
    for absence in ground.absences:
        if absence.on in expected.get(absence.student, ()):
            found[absence.student].append(absence)
    told = {(absence.student, absence.on) for absence in ground.absences}
    for (student, on), reason in sorted(notes.items()):
        is_open = (student, on) not in told and on not in attended.get(student, ())
        if reason is AbsenceReason.INCOMPLETE_STUDY and is_open and on in expected.get(student, ()):
            found[student].append(FullDayAbsence(student, on, reason))
    return found


def _recovered(year: SchoolYear, before: datetime, until: date) -> dict[str, int]:
    """Return how many absences each student has made up; none before recovery began."""
    if not is_in_force(Year(year.name)):
        return {}
    ledger = recovery_year(year, before)
    return {student: ledger.account(student, until).days_used for student in ledger.students}


def _occasions(
    minutes: Mapping[tuple[str, date], int],
    expected: Mapping[str, frozenset[date]],
    notes: Mapping[tuple[str, date], AbsenceReason],
) -> Counter[str]:
    """Count the days on which minors missed too much of a class and nobody noted an excuse."""
    return Counter(
        student
        for (student, on), missed in minutes.items()
        if on in expected.get(student, ())
        and notes.get((student, on), AbsenceReason.UNEXCUSED) is AbsenceReason.UNEXCUSED
        and truancy.is_occasion(missed, on)
    )


def is_minor(facts: Mapping[str, StudentFacts], number: str, on: date) -> bool:
    """Tell whether a student is known to be under compulsory education on a date."""
    known = facts.get(number)
    return bool(known and truancy.is_under_compulsory_education(known, on))
