"""Published: count a packet's months again from its classes, and its classes from its records."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from central.auditor.packet import tables
from central.auditor.packet.container import Container
from central.auditor.packet.layout import PacketError
from central.auditor.packet.manifest import About
from central.auditor.packet.sample import Population, draw
from central.auditor.packet.tables import Row
from central.domain.attendance import Mark, Stage
from central.domain.local_day import start_of

CellKey = tuple[str, str, str, str]
"""Track, number of the school month, grade span and modality, as the tables write them."""
CELL: Final = ("track", "month", "grade_span", "modality")
EVALUATED: Final = "evaluated"
"""The stage of a day of independent study: it rests on evaluated work, not on an attendance record."""
PERIODS: Final = ("p1", "p2", "annual")


@dataclass(slots=True)
class Counted:
    """What the records of a packet come to; `problems` are sentences that name the member first."""

    population: Population = field(default_factory=Population)
    drawn: list[int] = field(default_factory=list)
    days: Counter[tuple[CellKey, str, date]] = field(default_factory=Counter)
    """Student-days by cell, class and date."""
    records: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TrackDay:
    """What a day is to a track: its school month, whether it divides, and the periods it counts in."""

    month: str
    divides: bool
    periods: frozenset[str]


def calendar(packet: Container) -> dict[tuple[str, date], TrackDay]:
    """Return the days each track was taught; raises PacketError."""
    return {
        (row["track"], row.on()): TrackDay(
            row["month"],
            row["divides"] == tables.YES,
            frozenset(word for word in PERIODS if row[word] == tables.YES),
        )
        for row in tables.rows(packet, "calendar.csv")
    }


def count(packet: Container, about: About) -> Counted:
    """Count every record, draw the sample again and hold the sessions against the records.

    Raises PacketError for a table that cannot be read.
    """
    found = Counted()
    days = calendar(packet)
    sessions = _sessions(packet, found)
    certified = _certified(packet, about, days, sessions, found)
    found.drawn = draw(found.population.passing(certified), about.seed, about.sample)
    found.problems += [
        f"sessions.csv: no record is behind {code} on {on}" for (code, on), left in sessions.items() if left
    ]
    return found


def hold_tables(packet: Container, about: About, found: Counted) -> None:
    """Hold classes, months and periods against what was counted; what differs goes to its problems."""
    days = calendar(packet)
    seen: Counter[tuple[CellKey, str, date]] = Counter()
    for row in tables.rows(packet, "classes.csv"):
        seen[_cell(row), row["class"], row.on()] += row.whole("student_days")
    for key in sorted(found.days.keys() | seen.keys()):
        if seen[key] != found.days[key]:
            cell, code, on = key
            found.problems.append(
                f"classes.csv: {code} on {on} says {seen[key]} student-days of {_named(cell)}, "
                f"its records make {found.days[key]}"
            )
    _hold_months(packet, about, days, found)
    if about.month is None:
        _hold_periods(packet, days, found)


def _sessions(packet: Container, found: Counted) -> dict[tuple[str, date], Counter[str]]:
    """Return what is said of each class and day, to be taken off again as its records pass."""
    told: dict[tuple[str, date], Counter[str]] = {}
    for row in tables.rows(packet, "sessions.csv"):
        if (row["class"], row.on()) in told:
            found.problems.append(f"sessions.csv: {row['class']} on {row['date']} is there twice")
        words = ("present", "absent", "not_certified", "removed")
        told[row["class"], row.on()] = Counter({word: row.whole(word) for word in words})
    return told


def _certified(
    packet: Container,
    about: About,
    days: Mapping[tuple[str, date], TrackDay],
    sessions: dict[tuple[str, date], Counter[str]],
    found: Counted,
) -> Iterator[int]:
    """Yield the number of every certified attendance record, in the order of the tables."""
    for member in tables.record_tables(packet):
        on, here = _day_of(member), dict[tuple[str, date], Counter[str]]()
        claimed, last = set[str](), ("", "", 0)
        begins_at = start_of(on, ZoneInfo(about.zone))
        for row in tables.rows(packet, member):
            found.records += 1
            place = (row["class"], row["student"], row.whole("record"))
            if place <= last or row.on() != on:
                found.problems.append(f"{member}: line {row.line} is not where it belongs, or there twice")
            last = place
            if row["track"]:
                _claim(row, days, claimed, found)
            if row["stage"] == EVALUATED:
                continue
            stage = _stage(row)
            here.setdefault((row["class"], on), Counter())[session_word(stage, row["mark"])] += 1
            if stage.counts:
                if row.at("certified_at") < begins_at:
                    found.problems.append(f"{member}: record {row['record']} was certified before its day")
                yield row.whole("record")
        _hold_sessions(member, here, sessions, found)


def _hold_sessions(
    member: str,
    here: Mapping[tuple[str, date], Counter[str]],
    sessions: dict[tuple[str, date], Counter[str]],
    found: Counted,
) -> None:
    for (code, on), counts in here.items():
        if sessions.pop((code, on), None) != counts:
            told = ", ".join(f"{number} {word}" for word, number in sorted(counts.items()))
            found.problems.append(f"sessions.csv: {code} on {on} is not what {member} has of it: {told}")


def session_word(stage: Stage, mark: str) -> str:
    """Return the column of sessions.csv a record is counted in."""
    if stage is Stage.REMOVED:
        return "removed"
    return mark if stage.counts else "not_certified"


def _claim(row: Row, days: Mapping[tuple[str, date], TrackDay], claimed: set[str], found: Counted) -> None:
    """Count a student-day; one nobody may claim is a problem."""
    day = days.get((row["track"], row.on()))
    if row["student"] in claimed:
        found.problems.append(f"{row.member}: line {row.line} counts its student a second time that day")
    if row["stage"] != EVALUATED and not (_stage(row).counts and row["mark"] == Mark.PRESENT):
        found.problems.append(
            f"{row.member}: record {row['record']} counts, though it is {row['mark']} and {row['stage']}"
        )
    if day is None or day.month != row["month"]:
        found.problems.append(
            f"{row.member}: record {row['record']} counts in month {row['month']} of track {row['track']}, "
            "which the calendar has elsewhere"
        )
    claimed.add(row["student"])
    found.days[_cell(row), row["class"], row.on()] += 1


def _hold_months(
    packet: Container, about: About, days: Mapping[tuple[str, date], TrackDay], found: Counted
) -> None:
    counted: Counter[CellKey] = Counter()
    for (cell, _, _), number in found.days.items():
        counted[cell] += number
    taught = Counter(
        (track, day.month) for (track, on), day in days.items() if day.divides and on <= about.as_of
    )
    for row in tables.rows(packet, "months.csv"):
        cell = _cell(row)
        _hold(row, _named(cell), counted.pop(cell, 0), taught[row["track"], row["month"]], found)
    found.problems += [
        f"months.csv: {_named(cell)} is missing; its classes make {number} student-days"
        for cell, number in sorted(counted.items())
    ]


def _hold_periods(packet: Container, days: Mapping[tuple[str, date], TrackDay], found: Counted) -> None:
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for ((track, _, span, modality), _, on), number in found.days.items():
        for period in days[track, on].periods if (track, on) in days else ():
            counted[period, track, span, modality] += number
    taught = Counter(
        (period, track) for (track, _), day in days.items() if day.divides for period in day.periods
    )
    for row in tables.rows(packet, "periods.csv"):
        key = (row["period"], row["track"], row["grade_span"], row["modality"])
        named = f"{row['period']} of track {row['track']}, {row['grade_span']}, {row['modality']}"
        _hold(row, named, counted.pop(key, 0), taught[row["period"], row["track"]], found)
    found.problems += [
        f"periods.csv: {', '.join(key)} is missing; its classes make {number} student-days"
        for key, number in sorted(counted.items())
    ]


def _hold(row: Row, named: str, student_days: int, taught: int, found: Counted) -> None:
    """Hold one line of months or periods against what it is made of."""
    told = row.whole("student_days")
    if told != student_days:
        found.problems.append(
            f"{row.member}: {named} says {told} student-days, its classes make {student_days}"
        )
    if row.whole("days_taught") != taught:
        found.problems.append(
            f"{row.member}: {named} says {row['days_taught']} days taught, the calendar {taught}"
        )
    if not is_rounded(row["ada"], student_days, taught):
        found.problems.append(
            f"{row.member}: {named} says an ADA of {row['ada']}, which is not {student_days}/{taught}"
        )


def is_rounded(cell: str, days: int, taught: int) -> bool:
    """Tell whether a printed cell is an exact share, to two decimals, half up."""
    units, _, decimals = cell.partition(".")
    if not (units + decimals).isdigit() or not cell.isascii() or len(decimals) != 2:  # noqa: PLR2004  two decimals
        return False
    hundredths = int(units + decimals)
    if not taught:
        return hundredths == 0
    return (2 * hundredths - 1) * taught <= 200 * days < (2 * hundredths + 1) * taught


def _cell(row: Row) -> CellKey:
    return row["track"], row["month"], row["grade_span"], row["modality"]


def _named(cell: CellKey) -> str:
    track, month, span, modality = cell
    return f"month {month} of track {track}, {span}, {modality}"


def _stage(row: Row) -> Stage:
    try:
        return Stage(row["stage"])
    except ValueError as error:
        raise PacketError(row.member, f"line {row.line}: there is no such stage") from error


def _day_of(member: str) -> date:
    try:
        return date.fromisoformat(member.removeprefix(tables.RECORDS_FOLDER).removesuffix(".csv"))
    except ValueError as error:
        raise PacketError(member, "its name is no date") from error
