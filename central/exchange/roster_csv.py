"""Published: a roster out of any CSV with a column mapping, checked as a whole."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from central.domain.enrolment import Grade, Programme
from central.exchange import column_mapping, table
from central.exchange.column_mapping import COLUMNS, NEEDED
from central.exchange.oneroster.people import ssid
from central.exchange.oneroster.roster import ClassEntry, EndDates, Person, Roster, Seat
from central.exchange.problem import Problem, Where, refuse
from central.exchange.table import Columns, Row

_US_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_DATES: Final = ("birth date", "begin", "end")
_MANGLED: Final = re.compile(r"\d+\.0+|\d(\.\d+)?[eE]\+?\d+")
_LONGEST: Final = 120
_A_TENTH: Final = 10
_MONTHS: Final = 12
Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the records know that a CSV does not say.

    `students` are source ids by number, `classes` source ids and days by code, `seats` first and
    last days by number and class code, `tracks` the first and last day of this year's.
    """

    on: date
    students: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, tuple[str, Days]] = field(default_factory=dict)
    seats: Mapping[tuple[str, str], tuple[date, date | None]] = field(default_factory=dict)
    tracks: Mapping[str, Days] = field(default_factory=dict)


@dataclass(slots=True)
class _Reading:
    recorded: Recorded
    usual_widths: frozenset[int]
    people: dict[str, Person] = field(default_factory=dict)
    classes: dict[str, ClassEntry] = field(default_factory=dict)
    seats: dict[tuple[str, str, date], Seat] = field(default_factory=dict)


def read(
    file: str, data: bytes, mapping: Mapping[str, str], recorded: Recorded, *, is_whole: bool = False
) -> Roster:
    """Return what a CSV says; where `is_whole`, whoever it does not name has left.

    `mapping` gives the heading of each of our columns. Raises InputError naming row and heading of
    every problem.
    """
    problems: list[Problem] = []
    sheet = column_mapping.sheet(file, data, problems)
    places = _places(file, sheet.headings, mapping, problems)
    refuse(f"{file} is not taken in; nothing was written:", problems)
    for number, cells in enumerate(sheet.rows, start=2):
        if len(cells) != len(sheet.headings) and any(cells):
            text = f"{len(cells)} cells under {len(sheet.headings)} columns; look for a missing quote"
            problems.append(Problem(Where(file, number), text))
    canonical = _canonical(sheet, places)
    rows = table.read(file, canonical, Columns(NEEDED, COLUMNS[len(NEEDED) :]), problems)
    reading = _Reading(recorded, _usual_widths(recorded.students, [row.cells["number"] for row in rows]))
    for row in rows:
        _take(row, reading)
    told = [replace(problem, column=mapping.get(problem.column, problem.column)) for problem in problems]
    refuse(f"{file} is not taken in; nothing was written:", told)
    changes = {"users", "classes"} if is_whole else {"users", "classes", "enrollments"}
    notes = [sheet.note] if sheet.note else []
    if "class" not in places:
        notes.append("no column names a class, so only what is known of the students themselves was read")
    return Roster(
        school_source_id="",
        version="",
        end_dates=EndDates.LAST_DAY,
        end_dates_because="",
        people=tuple(reading.people.values()),
        classes=tuple(reading.classes.values()),
        seats=tuple(reading.seats.values()),
        partial=frozenset(changes),
        removed={},
        passed_over={},
        notes=tuple(notes),
    )


def _places(
    file: str, headings: tuple[str, ...], mapping: Mapping[str, str], problems: list[Problem]
) -> dict[str, int]:
    places: dict[str, int] = {}
    for ours in COLUMNS:
        heading = mapping.get(ours)
        at = None if heading is None else column_mapping.found_in(headings, heading)
        if at is not None:
            places[ours] = at
        elif heading is not None:
            problems.append(Problem(Where(file, 1), f"this column is missing ({ours})", heading))
        elif ours in NEEDED:
            problems.append(
                Problem(Where(file, 1), f"no column is mapped to {ours}; save the mapping with it")
            )
    return places


def _canonical(sheet: column_mapping.Sheet, places: Mapping[str, int]) -> bytes:
    """Write the mapped columns as the one form that is read further; row numbers stay what they were."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(places)
    for row in sheet.rows:
        cells = [row[at].strip() if at < len(row) else "" for at in places.values()]
        writer.writerow([_iso(name, cell) for name, cell in zip(places, cells, strict=True)])
    return out.getvalue().encode()


def _iso(name: str, cell: str) -> str:
    """Return a date as 2024-08-19; with slashes the month comes first, as in the country of the law."""
    match = _US_DATE.fullmatch(cell) if name in _DATES else None
    if match is None or int(match[1]) > _MONTHS:
        return cell
    return f"{match[3]}-{int(match[1]):02}-{int(match[2]):02}"


def _usual_widths(known: Iterable[str], new: Iterable[str]) -> frozenset[int]:
    """Return the lengths at least a tenth of the school's numbers have; of a new school the commonest."""
    widths = Counter(len(number) for number in known if number.isdecimal())
    if widths:
        return frozenset(width for width, times in widths.items() if times * _A_TENTH >= widths.total())
    commonest = Counter(len(number) for number in set(new) if number.isdecimal()).most_common(1)
    return frozenset(width for width, _ in commonest)


def _take(row: Row, reading: _Reading) -> None:
    number = _number(row, reading)
    if not number:
        return
    person = _person(row, number, reading.recorded)
    before = reading.people.setdefault(number, person)
    if replace(person, where=before.where) != before:
        row.problem(f"row {before.where.row} says something else of this student", "number")
    code = row.text("class", 60)
    if code and (days := _class(row, code, reading)):
        _seat(row, person, code, days, reading)


def _number(row: Row, reading: _Reading) -> str:
    number = row.needed("number", 40)
    known = number in reading.recorded.students
    if _MANGLED.fullmatch(number):
        row.problem("a spreadsheet has made a number of this; format the column as text and export", "number")
    elif (
        number.isdecimal() and not known and reading.usual_widths and len(number) < min(reading.usual_widths)
    ):
        usual = " or ".join(map(str, sorted(reading.usual_widths)))
        text = f"{len(number)} digits, where the school's numbers have {usual}: a spreadsheet may have taken "
        row.problem(f"{text}leading zeros away; format the column as text and export again", "number")
    return number


def _person(row: Row, number: str, recorded: Recorded) -> Person:
    return Person(
        where=row.where,
        source_id=recorded.students.get(number) or number,
        number=number,
        family_name=row.needed("family name", _LONGEST),
        given_name=row.needed("given name", _LONGEST),
        role="student",
        grade=_grade(row),
        programme=_programme(row),
        born_on=row.day("birth date"),
        preferred_name=row.text("preferred name", _LONGEST),
        ssid=ssid(row, "ssid"),
    )


def _grade(row: Row) -> str:
    """Return a grade as the records write it, out of 09, 9th, Grade 9, 9.º or Kinder."""
    text = row.text("grade")
    said = column_mapping.plain(text).removeprefix("grade").removeprefix("grado")
    word = {"kg": "K", "kinder": "K", "kindergarten": "K"}.get(said, said.upper())
    word = re.sub(r"^0*(\d+)(ST|ND|RD|TH|O|A)?$", r"\1", word)
    if text and word not in set(Grade):
        row.problem(f"{text!r} is no grade; write TK, K or 1 to 12", "grade")
        return ""
    return word


def _programme(row: Row) -> str:
    value = row.text("program").upper().removeprefix("EC").strip()
    if value and value not in set(Programme):
        row.problem(f"{value!r} is no program; write 47612 or 47612.1", "program")
        return ""
    return value


def _class(row: Row, code: str, reading: _Reading) -> Days | None:
    """Return the days of a class, one the records know or one this file describes."""
    known, track = reading.recorded.classes.get(code), row.text("track", 20)
    if known:
        return known[1]
    tracks = reading.recorded.tracks
    track = track or (next(iter(tracks)) if len(tracks) == 1 else "")
    days = tracks.get(track)
    if days is None:
        have = ", ".join(sorted(tracks)) or "none this year"
        row.problem(f"the class is new and needs a track that has a calendar (there is {have})", "track")
        return None
    title = row.text("class title", 200) or code
    entry = ClassEntry(row.where, code, title, code, row.text("room", 80), track, "", *days)
    before = reading.classes.setdefault(code, entry)
    if replace(entry, where=before.where) != before:
        row.problem(f"row {before.where.row} says something else of this class", "class")
    return days


def _seat(row: Row, person: Person, code: str, days: Days, reading: _Reading) -> None:
    known = reading.recorded.classes.get(code)
    on = reading.recorded.on
    first, last = reading.recorded.seats.get((person.number, code), (None, None))
    # Days nobody spoke of are claimed for nobody: a new seat without a date begins today.
    since, until = row.day("begin") or first or max(days[0], on), row.day("end")
    if "end" not in row.cells and last and last >= on:
        # A file without such a column does not say that a leaver stays.
        until = last
    if until and until < since:
        row.problem(f"the seat ends ({until}) before it begins ({since})", "end")
        return
    class_id = known[0] if known else code
    key = (person.number, class_id, since)
    if key in reading.seats:
        row.problem(f"row {reading.seats[key].where.row} says the same of this student and class", "class")
        return
    reading.seats[key] = Seat(
        where=row.where,
        source_id=f"{person.number} {class_id} {since}",
        class_id=class_id,
        person_id=person.source_id,
        is_student=True,
        is_primary=True,
        since=since,
        until=until,
        is_id_its_own=False,
    )
