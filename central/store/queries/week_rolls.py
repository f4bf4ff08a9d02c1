"""Published: the rolls of all classes over some days: who teaches, who is placed, when it is held."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.calendar import DateSpan
from central.store.attended import Scope, Standing, standing_records
from central.store.models import (
    Assignment,
    AttendanceRecord,
    CalendarDay,
    Meeting,
    Placement,
    SchoolYear,
    Section,
)
from central.store.queries.record_histories import sign


@dataclass(frozen=True, slots=True)
class RollLine:
    """One student of a class: number, name as registers have it, a sign for each day; None: not placed."""

    number: str
    name: str
    signs: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class ClassRoll:
    """One class: its teachers by employee number and name, its days held, its students by name."""

    code: str
    title: str
    room: str
    teachers: tuple[tuple[str, str], ...]
    days: tuple[date, ...]
    lines: tuple[RollLine, ...]


def class_rolls(year: SchoolYear, since: date, until: date, before: datetime) -> list[ClassRoll]:
    """Return the classes held on some days, both included, as decisions before an instant left them.

    Ordered by teacher, then by class. Eleven queries, however many classes.
    """
    span = DateSpan(since, until)
    sections = Section.objects.filter(school_year=year, since__lte=until, until__gte=since)
    held = _Held(year, since, until)
    teachers, places = _teachers(year, span), _places(year, span)
    signs = _signs(year, since, until, before)
    found = []
    for section in sections.select_related("room").order_by("code"):
        days = held.days_of(section)
        if not days:
            continue
        theirs = teachers.get(section.pk, {})
        found.append(
            ClassRoll(
                code=section.code,
                title=section.title,
                room=section.room.name if section.room else "",
                teachers=tuple(sorted(theirs.items(), key=lambda one: (one[1], one[0]))),
                days=days,
                lines=_lines(section.code, days, places.get(section.pk, {}), signs),
            )
        )
    return sorted(found, key=lambda roll: (roll.teachers[0][1] if roll.teachers else "", roll.code))


Who = tuple[str, str]
"""A student's name as registers have it, and number."""


class _Held:
    """Which days a class is held, by its track's calendar and its meetings."""

    def __init__(self, year: SchoolYear, since: date, until: date) -> None:
        self._taught: dict[int, set[date]] = defaultdict(set)
        days = CalendarDay.objects.filter(track__school_year=year, is_taught=True, on__range=(since, until))
        for track, on in days.values_list("track_id", "on"):
            self._taught[track].add(on)
        self._weekdays: dict[int, set[int]] = defaultdict(set)
        meetings = Meeting.objects.filter(section__school_year=year)
        for section, weekday in meetings.values_list("section_id", "weekday"):
            self._weekdays[section].add(weekday)

    def days_of(self, section: Section) -> tuple[date, ...]:
        """Return the days of a class, in order."""
        anywhere = set[date]().union(*self._taught.values())
        taught = self._taught[section.track_id] if section.track_id else anywhere
        weekdays = self._weekdays[section.pk]
        return tuple(
            sorted(
                on
                for on in taught
                if section.since <= on <= section.until and (not weekdays or on.weekday() in weekdays)
            )
        )


def _teachers(year: SchoolYear, span: DateSpan) -> Mapping[int, dict[str, str]]:
    rows = Assignment.objects.filter(section__school_year=year, since__lte=span.until)
    rows = rows.exclude(until__lt=span.since).select_related("staff")
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in rows:
        found[row.section_id][row.staff.number] = str(row.staff)
    return found


def _places(year: SchoolYear, span: DateSpan) -> Mapping[int, dict[Who, list[DateSpan]]]:
    rows = Placement.objects.filter(section__school_year=year, since__lte=span.until)
    rows = rows.exclude(until__lt=span.since).select_related("student")
    found: defaultdict[int, dict[Who, list[DateSpan]]] = defaultdict(dict)
    for row in rows:
        if row.until is None or row.until >= row.since:
            who = (str(row.student), row.student.number)
            found[row.section_id].setdefault(who, []).append(DateSpan(row.since, row.until))
    return found


def _signs(
    year: SchoolYear, since: date, until: date, before: datetime
) -> Mapping[tuple[str, str, date], str]:
    """Return what each record says, by class, student number and day; removed ones are left out."""
    days = set(_dates(since, until))
    late = AttendanceRecord.objects.filter(section__school_year=year, on__range=(since, until), is_tardy=True)
    tardy = set(late.values_list("pk", flat=True))
    standing = standing_records(year, before, until, Scope(days=days))
    return {
        (each.section, each.student, each.on): _sign(each, tardy)
        for each in standing
        if each.stage.number is not None
    }


def _sign(record: Standing, tardy: Collection[int]) -> str:
    return sign(record.mark.value, is_tardy=record.record in tardy, stage=record.stage.value)


def _dates(since: date, until: date) -> list[date]:
    return [date.fromordinal(n) for n in range(since.toordinal(), until.toordinal() + 1)]


def _lines(
    code: str,
    days: tuple[date, ...],
    places: Mapping[Who, list[DateSpan]],
    signs: Mapping[tuple[str, str, date], str],
) -> tuple[RollLine, ...]:
    found = []
    for (name, number), spans in sorted(places.items()):
        shown = tuple(
            signs.get((code, number, on), "" if any(span.holds(on) for span in spans) else None)
            for on in days
        )
        found.append(RollLine(number, name, shown))
    return tuple(found)
