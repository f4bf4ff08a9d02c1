"""A school whose students have hard names and numbers, for the paper sheets that spoil both."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

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
    Track,
)
from tests.fakes.written_once import written_once

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
ROLL = (
    ("0012345", "Nuñez", "José"),
    ("0098765", "O'Brien", "Zoë"),
    ("000123", "Nguyễn", "Thị Hương"),
    ("1234567890", "Коваленко", "Олена"),
    ("0450001", "محمدی", "زهرا"),
    ("4411223", "García-López", "María de los Ángeles"),
    ("7770001", "Smith", "John"),
    ("7770002", "Smith", "John"),
)


@dataclass(frozen=True)
class PaperSchool:
    """The school of 2026-27: everybody of ROLL in one class, on weekdays from 8 to 12."""

    school: School
    track: Track
    english: Section
    clerk: Staff
    teacher: Staff
    students: dict[str, Student] = field(repr=False)


@written_once
def build() -> PaperSchool:
    """Write the school into the records database and return its rows."""
    school = School.objects.create(code="34000000777777", name="Paper Charter")
    track = track_of(school, "2026-27", date(2026, 8, 10), date(2027, 5, 28))
    english = section_of(track, "ESL-1", range(5), (time(8), time(12)))
    students = {
        number: Student.objects.create(school=school, number=number, family_name=family, given_name=given)
        for number, family, given in ROLL
    }
    for student in students.values():
        place(student, english)
    clerk, teacher = (
        Staff.objects.create(school=school, number=number, family_name=role, given_name="Robin", role=role)
        for number, role in (("E004", "clerk"), ("E001", "teacher"))
    )
    Assignment.objects.create(staff=teacher, section=english, since=english.since)
    return PaperSchool(school, track, english, clerk, teacher, students)


def track_of(school: School, year: str, first: date, last: date, *, weekend: bool = False) -> Track:
    """Add a school year with one track, taught on every weekday, or on every Saturday."""
    track = Track.objects.create(
        school_year=SchoolYear.objects.create(school=school, name=year), code="W" if weekend else "A"
    )
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    days = [on for on in span if (on.weekday() == 5 if weekend else on.weekday() < 5)]
    kind = CalendarDay.Kind.REGULAR
    CalendarDay.objects.bulk_create(CalendarDay(track=track, on=on, is_taught=True, kind=kind) for on in days)
    return track


def section_of(track: Track, code: str, weekdays: range, hours: tuple[time, time]) -> Section:
    """Add a class of a track that is held from its first day to its last."""
    days = CalendarDay.objects.filter(track=track).order_by("on").values_list("on", flat=True)
    section = Section.objects.create(
        school=track.school_year.school,
        school_year=track.school_year,
        track=track,
        code=code,
        title=code,
        since=days[0],
        until=max(days),
        source_id=f"class-{code}",
    )
    Meeting.objects.bulk_create(
        Meeting(section=section, weekday=day, starts=hours[0], ends=hours[1]) for day in weekdays
    )
    return section


def place(student: Student, section: Section) -> None:
    """Enroll a student in the track of a class, and place them in the class."""
    assert section.track is not None
    since = section.since
    Enrollment.objects.get_or_create(
        student=student, track=section.track, since=since, defaults={"grade": "AD"}
    )
    Placement.objects.create(student=student, section=section, since=since)
