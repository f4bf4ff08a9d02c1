"""Published: what is known of students in independent study, and of the staff who teach them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from fractions import Fraction
from typing import TypeVar

from django.db.models import Model, QuerySet

from central.domain.calendar import DateSpan
from central.domain.calendar import SchoolYear as Year
from central.domain.independent_study import Signer, StudyAgreement, StudyCase, StudyStaffing, StudyWork
from central.domain.operator import TeacherCredential
from central.store import models

Row = TypeVar("Row", bound=Model)
_CENT = 100


def study_cases(
    year: models.SchoolYear, before: datetime | None = None, students: Collection[int] | None = None
) -> dict[str, StudyCase]:
    """Return by student number all that is known of independent study in a school year.

    Only of students with an agreement or evaluated work in it. With `before`, only what was written
    before that instant is known; `students` are primary keys, None is everybody. Four queries.
    """
    agreements = _agreements(year, before, students)
    work = _work(year, before, students)
    numbers = sorted(agreements.keys() | work.keys())
    special = _special_education(year, before, students)
    born = dict(models.Student.objects.filter(school=year.school_id).values_list("number", "birth_on"))
    return {
        number: StudyCase(
            student=number,
            born_on=born.get(number),
            special_education=tuple(special[number]),
            agreements=tuple(agreements[number]),
            work=tuple(work[number]),
        )
        for number in numbers
    }


def study_staffing(year: models.SchoolYear, before: datetime | None = None) -> StudyStaffing | None:
    """Return the staffing of independent study as last written down, or None."""
    row = _known(models.StudyStaffing.objects.filter(school_year=year), before).order_by("pk").last()
    if row is None:
        return None
    other = row.other_ratio_hundredths
    return StudyStaffing(
        full_time_equivalents=Fraction(row.study_fte_hundredths, _CENT),
        other_ratio=None if other is None else Fraction(other, _CENT),
    )


def employee_credentials(school_id: int) -> list[TeacherCredential]:
    """Return the teaching documents of the school's own employees, by employee number."""
    rows = models.TeachingCredential.objects.filter(staff__school=school_id, staff__is_employee=True)
    return [
        TeacherCredential(number, DateSpan(since, until))
        for number, since, until in rows.order_by("staff__number", "since").values_list(
            "staff__number", "since", "until"
        )
        if since <= until
    ]


def _known(rows: QuerySet[Row], before: datetime | None) -> QuerySet[Row]:
    return rows if before is None else rows.filter(at__lt=before)


def _agreements(
    year: models.SchoolYear, before: datetime | None, students: Collection[int] | None
) -> defaultdict[str, list[StudyAgreement]]:
    span = Year(year.name)
    rows = models.StudyAgreement.objects.filter(
        student__school=year.school_id,
        since__lte=span.ends_on,
        until__gte=span.starts_on,
        is_withdrawn=False,
    )
    if students is not None:
        rows = rows.filter(student__in=students)
    rows = _known(rows, before).select_related("student").order_by("student__number", "since", "code")
    signed = _signatures(rows.values_list("pk", flat=True), before)
    found: defaultdict[str, list[StudyAgreement]] = defaultdict(list)
    for row in rows:
        found[row.student.number].append(
            StudyAgreement(
                agreement=row.code,
                student=row.student.number,
                since=row.since,
                until=row.until,
                signed_on=tuple(sorted(signed[row.pk].items())),
                missing=tuple(part for word in row.missing.split(",") if (part := word.strip())),
            )
        )
    return found


def _signatures(agreements: Iterable[int], before: datetime | None) -> defaultdict[int, dict[Signer, date]]:
    """Return each agreement's signatures; of two of one signer the one written last counts."""
    rows = _known(models.StudySignature.objects.filter(agreement__in=agreements), before).order_by("pk")
    found: defaultdict[int, dict[Signer, date]] = defaultdict(dict)
    for agreement, signer, on in rows.values_list("agreement", "signer", "signed_on"):
        found[agreement][Signer(signer)] = on
    return found


def _work(
    year: models.SchoolYear, before: datetime | None, students: Collection[int] | None
) -> defaultdict[str, list[StudyWork]]:
    span = Year(year.name)
    rows = models.StudyWork.objects.filter(
        student__school=year.school_id, on__range=(span.starts_on, span.ends_on)
    )
    if students is not None:
        rows = rows.filter(student__in=students)
    last = {
        (row.student.number, row.on): row
        for row in _known(rows, before).select_related("student", "evaluated_by").order_by("pk")
    }
    found: defaultdict[str, list[StudyWork]] = defaultdict(list)
    for (number, on), row in sorted(last.items()):
        found[number].append(
            StudyWork(
                student=number,
                on=on,
                work_minutes=row.work_minutes,
                synchronous_minutes=row.synchronous_minutes,
                is_engaged=row.is_engaged,
                evaluated_by=row.evaluated_by.number,
                evaluated_on=row.evaluated_on,
                due_on=row.due_on,
                handed_in_on=row.handed_in_on,
                has_sample=bool(row.evidence),
            )
        )
    return found


def _special_education(
    year: models.SchoolYear, before: datetime | None, students: Collection[int] | None
) -> defaultdict[str, list[DateSpan]]:
    rows = models.StudentFact.objects.filter(
        student__school=year.school_id, kind=models.StudentFact.Kind.SPECIAL_EDUCATION
    )
    if students is not None:
        rows = rows.filter(student__in=students)
    last = {
        (number, since): (until, is_withdrawn)
        for number, since, until, is_withdrawn in _known(rows, before)
        .order_by("pk")
        .values_list("student__number", "since", "until", "is_withdrawn")
    }
    found: defaultdict[str, list[DateSpan]] = defaultdict(list)
    for (number, since), (until, is_withdrawn) in sorted(last.items()):
        if not is_withdrawn:
            found[number].append(DateSpan(since, until))
    return found
