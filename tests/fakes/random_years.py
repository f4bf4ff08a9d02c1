"""Made-up school years as the law sees them, drawn at random with everything that makes counting hard."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random

from central.domain.absence import FullDayAbsence
from central.domain.attendance import Mark, RecordedMark, Stage
from central.domain.calendar import SchoolYear, TrackCalendar
from central.domain.enrolment import EnrolledSpan, Grade, Modality, Programme
from central.law.absence import full_day_absences
from central.law.ada import Claim, attendance_days
from central.law.day_planes import StudentRow, TrackMasks, student_rows, track_masks

YEAR = SchoolYear("2025-26")
_STARTS, _ENDS = date(2025, 8, 11), date(2026, 6, 5)
_WINTER = (date(2025, 12, 22), date(2026, 1, 4))
_DAYS = (_ENDS - _STARTS).days + 1


@dataclass(frozen=True)
class RandomYear:
    """Calendars, enrolments and marks of some students in one school year."""

    calendars: Mapping[str, TrackCalendar]
    spans: Sequence[EnrolledSpan]
    marks: Sequence[RecordedMark]

    @cached_property
    def claim(self) -> Claim:
        """Return the days the law lets claim."""
        return attendance_days(self.marks, self.spans, self.calendars)

    @cached_property
    def absences(self) -> list[FullDayAbsence]:
        """Return the full-day absences the law finds."""
        return full_day_absences(self.marks, self.spans, self.calendars, {})

    @cached_property
    def rows(self) -> list[StudentRow]:
        """Lay the year out in bits."""
        return student_rows(self.spans, self.calendars, YEAR, self.claim.days, self.absences)

    @cached_property
    def masks(self) -> dict[str, TrackMasks]:
        """Lay the calendars out in bits."""
        return {code: track_masks(calendar) for code, calendar in self.calendars.items()}


def calendars(random: Random) -> dict[str, TrackCalendar]:
    """Draw two tracks with holidays and weekend classes of their own; one leaves the winter weeks out."""
    return {"A": _calendar("A", random, leaves_out=True), "B": _calendar("B", random, leaves_out=False)}


def spans(random: Random, student: str) -> list[EnrolledSpan]:
    """Draw a student's enrolments: one, a change of grade or modality, a gap, or two tracks at once."""
    first = _STARTS + timedelta(days=random.choice([0, 0, 0, 20, 150]))
    change = first + timedelta(days=random.randrange(20, 120))
    grade = random.choice([Grade.K, Grade.G3, Grade.G6, Grade.G8, Grade.G12])
    home, other = random.sample("AB", 2)

    def span(track: str, since: date, until: date | None, **changed: Modality) -> EnrolledSpan:
        return EnrolledSpan(student, track, grade, Programme.ORDINARY_CHARTER, since, until, **changed)

    kind = random.randrange(6)
    if kind == 0:
        return [span(home, first, change)]
    if kind == 1:
        later = EnrolledSpan(student, home, Grade.G9, Programme.ORDINARY_CHARTER, change, None)
        return [span(home, first, None), later]
    if kind == 2:
        return [
            span(home, first, change),
            span(home, change + timedelta(days=9), None, modality=Modality.INDEPENDENT_STUDY),
        ]
    if kind == 3:
        return [span(home, first, None), span(other, change, None)]
    if kind == 4:
        return [span(home, first, change), span(other, change + timedelta(days=1), None)]
    return [span(home, first, None)]


def marks(random: Random, student: str, days: Iterable[date]) -> list[RecordedMark]:
    """Draw what records say of a student on some days, in up to two classes of either track."""
    missing = random.choice([0.02, 0.1, 0.5])
    return [
        RecordedMark(
            student,
            on,
            random.choice("AAAB"),
            Mark.ABSENT if random.random() < missing else Mark.PRESENT,
            random.choice([*[Stage.CERTIFIED] * 8, Stage.CONFIRMED, Stage.PROVISIONAL, Stage.REMOVED]),
        )
        for on in days
        for _ in range(random.choice([0, 1, 1, 1, 2]))
    ]


def random_year(seed: int, students: int = 4) -> RandomYear:
    """Draw a year; some marks lie on days without teaching or enrolment."""
    random = Random(seed)  # noqa: S311  dice, not secrets
    names = [f"S{index}" for index in range(students)]
    every = [_STARTS + timedelta(days=index) for index in range(_DAYS)]
    weekdays_and_some = [on for on in every if on.weekday() < 5 or random.random() < 0.3]
    first_seen = {name: random.choice([0, 0, 40]) for name in names}
    return RandomYear(
        calendars(random),
        [span for name in names for span in spans(random, name)],
        [mark for name in names for mark in marks(random, name, weekdays_and_some[first_seen[name] :])],
    )


def _calendar(track: str, random: Random, *, leaves_out: bool) -> TrackCalendar:
    days = {_STARTS + timedelta(days=index) for index in range(_DAYS)}
    taught = {
        on
        for on in days
        if not _WINTER[0] <= on <= _WINTER[1] and random.random() < (0.95 if on.weekday() < 5 else 0.1)
    }
    weeks = {_WINTER[0], _WINTER[0] + timedelta(days=7)} if leaves_out else set()
    return TrackCalendar(track, YEAR, frozenset(taught | {_STARTS}), frozenset(weeks))
