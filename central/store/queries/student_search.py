"""Published: students found as people look for them: by a part of a name or a number, accents left out."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from central.store.models import Assignment, Enrollment, Placement, Staff, Student

_SEES_EVERYBODY = frozenset({Staff.Role.CLERK, Staff.Role.LEADER, Staff.Role.ADMIN, Staff.Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Found:
    """A student of a list and what is true of them on its day."""

    student: Student
    enrollment: Enrollment | None


def students_seen_by(staff: Staff) -> QuerySet[Student]:
    """Return the students whose records concern a member of staff: the office's all, a teacher's own."""
    students = Student.objects.filter(school=staff.school)
    if staff.role in _SEES_EVERYBODY:
        return students
    mine = Assignment.objects.filter(staff=staff).values("section")
    return students.filter(Exists(Placement.objects.filter(student=OuterRef("pk"), section__in=mine)))


def matching(students: QuerySet[Student], text: str) -> list[int]:
    """Return the keys of the students every word of a text is found in, in the order of a register."""
    words = folded(text).split()
    columns = ("pk", "number", "family_name", "given_name", "preferred_name")
    rows = [
        (folded(f"{family}, {given}"), number, pk, folded(f"{family} {given} {preferred} {number}"))
        for pk, number, family, given, preferred in students.values_list(*columns)
    ]
    return [pk for _, _, pk, known_as in sorted(rows) if all(word in known_as for word in words)]


def found_on(keys: Sequence[int], on: date) -> list[Found]:
    """Return some students, in the order named, each with the enrollment of a day; two queries."""
    students = Student.objects.in_bulk(keys)
    enrolled: dict[int, Enrollment] = {}
    rows = Enrollment.objects.filter(student__in=keys, since__lte=on).select_related("track__school_year")
    for row in rows.exclude(until__lt=on).order_by("since"):
        if row.until is not None or _lasts(row, on):
            enrolled[row.student_id] = row
    return [Found(students[key], enrolled.get(key)) for key in keys if key in students]


def the_student(students: QuerySet[Student], text: str) -> Student | None:
    """Return the one student a person means: of that very number, else the only one it fits; else None."""
    exact = students.filter(number=text.strip()).first()
    if exact or not text.strip():
        return exact
    keys = matching(students, text)
    return students.filter(pk=keys[0]).first() if len(keys) == 1 else None


def folded(text: str) -> str:
    """Return a text without case and accents, as people type names in a hurry."""
    parts: Iterable[str] = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part)).replace(",", " ")


def _lasts(row: Enrollment, on: date) -> bool:
    """Tell whether an enrollment without a last day still lasts: it ends with its school year."""
    begins = int(row.track.school_year.name[:4])
    return on <= date(begins + 1, 6, 30)
