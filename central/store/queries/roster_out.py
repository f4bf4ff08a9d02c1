"""Published: the roster of a school year as the records hold it, for a file another system reads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from central.store.models import (
    Assignment,
    Enrollment,
    Placement,
    SchoolYear,
    Section,
    Staff,
    Student,
    TeachingCredential,
)

Row: TypeAlias = Placement | Assignment


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's time in a class; a gap in it is not told, since an import keeps the gaps it knows."""

    source_id: str
    section: int
    holder: int
    is_student: bool
    is_primary: bool
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class RosterHeld:
    """Classes, people and seats of a school year; last grades and programmes by student."""

    sections: tuple[Section, ...]
    students: tuple[Student, ...]
    staff: tuple[Staff, ...]
    seats: tuple[Seat, ...]
    enrolled: Mapping[int, tuple[str, str]]
    credentials: Mapping[int, TeachingCredential]


def roster_held(year: SchoolYear) -> RosterHeld:
    """Return the roster of a school year: whoever has a seat in its classes, and everybody employed.

    Eight queries, however many people.
    """
    sections = Section.objects.filter(school_year=year).select_related("track", "room").order_by("code")
    placed = list(Placement.objects.filter(section__school_year=year).order_by("since", "pk"))
    assigned = list(Assignment.objects.filter(section__school_year=year).order_by("since", "pk"))
    rows = Enrollment.objects.filter(track__school_year=year).order_by("since", "pk")
    enrolled = {
        student: (grade, programme)
        for student, grade, programme in rows.values_list("student_id", "grade", "programme")
    }
    theirs = {seat.student_id for seat in placed} | enrolled.keys()
    held = TeachingCredential.objects.filter(staff__school=year.school_id).order_by("until", "since")
    return RosterHeld(
        sections=tuple(sections),
        students=tuple(Student.objects.filter(school=year.school_id, pk__in=theirs).order_by("number")),
        staff=tuple(Staff.objects.filter(school=year.school_id).order_by("number")),
        seats=(*_seats(placed, "seat"), *_seats(assigned, "post")),
        enrolled=enrolled,
        credentials={row.staff_id: row for row in held},
    )


def _seats(rows: Iterable[Row], called: str) -> list[Seat]:
    """Join what one source id gave rise to: it was one row of a file, and goes back as one."""
    together: dict[tuple[str, int, int], list[Row]] = defaultdict(list)
    for row in rows:
        if row.until is None or row.until >= row.since:
            together[row.source_id or f"{called}-{row.pk}", row.section_id, _holder(row)].append(row)
    return [
        Seat(
            source_id=source_id,
            section=section,
            holder=holder,
            is_student=isinstance(kept[0], Placement),
            is_primary=not isinstance(kept[0], Assignment) or kept[0].is_primary,
            since=kept[0].since,
            until=kept[-1].until,
        )
        for (source_id, section, holder), kept in together.items()
    ]


def _holder(row: Placement | Assignment) -> int:
    return row.student_id if isinstance(row, Placement) else row.staff_id
