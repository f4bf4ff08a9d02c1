"""Take the enrollments of a roster into the records: who is in which class, and who teaches it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from central.exchange.oneroster.roster import Roster, Seat
from central.exchange.problem import Problem
from central.store.models import Assignment, Placement, School, Section, Staff, Student
from central.work.enrolled_spans import Span
from central.work.roster_people import People
from central.work.seat_spans import spans
from central.work.upsert import upsert

_DAY: Final = timedelta(days=1)
# Between a seat's source id and the day it began again; no export has it in an id.
_AGAIN: Final = "\n"
Row = TypeVar("Row", Placement, Assignment)
Natural = tuple[int, int, date]
"""Holder, section and first day: what makes a seat one seat."""


@dataclass(frozen=True, slots=True)
class Gone:
    """Which of a school's seats a roster ends by not naming them, or by marking them for deletion."""

    seats: frozenset[str]
    sections: frozenset[int]
    students: frozenset[int]
    staff: frozenset[int]
    years: frozenset[int]
    as_of: date

    @classmethod
    def of(cls, roster: Roster, people: People, sections: Mapping[str, Section], as_of: date) -> "Gone":
        """Read it from a roster: a whole one speaks for its school years, a partial one for what it marks."""
        none: frozenset[str] = frozenset()
        classes, users = roster.removed.get("classes", none), roster.removed.get("users", none)
        named = {entry.source_id for entry in roster.classes} | {seat.class_id for seat in roster.seats}
        is_whole = "enrollments" not in roster.partial
        years = frozenset(sections[key].school_year_id for key in named) if is_whole else frozenset()
        return cls(
            seats=roster.removed.get("enrollments", none),
            sections=frozenset(
                row.pk for key, row in sections.items() if row.school_year_id in years or key in classes
            ),
            students=frozenset(row.pk for key, row in people.students.items() if key in users),
            staff=frozenset(row.pk for key, row in people.staff.items() if key in users),
            years=years,
            as_of=as_of,
        )

    def has(self, seat: Placement | Assignment) -> bool:
        """Tell whether a seat that the roster does not confirm, and that still lasts, is over."""
        if seat.until is not None and seat.until < self.as_of:
            return False
        if isinstance(seat, Placement):
            is_left = seat.student_id in self.students
        else:
            is_left = seat.staff_id in self.staff
        return is_left or seat.source_id in self.seats or seat.section_id in self.sections


def problems(school: School, roster: Roster) -> list[Problem]:
    """Return the seats of a partial roster whose user the records know as something else."""
    named = {person.source_id for person in roster.people}
    students = named.union(Student.objects.filter(school=school).values_list("source_id", flat=True))
    staff = named.union(Staff.objects.filter(school=school).values_list("source_id", flat=True))
    text = "the records do not know this user in this role; send the user along"
    return [
        Problem(seat.where, text, "role")
        for seat in roster.seats
        if seat.person_id not in (students if seat.is_student else staff)
    ]


def write_placements(
    roster: Roster, people: People, sections: Mapping[str, Section], gone: Gone, changes: Counter[str]
) -> None:
    """Add, change and end the students' seats."""
    rows = list(Placement.objects.filter(section__school=people.school))
    recorded = _recorded((row.student_id, row) for row in rows)
    taken = {
        key: (student, section, span, seat)
        for seat in roster.seats
        if seat.is_student
        for student, section in [(people.students[seat.person_id], sections[seat.class_id])]
        for key, span in _cut(seat, recorded[student.pk, section.pk], gone.as_of, changes)
    }
    natural = {
        key: (student.pk, section.pk, span.since) for key, (student, section, span, _) in taken.items()
    }
    paired = _pair({(row.student_id, row.section_id, row.since): row for row in rows}, natural)
    fields = {
        key: {"student": student, "section": section, **_dates(seat, span, paired.get(key))}
        for key, (student, section, span, seat) in taken.items()
    }
    upsert(Placement, paired, fields, changes)
    _end(rows, paired, gone, changes)


def write_assignments(
    roster: Roster, people: People, sections: Mapping[str, Section], gone: Gone, changes: Counter[str]
) -> None:
    """Add, change and end the staff's seats."""
    rows = list(Assignment.objects.filter(section__school=people.school))
    recorded = _recorded((row.staff_id, row) for row in rows)
    taken = {
        key: (staff, section, span, seat)
        for seat in roster.seats
        if not seat.is_student
        for staff, section in [(people.staff[seat.person_id], sections[seat.class_id])]
        for key, span in _cut(seat, recorded[staff.pk, section.pk], gone.as_of, changes)
    }
    natural = {key: (staff.pk, section.pk, span.since) for key, (staff, section, span, _) in taken.items()}
    paired = _pair({(row.staff_id, row.section_id, row.since): row for row in rows}, natural)
    fields = {
        key: {
            "staff": staff,
            "section": section,
            "is_primary": seat.is_primary,
            **_dates(seat, span, paired.get(key)),
        }
        for key, (staff, section, span, seat) in taken.items()
    }
    upsert(Assignment, paired, fields, changes)
    _end(rows, paired, gone, changes)


def _recorded(rows: Iterable[tuple[int, Row]]) -> dict[tuple[int, int], list[Span]]:
    """Return what is recorded of each holder in each section."""
    found: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for holder, row in rows:
        found[holder, row.section_id].append(Span(row.since, row.until))
    return found


def _cut(
    seat: Seat, recorded: Sequence[Span], as_of: date, changes: Counter[str]
) -> Iterator[tuple[str, Span]]:
    """Yield a seat's spans, the first under its source id; a gap that stays is worth knowing."""
    cut = spans(Span(seat.since, seat.until), recorded, as_of)
    if len(cut) > max(1, len(recorded)):
        changes["seats begun again after a gap"] += 1
    for number, span in enumerate(cut):
        yield (seat.source_id if number == 0 else f"{seat.source_id}{_AGAIN}{span.since}"), span


def _dates(seat: Seat, span: Span, row: Placement | Assignment | None) -> dict[str, object]:
    # By its own id a later file of changes ends a seat; a CSV that names none must not take it away.
    keeps = row is not None and bool(row.source_id) and not seat.is_id_its_own
    source_id = row.source_id if row is not None and keeps else seat.source_id
    return {"since": span.since, "until": span.until, "source_id": source_id}


def _pair(present: Mapping[Natural, Row], wanted: Mapping[str, Natural]) -> dict[str, Row]:
    """Pair seats by holder, section and first day; by source id only where the first day changed."""
    paired: dict[str, Row] = {}
    for key, natural in wanted.items():
        if natural in present:
            paired[key] = present[natural]
    taken = {row.pk for row in paired.values()}
    moved: dict[tuple[str, int, int], Row] = {}
    for (holder, section, _), row in present.items():
        if row.pk not in taken:
            moved[(row.source_id, holder, section)] = row
    for source_id, (holder_id, section_id, _) in wanted.items():
        if source_id not in paired and (source_id, holder_id, section_id) in moved:
            paired[source_id] = moved[(source_id, holder_id, section_id)]
    return paired


def _end(rows: Iterable[Row], paired: Mapping[str, Row], gone: Gone, changes: Counter[str]) -> None:
    confirmed = {row.pk for row in paired.values()}
    covered: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for row in paired.values():
        covered[_place(row)].append(Span(row.since, row.until))
    for row in rows:
        if row.pk in confirmed:
            continue
        plural = str(row._meta.verbose_name_plural)  # noqa: SLF001  Django's documented name for it
        if any(span.holds(row.since) for span in covered.get(_place(row), ())):
            # A gap was closed: what came after it is part of the seat again.
            row.delete()
            changes[f"{plural} joined"] += 1
        elif not gone.has(row):
            continue
        elif row.since >= gone.as_of:
            row.delete()
            changes[f"{plural} withdrawn before they began"] += 1
        else:
            row.until = gone.as_of - _DAY
            row.save(update_fields=["until"])
            changes[f"{plural} ended"] += 1


def _place(seat: Placement | Assignment) -> tuple[int, int]:
    """Return whose seat it is, and in which section."""
    return (seat.student_id if isinstance(seat, Placement) else seat.staff_id), seat.section_id
