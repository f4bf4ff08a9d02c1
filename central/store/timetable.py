"""Who belongs where and when in one school: cards, enrollments, places, meetings and days taught."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time

from django.db.models import QuerySet

from central.domain.calendar import SchoolYear as Year
from central.store.models import (
    CalendarDay,
    Credential,
    Enrollment,
    Meeting,
    Placement,
    School,
    Section,
    Student,
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A fact that holds from one date to another, both included; None while it lasts."""

    since: date
    until: date | None

    def holds(self, on: date) -> bool:
        """Tell whether the fact is true on a date."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Bell:
    """One meeting of one section on a weekday, in the school's own time."""

    section_id: int
    room_id: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose card it is: a student's key, or None for one of the staff."""

    student_id: int | None


class Timetable:
    """Answers for one school; a few queries at the start, none afterwards."""

    def __init__(self, school: School) -> None:
        self._cards: dict[bytes, list[tuple[Dated, Holder]]] = defaultdict(list)
        self._tokens: dict[int, list[tuple[Dated, bytes]]] = defaultdict(list)
        self._enrolled: dict[int, list[Dated]] = defaultdict(list)
        self._places: dict[int, list[tuple[Dated, int]]] = defaultdict(list)
        self._bells: dict[int, list[tuple[Dated, int | None, int, Bell]]] = defaultdict(list)
        self._load_cards(school)
        self._load_people(school)
        self._load_bells(school)
        self._taught = {
            (track, on)
            for track, on in CalendarDay.objects.filter(
                track__school_year__school=school, is_taught=True
            ).values_list("track_id", "on")
        }
        self._taught_in_year = {
            (year, on)
            for year, on in CalendarDay.objects.filter(
                track__school_year__school=school, is_taught=True
            ).values_list("track__school_year_id", "on")
        }

    def holders(self, token: bytes, on: date) -> set[Holder]:
        """Return everybody whose card bore a token on a date; two people would be a mistake to settle."""
        return {holder for dated, holder in self._cards.get(token, ()) if dated.holds(on)}

    def tokens(self, student_id: int, on: date) -> set[bytes]:
        """Return the tokens of every card a student held on a date."""
        return {token for dated, token in self._tokens.get(student_id, ()) if dated.holds(on)}

    def is_enrolled(self, student_id: int, on: date) -> bool:
        """Tell whether a student was enrolled on a date."""
        return any(dated.holds(on) for dated in self._enrolled.get(student_id, ()))

    def sections(self, student_id: int, on: date) -> set[int]:
        """Return the sections a student had a place in on a date."""
        return {section for dated, section in self._places.get(student_id, ()) if dated.holds(on)}

    def bells(self, on: date) -> list[Bell]:
        """Return the meetings held on a date: of sections in their time, on days their track is taught.

        A section of no track is held on any day its school year is taught somewhere.
        """
        return [
            bell
            for dated, track, year, bell in self._bells.get(on.weekday(), ())
            if dated.holds(on)
            and ((track, on) in self._taught if track is not None else (year, on) in self._taught_in_year)
        ]

    def _load_cards(self, school: School) -> None:
        rows = Credential.objects.filter(school=school).values_list("token", "student_id", "since", "until")
        for stored, student, since, until in rows:
            token, dated = bytes(stored), Dated(since, until)
            self._cards[token].append((dated, Holder(student)))
            if student is not None:
                self._tokens[student].append((dated, token))

    def _load_people(self, school: School) -> None:
        enrolled = Enrollment.objects.filter(student__school=school)
        for student, since, until, year in enrolled.values_list(
            "student_id", "since", "until", "track__school_year__name"
        ):
            self._enrolled[student].append(Dated(since, until or Year(year).ends_on))
        places = Placement.objects.filter(student__school=school)
        for student, section, since, until in places.values_list(
            "student_id", "section_id", "since", "until"
        ):
            self._places[student].append((Dated(since, until), section))

    def _load_bells(self, school: School) -> None:
        meetings = Meeting.objects.filter(section__school=school, section__room__isnull=False)
        for meeting in meetings.select_related("section"):
            section = meeting.section
            assert section.room_id is not None  # noqa: S101  the query left the others out
            bell = Bell(section.pk, section.room_id, meeting.starts, meeting.ends)
            dated = Dated(section.since, section.until)
            self._bells[meeting.weekday].append((dated, section.track_id, section.school_year_id, bell))


def placed(section: Section, on: date) -> list[int]:
    """Return the students placed in a section and enrolled on a date, in the order of a register."""
    return list(_placed(section, on).values_list("pk", flat=True))


def students_placed(section: Section, on: date) -> list[Student]:
    """Return the same as students with their names."""
    return list(_placed(section, on))


def _placed(section: Section, on: date) -> QuerySet[Student]:
    # A year's enrollment ends with it, whether or not somebody wrote that down.
    enrolled = Enrollment.objects.filter(
        since__lte=on, track__school_year__name=Year.of(on).name, track__school_year__school=section.school_id
    ).exclude(until__lt=on)
    places = Placement.objects.filter(section=section, since__lte=on).exclude(until__lt=on)
    here = Student.objects.filter(pk__in=places.values("student_id"))
    here = here.filter(pk__in=enrolled.filter(student__in=places.values("student_id")).values("student_id"))
    return here.order_by("family_name", "given_name", "number")


def is_taught(section: Section, on: date) -> bool:
    """Tell whether a section's track is taught on a date; without a track, whether any of its year is."""
    days = CalendarDay.objects.filter(on=on, is_taught=True)
    if section.track_id is not None:
        return days.filter(track_id=section.track_id).exists()
    return days.filter(track__school_year_id=section.school_year_id).exists()


def meeting_on(section: Section, on: date) -> Meeting | None:
    """Return the section's meeting on a date's weekday, if it has one."""
    return Meeting.objects.filter(section=section, weekday=on.weekday()).first()
