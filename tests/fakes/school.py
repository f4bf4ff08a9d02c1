"""A small school in the real records database: two tracks, two sections, their people, cards and stations."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User

from central.store.models import (
    Assignment,
    CalendarDay,
    Credential,
    Enrollment,
    Meeting,
    Placement,
    Room,
    School,
    SchoolYear,
    Section,
    Staff,
    Station,
    StationKey,
    Student,
    TeachingCredential,
    Track,
)
from station import credential
from sync_agent.signing import SigningKey
from tests.fakes.written_once import written_once

CODE = "34000000123456"
ZONE = ZoneInfo("America/Los_Angeles")
YEAR = "2024-25"
FIRST_DAY = date(2024, 8, 5)
LAST_DAY = date(2025, 5, 30)
SUMMER = (date(2024, 7, 1), date(2025, 6, 30))
SCHOOL_KEY = bytes(range(32))
KEY_ID = "k1"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  the seed of a made-up teacher
MONDAY = date(2024, 9, 9)
"""A Monday on which both tracks are taught."""
LABOR_DAY = date(2024, 9, 2)

_HOLIDAYS = {
    LABOR_DAY,
    date(2024, 11, 11),
    *(date(2024, 11, 25) + timedelta(days=n) for n in range(5)),
    date(2025, 1, 20),
    date(2025, 2, 17),
    date(2025, 5, 26),
}
_WINTER = (date(2024, 12, 23), date(2025, 1, 3))
_TRACK_B_OFF = {date(2024, 10, 14), date(2025, 3, 31)}


def at(on: date, clock: str) -> datetime:
    """Return the instant the school's wall clocks show `clock` ("08:35" or "08:35:10") on a date."""
    return datetime.combine(on, time.fromisoformat(clock), ZONE).astimezone(UTC)


def signing_key(station_code: str) -> SigningKey:
    """Return the private key of a station of this school, the same every time."""
    return SigningKey(hashlib.sha256(f"key of {station_code}".encode()).digest())


def taught(track: str) -> list[date]:
    """Return the days a track is taught, in order."""
    span = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    off = _HOLIDAYS | (_TRACK_B_OFF if track == "B" else set())
    return [on for on in span if on.weekday() < 5 and on not in off and not _WINTER[0] <= on <= _WINTER[1]]


@dataclass(frozen=True)
class SmallSchool:
    """The rows of the school, by the names a test speaks of them with.

    Algebra (track A, room R101, weekdays 08:30 to 10:00) has Ana, Ben and Chloe and is taught by
    `teacher`; English (track B, room R102, 10:30 to 12:00) has Dan and Eva and is taught by
    `other_teacher`. Every student holds one card.
    """

    school: School
    year: SchoolYear
    track_a: Track
    track_b: Track
    algebra: Section
    english: Section
    station_101: Station
    station_102: Station
    students: Mapping[str, Student] = field(repr=False)
    staff: Mapping[str, Staff] = field(repr=False)

    @property
    def ana(self) -> Student:
        return self.students["ana"]

    @property
    def ben(self) -> Student:
        return self.students["ben"]

    @property
    def chloe(self) -> Student:
        return self.students["chloe"]

    @property
    def dan(self) -> Student:
        return self.students["dan"]

    @property
    def eva(self) -> Student:
        return self.students["eva"]

    @property
    def teacher(self) -> Staff:
        return self.staff["teacher"]

    @property
    def other_teacher(self) -> Staff:
        return self.staff["other_teacher"]

    @property
    def paraeducator(self) -> Staff:
        return self.staff["paraeducator"]

    @property
    def clerk(self) -> Staff:
        return self.staff["clerk"]

    @property
    def leader(self) -> Staff:
        return self.staff["leader"]

    @property
    def admin(self) -> Staff:
        return self.staff["admin"]

    @property
    def auditor(self) -> Staff:
        return self.staff["auditor"]

    def token(self, student: Student) -> bytes:
        """Return the token a station derives from the student's card."""
        return card_token(student.number)


def card_token(name: str) -> bytes:
    """Return the token of the card called `name`."""
    uid = "04" + hashlib.sha256(name.encode()).hexdigest()[:12]
    return credential.token(SCHOOL_KEY, "uid", uid)


@written_once
def build() -> SmallSchool:
    """Write the school into the records database and return its rows."""
    school = School.objects.create(code=CODE, name="Cedar Charter")
    year = SchoolYear.objects.create(school=school, name=YEAR)
    track_a, track_b = (_track(year, code) for code in "AB")
    algebra = _section(track_a, "ALG1-01", "Algebra 1", "R101", ("08:30", "10:00"))
    english = _section(track_b, "ENG1-01", "English 1", "R102", ("10:30", "12:00"))
    staff = _staff(school)
    assign(staff["teacher"], algebra)
    assign(staff["other_teacher"], english)
    places = {"ana": algebra, "ben": algebra, "chloe": algebra, "dan": english, "eva": english}
    students = {
        name: enrol(name, section, number=f"00{1001 + index}")
        for index, (name, section) in enumerate(places.items())
    }
    stations = _station(school, algebra), _station(school, english)
    return SmallSchool(school, year, track_a, track_b, algebra, english, *stations, students, staff)


def enrol(name: str, section: Section, *, number: str, grade: str = "9") -> Student:
    """Add a student with a card, enrolled in the section's track and placed in the section all year."""
    assert section.track is not None
    student = Student.objects.create(
        school=section.school, number=number, family_name="Soto", given_name=name.capitalize()
    )
    Enrollment.objects.create(student=student, track=section.track, grade=grade, since=FIRST_DAY)
    place(student, section)
    give_card(student)
    return student


def place(student: Student, section: Section) -> Placement:
    """Put a student into a section for the whole year."""
    return Placement.objects.create(student=student, section=section, since=FIRST_DAY)


def give_card(student: Student) -> Credential:
    """Hand a student the card that bears their number."""
    return Credential.objects.create(
        school=student.school,
        student=student,
        token=card_token(student.number),
        key_id=KEY_ID,
        kind="uid",
        since=SUMMER[0],
    )


def assign(staff: Staff, section: Section) -> Assignment:
    """Make a staffer responsible for a section all year."""
    return Assignment.objects.create(staff=staff, section=section, since=SUMMER[0])


def add_section(like: Section, code: str, hours: tuple[str, str]) -> Section:
    """Add a section that meets in the same room and track as another, at other hours."""
    room = like.room
    assert room is not None
    assert like.track is not None
    return _section(like.track, code, code, room.name, hours)


def give_login(staff: Staff, *, secret: str = TOTP_SECRET) -> User:
    """Let a staffer sign in with the password "correct horse battery" and one-time codes."""
    user = User.objects.create_user(f"login-{staff.number}", password="correct horse battery")  # noqa: S106  made up
    TOTP.activate(user, secret)
    staff.user = user
    staff.save()
    return user


def _track(year: SchoolYear, code: str) -> Track:
    track = Track.objects.create(school_year=year, code=code)
    kind = CalendarDay.Kind
    days = taught(code)
    closed = [on for on in sorted(_HOLIDAYS) if on not in days]
    CalendarDay.objects.bulk_create(
        [
            *(CalendarDay(track=track, on=on, is_taught=True, kind=kind.REGULAR) for on in days),
            *(CalendarDay(track=track, on=on, is_taught=False, kind=kind.HOLIDAY) for on in closed),
        ]
    )
    return track


def _section(track: Track, code: str, title: str, room: str, hours: tuple[str, str]) -> Section:
    year = track.school_year
    section = Section.objects.create(
        school=year.school,
        school_year=year,
        track=track,
        room=Room.objects.get_or_create(school=year.school, name=room)[0],
        code=code,
        title=title,
        since=FIRST_DAY,
        until=LAST_DAY,
        source_id=f"class-{code}",
    )
    starts, ends = (time.fromisoformat(clock) for clock in hours)
    Meeting.objects.bulk_create(
        Meeting(section=section, weekday=day, starts=starts, ends=ends) for day in range(5)
    )
    return section


def _staff(school: School) -> dict[str, Staff]:
    roles = {"other_teacher": "teacher"}
    names = "teacher other_teacher paraeducator clerk leader it admin auditor".split()
    staff = {
        name: Staff.objects.create(
            school=school,
            number=f"E{index:03d}",
            family_name=name.replace("_", " ").title(),
            given_name="Robin",
            role=roles.get(name, name),
        )
        for index, name in enumerate(names, start=1)
    }
    for name in ("teacher", "other_teacher"):
        TeachingCredential.objects.create(
            staff=staff[name], document=f"DOC-{name}", since=date(2020, 7, 1), until=date(2027, 6, 30)
        )
    return staff


def _station(school: School, section: Section) -> Station:
    room = section.room
    assert room is not None
    code = f"st-{room.name.lower()}"
    since_at = at(SUMMER[0], "12:00")
    station = Station.objects.create(code=code, school=school, room=room, commissioned_at=since_at)
    public = signing_key(code).verify_key
    StationKey.objects.create(
        station=station, kid=public.kid, public_key=public.public.hex(), since_at=since_at
    )
    return station
