"""The classes of a school over some time as they are printed: their days, their people, in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from central.domain.calendar import SchoolYear as Year
from central.domain.class_sheet import ClassPlan, Held, Place, SheetClass
from central.store.models import Assignment, CalendarDay, Enrollment, Meeting, Placement, Section

_ENDLESS = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Planned:
    """A section with its plan, and the employee numbers of its staff."""

    section: Section
    plan: ClassPlan
    staff: tuple[str, ...]


def class_plans(sections: QuerySet[Section], first: date, last: date) -> list[Planned]:
    """Return what is known of some sections from one date to another, in the order of their codes.

    Six queries however many there are. A class is held on the days its track is taught (one without a
    track: any track of its year) and, where it has a bell schedule, on its weekdays.
    """
    these = list(sections.select_related("school", "room", "school_year").order_by("code"))
    days, places = _Days(these, first, last), _places(these, first, last)
    staff = _staff(these, first, last)
    return [
        Planned(
            each,
            ClassPlan(_named(each, [name for name, _ in staff[each.pk]]), days.of(each), places[each.pk]),
            tuple(number for _, number in staff[each.pk]),
        )
        for each in these
    ]


def _named(section: Section, staff: Iterable[str]) -> SheetClass:
    room = section.room.name if section.room else ""
    return SheetClass(section.school.name, section.code, section.title, room, tuple(staff))


class _Days:
    """Answers which days each section is held."""

    def __init__(self, sections: Iterable[Section], first: date, last: date) -> None:
        self._first, self._last = first, last
        self._meetings: dict[int, dict[int, Meeting]] = defaultdict(dict)
        for meeting in Meeting.objects.filter(section__in=[each.pk for each in sections]):
            self._meetings[meeting.section_id][meeting.weekday] = meeting
        taught = CalendarDay.objects.filter(on__range=(first, last), is_taught=True)
        rows = list(taught.values_list("on", "track_id", "track__school_year_id"))
        self._of_track = {(track, on) for on, track, _ in rows}
        self._of_year = {(year, on) for on, _, year in rows}

    def of(self, section: Section) -> tuple[Held, ...]:
        """Return the days of one section."""
        start, end = max(self._first, section.since), min(self._last, section.until)
        dates = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        meetings = self._meetings[section.pk]
        held = []
        for on in dates:
            meeting = meetings.get(on.weekday())
            if self._is_taught(section, on) and (meeting or not meetings):
                held.append(Held(on, meeting.starts, meeting.ends) if meeting else Held(on))
        return tuple(held)

    def _is_taught(self, section: Section, on: date) -> bool:
        if section.track_id is None:
            return (section.school_year_id, on) in self._of_year
        return (section.track_id, on) in self._of_track


def _places(sections: Iterable[Section], first: date, last: date) -> Mapping[int, tuple[Place, ...]]:
    """Return who is placed in each section and enrolled, for the time both are true."""
    rows = Placement.objects.filter(section__in=[each.pk for each in sections], since__lte=last)
    rows = rows.exclude(until__lt=first).select_related("student")
    enrolled = _enrolled(sections, first, last)
    found: dict[int, list[Place]] = defaultdict(list)
    for row in rows:
        until = row.until or _ENDLESS
        for since, end in enrolled[row.student_id]:
            both = max(since, row.since), min(end, until)
            if both[0] <= both[1]:
                found[row.section_id].append(Place(row.student.number, str(row.student), *both))
    return defaultdict(tuple, {section: tuple(places) for section, places in found.items()})


def _enrolled(sections: Iterable[Section], first: date, last: date) -> Mapping[int, list[tuple[date, date]]]:
    schools = {each.school_id for each in sections}
    rows = Enrollment.objects.filter(track__school_year__school__in=schools, since__lte=last)
    rows = rows.exclude(until__lt=first)
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for student, since, until, name in rows.values_list(
        "student_id", "since", "until", "track__school_year__name"
    ):
        year = Year(name)
        # A year's enrollment ends with it, whether or not somebody wrote that down.
        found[student].append((max(since, year.starts_on), min(until or year.ends_on, year.ends_on)))
    return found


def _staff(sections: Iterable[Section], first: date, last: date) -> Mapping[int, list[tuple[str, str]]]:
    """Return name and number of those assigned to each section, the first responsible first."""
    lasts = Q(until__isnull=True) | Q(until__gte=first)
    rows = Assignment.objects.filter(lasts, section__in=[each.pk for each in sections], since__lte=last)
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in rows.select_related("staff").order_by("-is_primary", "staff__family_name", "pk"):
        named = (str(row.staff), row.staff.number)
        if named not in found[row.section_id]:
            found[row.section_id].append(named)
    return found
