"""Published: the dated facts about students, the agreements with partners and the school's choices."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Final

from django.db.models import Min

from central.domain.calendar import DateSpan
from central.domain.enrolment import Partner, PartnerAgreement
from central.domain.student import DatedFact, FactKind, StudentFacts
from central.store.models import Enrollment, ProgrammeAgreement, School, Student, StudentFact
from central.store.queries.policies import chosen

_AT_ONCE: Final = 5_000
DIPLOMA_HOLDERS: Final = "diploma_holders"
PROGRESS: Final = "progress_in_partnerships"
"""The names of the school's choices about eligibility."""


def dated_facts(
    school_id: int,
    kinds: Collection[FactKind] = tuple(FactKind),
    students: Collection[int] | None = None,
) -> list[DatedFact]:
    """Return the facts of some kinds as they stand now, by student number, kind and start.

    The last row of a student, kind and start counts; one that is withdrawn says nothing. `students`
    are primary keys, None is everybody.
    """
    last: dict[tuple[str, str, date], tuple[date | None, str, bool]] = {}
    rows = StudentFact.objects.filter(student__school=school_id, kind__in=list(kinds)).order_by("pk")
    if students is not None:
        rows = rows.filter(student__in=students)
    for student, kind, since, until, value, is_withdrawn in rows.values_list(
        "student__number", "kind", "since", "until", "value", "is_withdrawn"
    ).iterator(chunk_size=_AT_ONCE):
        last[student, kind, since] = (until, value, is_withdrawn)
    return [
        DatedFact(student, FactKind(kind), DateSpan(since, until), value)
        for (student, kind, since), (until, value, is_withdrawn) in sorted(last.items())
        if not is_withdrawn
    ]


def student_facts(school_id: int, students: Collection[int] | None = None) -> Mapping[str, StudentFacts]:
    """Return what is proven of each student of a school as far as the law of eligibility asks.

    `students` are primary keys, None is everybody.
    """
    theirs = Student.objects.filter(school=school_id)
    if students is not None:
        theirs = theirs.filter(pk__in=students)
    spans: dict[str, dict[FactKind, list[DateSpan]]] = defaultdict(lambda: defaultdict(list))
    for fact in dated_facts(school_id, students=students):
        spans[fact.student][fact.kind].append(fact.valid)
    admitted = dict(
        Enrollment.objects.filter(student__in=theirs)
        .values_list("student__number")
        .annotate(first=Min("since"))
        .values_list("student__number", "first")
    )
    return {
        number: _facts(number, born_on, admitted.get(number), spans[number])
        for number, born_on in theirs.values_list("number", "birth_on")
    }


def programme_agreements(school_id: int) -> list[PartnerAgreement]:
    """Return the agreements with workforce partners that stand now."""
    return [
        PartnerAgreement(Partner(row.partner), DateSpan(row.since, row.until), row.is_exclusive)
        for row in standing_agreements(school_id)
        if row.partner in set(Partner)
    ]


def standing_agreements(school_id: int) -> list[ProgrammeAgreement]:
    """Return the last row of each agreement that is not withdrawn, by name."""
    rows = ProgrammeAgreement.objects.filter(school=school_id).order_by("pk")
    last = {row.name: row for row in rows}
    return [row for _, row in sorted(last.items()) if not row.is_withdrawn]


def school_choices(school: School, choice: str) -> Iterator[tuple[date, bool]]:
    """Yield from which day on a school chose yes or no, by day; the last decision for a day counts."""
    for since, value in chosen(school.pk, choice).all_of(choice):
        yield since, value == "yes"


def _facts(
    number: str, born_on: date | None, admitted_on: date | None, spans: Mapping[FactKind, list[DateSpan]]
) -> StudentFacts:
    def of(*kinds: FactKind) -> tuple[DateSpan, ...]:
        return tuple(span for kind in kinds for span in spans[kind])

    diplomas = of(FactKind.DIPLOMA)
    return StudentFacts(
        student=number,
        born_on=born_on,
        admitted_on=admitted_on,
        residency=of(FactKind.RESIDENCY),
        diploma_on=min((span.since for span in diplomas), default=None),
        diploma_courses=of(FactKind.DIPLOMA_COURSE_AT_19),
        public_school=of(FactKind.UNBROKEN_SINCE_19),
        progress=of(FactKind.PROGRESS),
        immunized=of(FactKind.IMMUNIZATION, FactKind.IMMUNIZATION_EXEMPTION),
        in_college=of(FactKind.CONCURRENT_COLLEGE),
    )
