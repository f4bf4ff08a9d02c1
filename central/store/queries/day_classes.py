"""Published: the classes held on a day, and how far the attendance of each has come."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeAlias, TypedDict

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from central.domain.calendar import SchoolYear as Year
from central.store.models import (
    Assignment,
    AttendanceRecord,
    CalendarDay,
    Enrollment,
    Meeting,
    Placement,
    Section,
    SessionCertification,
    Station,
    Tap,
    Track,
)

_Mark, _Stage = AttendanceRecord.Mark, AttendanceRecord.Stage
Keys: TypeAlias = "QuerySet[Section, int]"
_NOBODYS = (Tap.Outcome.PENDING, Tap.Outcome.UNKNOWN_CREDENTIAL)


class ClassState(StrEnum):
    """How far the attendance of one class has come, what needs somebody first."""

    OPEN = "not certified"
    CHANGED = "changed since certified"
    CERTIFIED = "certified, not submitted"
    SUBMITTED = "submitted"


class Counted(TypedDict):
    """How many of a class's records there are of each kind."""

    present: int
    absent: int
    late: int
    provisional: int
    certified: int


_NONE: Counted = {"present": 0, "absent": 0, "late": 0, "provisional": 0, "certified": 0}


@dataclass(frozen=True, slots=True)
class DayClass:
    """One class on one day."""

    section: Section
    starts: time | None
    ends: time | None
    expected: int
    counted: Counted
    signed: tuple[str, datetime] | None
    """Who certified it last, and when."""
    teachers: tuple[str, ...]
    station: str | None
    """The station in use in its room."""
    unknown: int
    """Taps of that day in the room that belong to nobody known."""
    state: ClassState = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", self._state())

    @property
    def missing(self) -> int:
        """How many students have no record yet."""
        return max(0, self.expected - self.counted["present"] - self.counted["absent"])

    def _state(self) -> ClassState:
        if self.signed is None:
            return ClassState.OPEN
        if self.missing or self.counted["provisional"]:
            return ClassState.CHANGED
        return ClassState.CERTIFIED if self.counted["certified"] else ClassState.SUBMITTED


def held_on(sections: QuerySet[Section], on: date) -> QuerySet[Section]:
    """Return those of some sections that are held on a date, each with its `starts` and `ends` that day.

    A section of no track is held on any day its school year is taught somewhere; one without any
    meeting on file has no hours.
    """
    days = CalendarDay.objects.filter(on=on, is_taught=True)
    of_track, of_year = (
        days.filter(track=OuterRef("track")),
        days.filter(track__school_year=OuterRef("school_year")),
    )
    meetings = Meeting.objects.filter(section=OuterRef("pk"))
    that_day = meetings.filter(weekday=on.weekday())
    rows = sections.filter(Exists(of_track) | (Q(track=None) & Exists(of_year)))
    rows = rows.filter(Exists(that_day) | ~Exists(meetings))
    return rows.annotate(
        starts=Subquery(that_day.values("starts")[:1]), ends=Subquery(that_day.values("ends")[:1])
    )


def classes_of(sections: QuerySet[Section], on: date) -> list[DayClass]:
    """Return the classes held on a date among some sections, by hour and room; seven queries however many."""
    held = sorted(held_on(sections, on).select_related("room"), key=_hour_and_room)
    # Named by their question, not one by one: hundreds of keys cost more than what they find.
    keys, schools = sections.values_list("pk", flat=True), {section.school_id for section in held}
    expected, counted, signed = _expected(keys, on), _counted(keys, on), _signed(keys, on)
    teachers, stations, unknown = _teachers(keys, on), _stations(schools), _unknown(schools, on)
    return [
        DayClass(
            section=section,
            starts=getattr(section, "starts"),  # noqa: B009  annotated by the query
            ends=getattr(section, "ends"),  # noqa: B009  annotated by the query
            expected=expected.get(section.pk, 0),
            counted=counted.get(section.pk, _NONE),
            signed=signed.get(section.pk),
            teachers=tuple(teachers.get(section.pk, ())),
            station=stations.get(section.room_id or 0),
            unknown=unknown.get(section.room_id or 0, 0),
        )
        for section in held
    ]


def _hour_and_room(section: Section) -> tuple[time, str, str]:
    starts = getattr(section, "starts")  # noqa: B009  annotated by the query
    return starts or time.max, section.room.name if section.room else "", section.code


def is_enrolled(on: date) -> Exists:
    """Return the condition that the student of a placement was enrolled on a date.

    Asked of each placement: given a list of all who are enrolled, SQLite may go through it again and again.
    """
    tracks = Track.objects.filter(school_year__name=Year.of(on).name).values("pk")
    enrolled = Enrollment.objects.filter(student=OuterRef("student"), since__lte=on, track__in=tracks)
    return Exists(enrolled.exclude(until__lt=on))


def _expected(keys: Keys, on: date) -> Mapping[int, int]:
    places = Placement.objects.filter(section__in=keys, since__lte=on).exclude(until__lt=on)
    here = places.filter(is_enrolled(on))
    return dict(here.values_list("section_id").annotate(Count("student", distinct=True)))


def _counted(keys: Keys, on: date) -> Mapping[int, Counted]:
    rows = AttendanceRecord.objects.filter(section__in=keys, on=on).exclude(stage=_Stage.REMOVED)
    # Few kinds of record a class: counting them apart costs half of counting with conditions.
    kinds = rows.values_list("section_id", "mark", "stage", "is_tardy").annotate(Count("pk"))
    found: dict[int, Counted] = {}
    for section, mark, stage, is_tardy, count in kinds:
        counted = found.setdefault(section, _NONE.copy())
        counted["present" if mark == _Mark.PRESENT else "absent"] += count
        counted["late"] += count if is_tardy else 0
        if stage == _Stage.PROVISIONAL:
            counted["provisional"] += count
        elif stage == _Stage.CERTIFIED:
            counted["certified"] += count
    return found


def _signed(keys: Keys, on: date) -> Mapping[int, tuple[str, datetime]]:
    rows = SessionCertification.objects.filter(section__in=keys, on=on).select_related("by")
    return {row.section_id: (str(row.by), row.at) for row in rows.order_by("revision")}


def _teachers(keys: Keys, on: date) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Assignment.objects.filter(section__in=keys, since__lte=on).exclude(until__lt=on)
    names = rows.order_by("-is_primary", "staff__family_name", "staff__given_name")
    for section, family, given in names.values_list("section_id", "staff__family_name", "staff__given_name"):
        found[section].append(f"{family}, {given}")
    return found


def _stations(schools: Collection[int]) -> Mapping[int, str]:
    rows = Station.objects.filter(school__in=schools, retired_at=None)
    return dict(rows.values_list("room_id", "code"))


def _unknown(schools: Collection[int], on: date) -> Mapping[int, int]:
    # Of these outcomes there are few in a school, and an index leads to them.
    taps = Tap.objects.filter(school__in=schools, outcome__in=_NOBODYS, on=on)
    return dict(taps.values_list("station__room").annotate(Count("pk")))
