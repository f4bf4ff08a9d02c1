"""A made-up school year for counting: bits in SQLite and the same student-days as a native DuckDB table."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import duckdb
import numpy as np
from numpy.typing import NDArray

from benchmarks import counting_sql
from central.domain.calendar import SATURDAY, SchoolYear, TrackCalendar
from central.domain.day_bits import BYTES, bits_between, to_bytes
from central.law.counting import Recovery
from central.law.day_planes import StudentRow, TrackMasks, track_masks

YEAR = SchoolYear("2025-26")
_FIRST, _LAST = date(2025, 8, 4), date(2026, 6, 12)
_WINTER = date(2025, 12, 22)
_TAUGHT_DAYS = 180
TRACKS = "ABCDE"
SPANS = ("TK/K-3", "4-6", "7-8", "9-12")
_ALLOWED = 10
_ON_TIME, _STAYS, _NEVER_COMES, _UNMARKED, _CHANGES_SPAN = 0.92, 0.95, 0.01, 0.01, 0.02
_DAY = timedelta(days=1)

_TABLES = """
CREATE TABLE track (id INTEGER PRIMARY KEY, code TEXT);
CREATE TABLE student_year (
    id INTEGER PRIMARY KEY, student INTEGER, track INTEGER REFERENCES track, span TEXT, modality TEXT,
    enrolled BLOB, attended BLOB, absent BLOB, UNIQUE (student, track, span, modality));
CREATE TABLE recovery (student INTEGER PRIMARY KEY, earned BLOB);
"""


BITS = """
SELECT student, code, span, modality, enrolled, attended, absent
FROM student_year JOIN track ON track.id = student_year.track
"""


@dataclass(frozen=True)
class MadeUpYear:
    """Five tracks and some students, each with 180 days taught; one in fifty changes the span of grades.

    `earned` are the days of recovery earned, of one student in twelve.
    """

    masks: dict[str, TrackMasks]
    rows: Sequence[StudentRow]
    earned: dict[str, int]


def make(students: int, seed: int) -> MadeUpYear:
    """Make a year up: absence is unevenly shared, some come late, some leave, some never come."""
    random = Random(seed)  # noqa: S311  dice, not secrets
    masks = {code: track_masks(_calendar(code, index)) for index, code in enumerate(TRACKS)}
    rows: list[StudentRow] = []
    earned: dict[str, int] = {}
    for number in range(students):
        rows += _student(str(number), random, masks)
        if number % 12 == 0:
            # A random seventh of the days, weekends and holidays too: recovery is held on them.
            earned[str(number)] = _some(random, 1 / 7) & bits_between(_FIRST, None, YEAR)
    return MadeUpYear(masks, rows, earned)


def write_bits(year: MadeUpYear, path: Path) -> None:
    """Keep the year as the product does: a row for each student, track, span and modality."""
    tracks = {code: index for index, code in enumerate(year.masks, start=1)}
    with sqlite3.connect(path) as records:
        records.executescript(_TABLES)
        records.executemany("INSERT INTO track VALUES (?, ?)", [(key, code) for code, key in tracks.items()])
        records.executemany(
            "INSERT INTO student_year (student, track, span, modality, enrolled, attended, absent)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(int(row.student), tracks[row.track], row.span, row.modality, *row[4:]) for row in year.rows],
        )
        records.executemany(
            "INSERT INTO recovery VALUES (?, ?)",
            [(int(student), to_bytes(days)) for student, days in year.earned.items()],
        )
    records.close()


def write_days(year: MadeUpYear, path: Path) -> int:
    """Keep the year as a table of student-days in DuckDB's own format, and return how many there are."""
    enrolled, attended, absent = (
        _bit_table(plane) for plane in zip(*(row[4:] for row in year.rows), strict=True)
    )
    taught = _bit_table(to_bytes(year.masks[row.track].taught) for row in year.rows)
    rows, days = np.nonzero(enrolled & taught)
    held = {
        "student": np.array([int(row.student) for row in year.rows], dtype=np.int32)[rows],
        "track": np.array([TRACKS.index(row.track) for row in year.rows], dtype=np.int8)[rows],
        "span": np.array([SPANS.index(row.span) for row in year.rows], dtype=np.int8)[rows],
        "day": days.astype(np.int16),
        "attended": attended[rows, days] > 0,
        "absent": absent[rows, days] > 0,
    }
    holders = np.array([int(student) for student in year.earned], dtype=np.int32)
    whose, earned_on = np.nonzero(_bit_table(map(to_bytes, year.earned.values())))
    earned = {"student": holders[whose], "day": earned_on.astype(np.int16)}
    with duckdb.connect(str(path)) as database:
        database.execute(counting_sql.TABLES)
        for index, masks in enumerate(year.masks.values()):
            last = [until.bit_length() - 1 for until in masks.until[:2]]
            database.execute("INSERT INTO until VALUES (?, ?, ?)", [index, *last])
        database.register("held", held)
        database.register("days_earned", earned)
        database.execute(
            "INSERT INTO student_day SELECT student, track, span, day, attended, absent FROM held"
        )
        database.execute("INSERT INTO earned SELECT student, day FROM days_earned")
    return len(days)


def _bit_table(planes: Iterable[bytes]) -> NDArray[np.uint8]:
    table = np.frombuffer(b"".join(planes), dtype=np.uint8).reshape(-1, BYTES)
    return np.unpackbits(table, axis=1, bitorder="little")


def recovery(earned: int) -> Recovery:
    """Return the account of a student with days earned and nothing used elsewhere."""
    return Recovery(earned, _ALLOWED)


def _calendar(code: str, late: int) -> TrackCalendar:
    weekdays = [on for on in _dates(_FIRST + late * 7 * _DAY, _LAST + late * _DAY) if on.weekday() < SATURDAY]
    winter = set(_dates(_WINTER, _WINTER + 13 * _DAY))
    taught = [on for on in weekdays if on not in winter][:_TAUGHT_DAYS]
    return TrackCalendar(code, YEAR, frozenset(taught), frozenset({_WINTER, _WINTER + 7 * _DAY}))


def _student(student: str, random: Random, masks: dict[str, TrackMasks]) -> Iterator[StudentRow]:
    track = random.choice(TRACKS)
    since = _FIRST if random.random() < _ON_TIME else _FIRST + random.randrange(200) * _DAY
    until = None if random.random() < _STAYS else since + random.randrange(20, 120) * _DAY
    enrolled = bits_between(since, until, YEAR)
    taught = masks[track].taught & enrolled
    absent = taught & _some(random, random.betavariate(1, 14))
    unmarked = taught & _some(random, _UNMARKED)
    attended = 0 if random.random() < _NEVER_COMES else taught & ~absent & ~unmarked
    span = random.randrange(len(SPANS))
    parts = [(span, enrolled)]
    if random.random() < _CHANGES_SPAN and span:
        before = bits_between(since, date(2026, 1, 9), YEAR) & enrolled
        parts = [(span - 1, before), (span, enrolled & ~before)]
    for number, days in parts:
        if days:
            planes = map(to_bytes, (days, attended & days, absent & days))
            yield StudentRow(student, track, SPANS[number], "classroom", *planes)


def _some(random: Random, share: float) -> int:
    """Draw days of the year, each with the same chance, to one part in 256."""
    bits = 0
    threshold = round(share * 256)
    for place, byte in enumerate(random.randbytes(366)):
        if byte < threshold:
            bits |= 1 << place
    return bits


def _dates(first: date, last: date) -> Iterator[date]:
    for index in range((last - first).days + 1):
        yield first + index * _DAY
