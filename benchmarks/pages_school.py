"""A made-up school with a year of records: a room, a station and a class for each of its sections."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from django.contrib.auth.models import User
from django.db import connection, transaction

from central.intake import schema
from central.store import founding
from central.store.models import (
    Assignment,
    CalendarDay,
    Enrollment,
    Meeting,
    Placement,
    Room,
    School,
    SchoolYear,
    Section,
    Staff,
    Station,
    Student,
    TeachingCredential,
    Track,
)

FIRST: Final = date(2024, 8, 5)
DAYS: Final = 180
CLASS_SIZE: Final = 40
"""Of the class whose inbox is looked at; the other students share the other classes."""
_SATURDAY = 5
_BEGAN_AT = datetime(2024, 8, 1, 12, tzinfo=UTC)

# One absence in sixteen, one tardy in twenty; what was before the last day is certified. Day by day, as a
# school's records come about.
_RECORDS = """
INSERT INTO store_attendancerecord
    (school_id, student_id, section_id, "on", mark, stage, source, first_in_at, is_tardy, left_early)
SELECT student.school_id, place.student_id, place.section_id, day."on",
    iif((place.student_id * 31 + day.id * 17) % 16 = 0, 'absent', 'present'),
    iif(day."on" < %s, 'certified', 'provisional'), 'tap', day."on" || ' 15:25:00',
    (place.student_id * 7 + day.id) % 20 = 0, 0
FROM store_calendarday day CROSS JOIN store_placement place
JOIN store_student student ON student.id = place.student_id WHERE day.is_taught
"""
_DECISIONS = """
INSERT INTO store_decision
    (record_id, stage_from, stage_to, mark, by_process, at, is_same_day, signed_with, reason)
SELECT id, '', 'provisional', mark, 'resolve', "on" || ' 15:30:00', 1, '', '' FROM store_attendancerecord
"""
_SIGNATURES = """
INSERT INTO store_sessioncertification
    (section_id, "on", revision, by_id, at, signed_with, late_reason, reason, present, absent)
SELECT section.id, day."on", 1, %s, day."on" || ' 17:00:00', 'totp', '', '', 30, 3
FROM store_section section CROSS JOIN store_calendarday day WHERE day.is_taught AND day."on" < %s
"""
# The looked-at room's taps of the whole year, the other rooms' of the last day.
_TAPS = """
INSERT INTO store_tap (school_id, station_id, server_sequence, position, epoch, sequence, leaf, token, key_id,
    reader, flags, evidence, earliest_at, latest_at, time_quality, time_rule, is_attested, carried_from, "on",
    outcome, proof, proof_reason, once, is_token_derived, is_clock_synchronised, is_clock_doubted, record_id)
SELECT record.school_id, station.code, 1, 1, 1, record.id, CAST(printf('%%032d', record.id) AS BLOB),
    CAST(printf('%%016d', record.student_id) AS BLOB), 'k1', 'nfc', '{}', '', record."on" || ' 15:25:00',
    record."on" || ' 15:25:00', 'T1', 1, 0, 0, record."on", 'recorded', 'absent', '', '', 0, 1, 0, record.id
FROM store_attendancerecord record JOIN store_section section ON section.id = record.section_id
JOIN store_station station ON station.room_id = section.room_id
WHERE record.section_id = %s OR record."on" = %s
"""


@dataclass(frozen=True, slots=True)
class MadeUpSchool:
    """Who looks at what: a teacher at the class's last day, the leader at all classes of that day."""

    teacher: Staff
    leader: Staff
    section: Section
    on: date
    records: int


def make(students: int, stations: int, evidence: Path) -> MadeUpSchool:
    """Write the school into an empty records database, and everything that happened in its year."""
    days = school_days()
    founding.found()
    with transaction.atomic():
        sections = people(students, stations, evidence)
        teacher, leader = _staff(sections[0].school, sections)
        records = _history(sections[0], teacher, days[-1])
    return MadeUpSchool(teacher, leader, sections[0], days[-1], records)


def people(students: int, stations: int, evidence: Path) -> list[Section]:
    """Write a school into a founded records database: its calendar, classes and students, and no records."""
    _contacts(evidence, [f"st-r{n:03d}" for n in range(stations)])
    school = School.objects.create(code="34000000123456", name="Cedar Charter")
    year = SchoolYear.objects.create(school=school, name="2024-25")
    track = Track.objects.create(school_year=year, code="A")
    kind = CalendarDay.Kind.REGULAR
    CalendarDay.objects.bulk_create(
        CalendarDay(track=track, on=on, is_taught=True, kind=kind) for on in school_days()
    )
    sections = _sections(track, stations)
    _enrol(track, sections, students)
    return sections


def _contacts(evidence: Path, stations: list[str]) -> None:
    """Write that every station was heard of each hour of the school's days."""
    schema.open_file(evidence).close()
    seen_ms = [
        int(datetime.combine(on, time(hour), UTC).timestamp() * 1000)
        for on in school_days()
        for hour in range(15, 24)
    ]
    head = [(station, len(seen_ms)) for station in stations]
    batches = [
        (station, n, n, at_ms, f"{station} {n}") for n, at_ms in enumerate(seen_ms, 1) for station in stations
    ]
    with closing(sqlite3.connect(evidence)) as file, file:
        file.executemany(
            "INSERT INTO batch"
            " (station, epoch, first_seq, last_seq, last_h, received_ms, bytes, digest, answer)"
            " VALUES (?, 1, ?, ?, x'00', ?, x'00', CAST(? AS BLOB), x'00')",
            batches,
        )
        file.executemany(
            "INSERT INTO station_head (station, epoch, seq, h, inc) VALUES (?, 1, ?, x'00', 'one')", head
        )


def school_days() -> list[date]:
    """Return the days the school is taught."""
    span = (FIRST + timedelta(days=n) for n in range(2 * DAYS))
    return [on for on in span if on.weekday() < _SATURDAY][:DAYS]


def _sections(track: Track, stations: int) -> list[Section]:
    school = track.school_year.school
    rooms = Room.objects.bulk_create(Room(school=school, name=f"R{n:03d}") for n in range(stations))
    Station.objects.bulk_create(
        Station(code=f"st-{room.name.lower()}", school=school, room=room, commissioned_at=_BEGAN_AT)
        for room in rooms
    )
    sections = Section.objects.bulk_create(
        Section(
            school=school,
            school_year=track.school_year,
            track=track,
            room=room,
            code=f"C-{room.name}",
            title=f"Class of {room.name}",
            since=FIRST,
            until=FIRST + timedelta(days=2 * DAYS),
            source_id=room.name,
        )
        for room in rooms
    )
    Meeting.objects.bulk_create(
        Meeting(section=section, weekday=day, starts=time(8, 30), ends=time(10))
        for section in sections
        for day in range(_SATURDAY)
    )
    return sections


def _enrol(track: Track, sections: list[Section], number: int) -> None:
    school = track.school_year.school
    students = Student.objects.bulk_create(
        Student(school=school, number=f"{n:06d}", family_name=f"Soto{n % 997}", given_name=f"Ana{n}")
        for n in range(number)
    )
    Enrollment.objects.bulk_create(
        Enrollment(student=student, track=track, grade="9", since=FIRST) for student in students
    )
    Placement.objects.bulk_create(
        Placement(
            student=student,
            section=sections[0 if n < CLASS_SIZE else 1 + n % (len(sections) - 1)],
            since=FIRST,
        )
        for n, student in enumerate(students)
    )


def _staff(school: School, sections: list[Section]) -> tuple[Staff, Staff]:
    teacher, leader = (
        Staff.objects.create(
            school=school,
            number=f"E-{role}",
            family_name=role.title(),
            given_name="Robin",
            role=role,
            user=User.objects.create_user(role),
        )
        for role in (Staff.Role.TEACHER, Staff.Role.LEADER)
    )
    TeachingCredential.objects.create(
        staff=teacher, document="D", since=FIRST, until=FIRST + timedelta(days=2 * DAYS)
    )
    Assignment.objects.bulk_create(Assignment(staff=teacher, section=each, since=FIRST) for each in sections)
    Assignment.objects.filter(section__in=sections[5:]).update(staff=leader)
    return teacher, leader


def _history(section: Section, teacher: Staff, last: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS, [last])
        records: int = cursor.rowcount
        cursor.execute(_DECISIONS)
        cursor.execute(_SIGNATURES, [teacher.pk, last])
        cursor.execute(_TAPS, [section.pk, last])
    return records
