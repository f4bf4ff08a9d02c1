"""What a school knows that paper must fit: whose number is whose, and who had which class on which day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, time
from functools import cache

from central.domain.calendar import SchoolYear as Year
from central.exchange.sheets.known import Known
from central.exchange.sheets.names import Person
from central.store.models import (
    Assignment,
    CalendarDay,
    Enrollment,
    Meeting,
    Placement,
    School,
    SchoolYear,
    Section,
    Staff,
    Student,
)
from central.store.timetable import Dated


class PaperRoster:
    """Answers for one school, or for some of its classes; eight queries at the start, none afterwards."""

    def __init__(self, school: School, sections: Iterable[Section] | None = None) -> None:
        rows = Section.objects.filter(school=school) if sections is None else sections
        self.sections = {section.pk: section for section in rows}
        for section in self.sections.values():
            # Every class is of this school; nothing asks for it once more.
            section.school = school
        self._by_code: dict[str, list[Section]] = defaultdict(list)
        for section in self.sections.values():
            self._by_code[section.code.casefold()].append(section)
        self._enrolled = _enrolled(school)
        self._places, self._placed = _places(school, set(self.sections))
        self._bells = _bells(school)
        self._taught, self._taught_in_year = _taught(school)
        students = Student.objects.filter(school=school)
        self.students = {student.number: student for student in students}
        self.sections_on = cache(self._sections_on)

    def meeting(self, section: Section, on: date) -> tuple[time, time] | None:
        """Return the hours of a class on a date's weekday; none where it has no bell."""
        return self._bells.get(section.pk, {}).get(on.weekday())

    def is_held(self, section: Section, on: date) -> bool:
        """Tell whether a class is held on a date: within its time, on a day taught and a weekday it meets."""
        if not section.since <= on <= section.until:
            return False
        bells = self._bells.get(section.pk)
        if bells and on.weekday() not in bells:
            return False
        if section.track_id is not None:
            return (section.track_id, on) in self._taught
        return (section.school_year_id, on) in self._taught_in_year

    def is_placed(self, student: Student, section: Section, on: date) -> bool:
        """Tell whether a student has a place in a class on a date and is enrolled."""
        is_here = any(
            place == section.pk and dated.holds(on) for dated, place in self._places.get(student.pk, ())
        )
        return is_here and any(dated.holds(on) for dated in self._enrolled.get(student.pk, ()))

    def coded(self, code: str, on: date) -> Section | None:
        """Return the class of a code on a date, whatever the case of its letters."""
        found = [each for each in self._by_code.get(code.casefold(), ()) if each.since <= on <= each.until]
        return found[0] if len(found) == 1 else None

    def known(self, today: date) -> Known:
        """Return what a file is held against."""
        people = [
            Person(each.number, each.family_name, each.given_name, each.preferred_name)
            for each in self.students.values()
            if each.pk in self._placed
        ]
        years = sorted({section.since.year for section in self.sections.values()} | self._last_years())
        return Known(people, self._met, years, today)

    def _last_years(self) -> set[int]:
        return {section.until.year for section in self.sections.values()}

    def _met(self, number: str, on: date) -> bool:
        if number:
            return bool(self.sections_on(self.students[number].pk, on))
        return any(self.is_held(section, on) for section in self.sections.values())

    def _sections_on(self, student: int, on: date) -> tuple[Section, ...]:
        """Return the classes a student has a place in that are held on a date."""
        if not any(dated.holds(on) for dated in self._enrolled.get(student, ())):
            return ()
        places = {place: None for dated, place in self._places.get(student, ()) if dated.holds(on)}
        return tuple(self.sections[place] for place in places if self.is_held(self.sections[place], on))


def classes_of(staff: Staff) -> Sequence[Section]:
    """Return the classes a teacher was ever responsible for."""
    mine = Assignment.objects.filter(staff=staff).values("section")
    return list(Section.objects.filter(pk__in=mine))


def _enrolled(school: School) -> dict[int, list[Dated]]:
    found: dict[int, list[Dated]] = defaultdict(list)
    rows = Enrollment.objects.filter(student__school=school)
    for student, since, until, year in rows.values_list(
        "student_id", "since", "until", "track__school_year__name"
    ):
        found[student].append(Dated(since, until or Year(year).ends_on))
    return found


def _places(school: School, sections: set[int]) -> tuple[dict[int, list[tuple[Dated, int]]], set[int]]:
    """Return who has a place in some classes and when, and who ever had one in any class at all."""
    placed: set[int] = set()
    found: dict[int, list[tuple[Dated, int]]] = defaultdict(list)
    rows = Placement.objects.filter(student__school=school)
    for student, section, since, until in rows.values_list("student_id", "section_id", "since", "until"):
        placed.add(student)
        if section in sections:
            found[student].append((Dated(since, until), section))
    return found, placed


def _bells(school: School) -> dict[int, dict[int, tuple[time, time]]]:
    found: dict[int, dict[int, tuple[time, time]]] = defaultdict(dict)
    rows = Meeting.objects.filter(section__school=school)
    for section, weekday, starts, ends in rows.values_list("section_id", "weekday", "starts", "ends"):
        found[section][weekday] = starts, ends
    return found


def _taught(school: School) -> tuple[set[tuple[int, date]], set[tuple[int, date]]]:
    years = SchoolYear.objects.filter(school=school)
    days = CalendarDay.objects.filter(track__school_year__in=years, is_taught=True)
    rows = list(days.values_list("track_id", "track__school_year_id", "on"))
    return {(track, on) for track, _, on in rows}, {(year, on) for _, year, on in rows}
