"""The made-up school: its people, sections, cards and who will come on which day."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from demo import school_calendar
from demo.names import FAMILY, GIVEN
from demo.school_calendar import Track, Year

CODE = "34674390100001"
NAME = "Riverbend Adult Charter School"
COURSES = ("English Language 1", "Algebra Foundations", "Civics and Work")
SEATS = 18
SEED = 20240807


@dataclass(frozen=True, slots=True)
class Card:
    """What a student holds: how it is read and the identifier the reader sees, in hex."""

    kind: str
    value: str
    model: str


@dataclass(frozen=True, slots=True)
class Student:
    """A made-up student and the dates between which they come at all."""

    number: str
    family: str
    given: str
    grade: str
    birth_on: date
    since: date
    until: date | None
    card: Card
    reliability: float


@dataclass(frozen=True, slots=True)
class Teacher:
    """A made-up certificated teacher."""

    number: str
    family: str
    given: str


@dataclass(frozen=True, slots=True)
class Section:
    """A class: one teacher, one room with one station, its students, all under one programme."""

    code: str
    title: str
    room: str
    station: str
    track: Track
    teacher: Teacher
    students: tuple[Student, ...]
    programme: str = "47612.1"


@dataclass(slots=True)
class School:
    """The whole school of one year and, for every section and day taught, the students who come."""

    year: Year
    sections: tuple[Section, ...]
    present: dict[tuple[str, date], frozenset[str]] = field(default_factory=dict)

    def attendance_days(self, track: Track, since: date, until: date) -> int:
        """Count the days students of `track` come from `since` to `until`: what P-1 and P-2 must find."""
        mine = {section.code for section in self.sections if section.track is track}
        return sum(
            len(numbers)
            for (code, on), numbers in self.present.items()
            if code in mine and since <= on <= until
        )


def found() -> School:
    """Make the school; the same one every time, for its dice are seeded."""
    dice = random.Random(SEED)
    names = iter(dice.sample([(family, given) for family in FAMILY for given in GIVEN], 200))
    sections = tuple(
        _section(dice, names, index, track, title)
        for index, (track, title) in enumerate(
            (track, title) for track in school_calendar.FIRST_YEAR.tracks for title in COURSES
        )
    )
    school = School(school_calendar.FIRST_YEAR, sections)
    for section in sections:
        for on in school.year.days_taught(section.track):
            school.present[section.code, on] = frozenset(_who_comes(dice, section.students, on))
    return school


def _section(
    dice: random.Random, names: Iterable[tuple[str, str]], index: int, track: Track, title: str
) -> Section:
    """Fill one class."""
    people = iter(names)
    family, given = next(people)
    room = f"{101 + index}"
    return Section(
        code=f"{title.split(maxsplit=1)[0][:3].upper()}-{room}{track.code}",
        title=title,
        room=f"Room {room}",
        station=f"st-r{room}",
        track=track,
        teacher=Teacher(f"9{index:03d}", family, given),
        students=tuple(_student(dice, next(people), index * SEATS + seat) for seat in range(SEATS)),
    )


def _student(dice: random.Random, name: tuple[str, str], serial: int) -> Student:
    """Enrol one student: most from the first day, some later, some not to the end."""
    weeks = dice.choice([0] * 9 + [3, 7])
    since = date.fromordinal(school_calendar.FIRST_DAY.toordinal() + 7 * weeks + (5 if weeks else 0))
    leaves = dice.random() < 0.06  # noqa: PLR2004 -- about one student in sixteen moves away
    return Student(
        number=f"00{24000 + serial}",
        family=name[0],
        given=name[1],
        grade=dice.choice(["9", "10", "11", "12", "12"]),
        birth_on=date(dice.randrange(1965, 2002), dice.randrange(1, 13), dice.randrange(1, 29)),
        since=since,
        until=date(2025, 2, 28) if leaves else None,
        card=_card(dice, serial),
        reliability=min(0.99, dice.betavariate(18, 2)),
    )


def _card(dice: random.Random, serial: int) -> Card:
    """Hand out a card: mostly NTAG stickers, some older cards, fobs and phones."""
    choice = serial % 9
    if choice in (3, 7):
        return Card("uid", f"{dice.choice(range(0x10, 0xF0)):02x}{dice.randbytes(3).hex()}", "classic")
    if choice == 5:  # noqa: PLR2004 -- a seat in each class
        return Card("sc1", dice.randbytes(8).hex(), "phone")
    if choice == 8:  # noqa: PLR2004 -- a seat in each class
        return Card("em", dice.randbytes(5).hex(), "fob")
    return Card("uid", f"04{dice.randbytes(6).hex()}", "ntag")


def _who_comes(dice: random.Random, students: Iterable[Student], on: date) -> Iterable[str]:
    """Yield the numbers of the students who come on one day."""
    for student in students:
        enrolled = student.since <= on and (student.until is None or on <= student.until)
        if dice.random() < student.reliability and enrolled:
            yield student.number
