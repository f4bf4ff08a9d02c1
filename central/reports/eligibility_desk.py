"""Published: whose proof is missing or ends soon, and how many days are held back for want of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import EnrolledSpan
from central.domain.finding import Finding
from central.domain.student import FactKind
from central.law.ada import Bar
from central.reports.eligibility_findings import RULES
from central.store.attended import Scope
from central.store.models import SchoolYear, Student
from central.store.queries.enrolments import enrolled_spans
from central.store.queries.facts import dated_facts
from central.work.claims import claimed
from central.work.eligibility_bar import bar_of

SOON_DAYS: Final = 30
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ending:
    """A proof that ends: its last day, and what stands against the day after it."""

    last_day: date
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What stands against a student's day of today, and what will within `SOON_DAYS`."""

    student: str
    missing: tuple[Finding, ...]
    ending: tuple[Ending, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """The days of one student held back by one rule, for one reason."""

    rule: str
    citation: str
    says: str
    remedy: str
    on: tuple[date, ...]


def proofs(year: SchoolYear, on: date, students: Sequence[int] | None = None) -> list[Proofs]:
    """Return the students enrolled on a date with a proof missing or ending soon, by number.

    Nobody while the school has not said from when facts are kept. `students` are primary keys,
    None is everybody. A fixed number of queries.
    """
    spans = enrolled_spans(year.school_id, Year(year.name), students)
    bar = bar_of(year, students)
    lasts = _last_days(year, on, students)
    found = [
        _of(bar, span, on, lasts.get(span.student, ()))
        for span in {span.student: span for span in spans if span.holds(on)}.values()
    ]
    return [one for one in found if one.missing or one.ending]


def held_back(
    year: SchoolYear, numbers: Iterable[str], on: date, now: datetime
) -> Mapping[str, Sequence[Held]]:
    """Return the days of some students that are held back so far, by student and reason.

    Only days that would be claimed otherwise. A fixed number of queries.
    """
    theirs = Student.objects.filter(school=year.school_id, number__in=list(numbers))
    scope = Scope(students=frozenset(theirs.values_list("pk", flat=True)))
    grouped: dict[str, dict[tuple[str, str, str, str], set[date]]] = defaultdict(lambda: defaultdict(set))
    for found in claimed(year, now, on, scope).claim.findings:
        if found.rule in RULES and found.blocks and found.on is not None:
            reason = (found.rule, found.citation, found.says, found.remedy)
            grouped[found.subject][reason].add(found.on)
    return {
        student: [Held(*reason, tuple(sorted(days))) for reason, days in sorted(reasons.items())]
        for student, reasons in grouped.items()
    }


def days_of(held: Iterable[Held]) -> int:
    """Return how many days are held back; one held back for two reasons is one day."""
    return len({on for one in held for on in one.on})


def counted(lines: Iterable[Proofs]) -> Mapping[str, int]:
    """Return how many students lack each proof, by rule."""
    return Counter(rule for line in lines for rule in {found.rule for found in line.missing})


def _of(bar: Bar, span: EnrolledSpan, on: date, lasts: Iterable[date]) -> Proofs:
    missing = tuple(bar(span, on))
    known = {(found.rule, found.says) for found in missing}
    return Proofs(student=span.student, missing=missing, ending=tuple(_ending(bar, span, lasts, known)))


def _ending(
    bar: Bar, span: EnrolledSpan, lasts: Iterable[date], known: set[tuple[str, str]]
) -> Iterator[Ending]:
    for last_day in sorted(set(lasts)):
        if not span.holds(last_day + _DAY):
            continue
        for found in bar(span, last_day + _DAY):
            if (found.rule, found.says) not in known:
                known.add((found.rule, found.says))
                yield Ending(last_day, found)


def _last_days(year: SchoolYear, on: date, students: Sequence[int] | None) -> Mapping[str, Sequence[date]]:
    found: dict[str, list[date]] = defaultdict(list)
    for fact in dated_facts(year.school_id, tuple(FactKind), students):
        until = fact.valid.until
        if until is not None and on <= until < on + SOON_DAYS * _DAY:
            found[fact.student].append(until)
    return found
