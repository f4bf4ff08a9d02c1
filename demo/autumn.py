"""The class of the next autumn: six young students of an ordinary charter programme."""

import random
from datetime import date, timedelta

from demo.school import Card, School, Section, Student, Teacher
from demo.school_calendar import Track, Year

_SEED = 20250806
_EXCLUDED = (date(2025, 12, 22), date(2025, 12, 29), date(2026, 1, 5))
_THANKSGIVING = date(2025, 11, 24)
BRIDGE = Track("C", "Bridge", "09:00", "14:00", 300, {date(2025, 10, 13): "Staff development"})
AUTUMN = Year(
    "2025-26",
    date(2025, 8, 6),
    date(2026, 5, 28),
    {
        date(2025, 9, 1): "Labor Day",
        date(2025, 11, 11): "Veterans Day",
        **{_THANKSGIVING + timedelta(days): "Thanksgiving recess" for days in range(5)},
        **{monday + timedelta(days): "Winter recess" for monday in _EXCLUDED for days in range(5)},
        date(2026, 1, 19): "Martin Luther King Jr. Day",
        date(2026, 2, 16): "Washington Day",
        **{date(2026, 3, 30) + timedelta(days): "Spring recess" for days in range(5)},
        date(2026, 5, 25): "Memorial Day",
    },
    _EXCLUDED,
    (BRIDGE,),
)
P1_ENDS = date(2025, 12, 19)
"""The last day of the fifth full school month, which is the last of P-1."""
P1_REPORTED = date(2026, 1, 9)
ABSENCES = (date(2025, 9, 9), date(2025, 10, 7), date(2025, 11, 4))
"""The days the first student of the class misses; everybody else always comes."""
SATURDAYS = (date(2025, 10, 18), date(2025, 11, 15))
"""The days recovery sessions are held on, from 9 to 13 o'clock: a minimum day of 240 minutes each."""
CORRECTED = ABSENCES[1:]
"""The absences that turn out to be none."""
_PEOPLE = (
    ("Marquez", "Lucia"),
    ("Oyelaran", "Tobi"),
    ("Sandoval", "Ines"),
    ("Tran", "Minh"),
    ("Whitfield", "Cole"),
    ("Zamora", "Pilar"),
)


def found() -> School:
    """Make the class and who comes on which day."""
    dice = random.Random(_SEED)
    students = tuple(_student(dice, name, serial) for serial, name in enumerate(_PEOPLE))
    teacher = Teacher("9006", "Delgado", "Nora")
    section = Section(
        "BRI-107C", "Bridge to a Diploma", "Room 107", "st-r107", BRIDGE, teacher, students, "47612"
    )
    school = School(AUTUMN, (section,))
    everybody = frozenset(student.number for student in students)
    for on in AUTUMN.days_taught(BRIDGE):
        school.present[section.code, on] = everybody - ({students[0].number} if on in ABSENCES else set())
    return school


def _student(dice: random.Random, name: tuple[str, str], serial: int) -> Student:
    """Enrol one student of sixteen or seventeen."""
    return Student(
        number=f"00{25000 + serial}",
        family=name[0],
        given=name[1],
        grade="11",
        birth_on=date(2008, dice.randrange(9, 13), dice.randrange(1, 29)),
        since=AUTUMN.first_day,
        until=None,
        card=Card("uid", f"04{dice.randbytes(6).hex()}", "ntag"),
        reliability=1.0,
    )
