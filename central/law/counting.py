"""Counting by bitmap: every count of the reporting periods from the bits of students' years."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from central.domain.day_bits import from_bytes, to_bytes
from central.domain.period import PeriodKind
from central.law.counting_students import count_students
from central.law.day_planes import PERIODS, Cell, Key, Row, TrackMasks
from central.law.recovery_ledger import recovery_days_used


class Recovery(NamedTuple):
    """What a student's recovery account brings: dates a day was earned on, and what limits their use.

    `unrecoverable` are absences that cannot be made up, `allowed` the days the school may credit.
    """

    earned: int
    allowed: int
    unrecoverable: int = 0


class Measure(StrEnum):
    """What is counted."""

    POSSIBLE = "days possible"
    ATTENDED = "days attended"
    ABSENT = "full-day absences"
    STUDENTS = "students expected"
    CHRONIC = "chronic absentees"
    RECOVERED = "days recovered"

    # An enumeration's own hash is worked out in Python, at every look into the counts.
    __hash__ = str.__hash__


Count = tuple[Cell, Measure, PeriodKind]
Counts = Counter[Count]

_ABREAST = 64


def count(
    rows: Iterable[Row[Key]],
    masks: Mapping[str, TrackMasks],
    recovery: Mapping[Key, Recovery] | None = None,
) -> Counts:
    """Count every period of every cell from students' bitmaps, exactly; the order of the rows is nothing.

    Give all rows of a student or none: no-shows, chronic absence and recovery are the student's,
    over all rows. A student is counted in the cell of the last day taught; a recovered day where its
    absence was. Rows of a track without a calendar count nothing; zeros are left out.

    Cites: 5 CCR 11960(a); EC 60901(c)(1); EC 46211 (R-ADA-01, R-ADA-06, R-CHR-01, R-AR-06, R-AR-12).
    """
    found: defaultdict[tuple[str, str, str], list[Row[Key]]] = defaultdict(list)
    for row in rows:
        found[row[1:4]].append(row)
    by_cell = {Cell(*cell): here for cell, here in found.items() if cell[0] in masks}
    accounts = {student: account for student, account in (recovery or {}).items() if account.earned}
    times = Counter([row[0] for here in by_cell.values() for row in here])
    several = {student for student, number in times.items() if number > 1}
    theirs = _rows_of(several | accounts.keys(), by_cell.values())
    counts: Counts = Counter()
    for cell, here in by_cell.items():
        _add_days(counts, cell, here, masks[cell.track])
    expected, chronic = count_students(by_cell, {student: theirs[student] for student in several}, masks)
    recovered: defaultdict[Cell, list[int]] = defaultdict(lambda: [0] * len(PERIODS))
    for student in accounts.keys() & theirs.keys():
        _add_recovered(recovered, theirs[student], accounts[student], masks)
    by_measure = {Measure.STUDENTS: expected, Measure.CHRONIC: chronic, Measure.RECOVERED: recovered}
    for measure, numbers in by_measure.items():
        _add(counts, measure, numbers)
    return counts


def _rows_of(students: Container[Key], rows: Iterable[Sequence[Row[Key]]]) -> dict[Key, list[Row[Key]]]:
    found: dict[Key, list[Row[Key]]] = {}
    for here in rows:
        for row in here:
            if row[0] in students:
                found.setdefault(row[0], []).append(row)
    return found


def _add(counts: Counts, measure: Measure, by_cell: Mapping[Cell, Sequence[int]]) -> None:
    for cell, numbers in by_cell.items():
        for kind, number in zip(PERIODS, numbers, strict=True):
            if number:
                counts[cell, measure, kind] = number


def recount(
    counts: Counts,
    before: Sequence[Row[Key]],
    after: Sequence[Row[Key]],
    masks: Mapping[str, TrackMasks],
    recovery: Mapping[Key, Recovery] | None = None,
) -> None:
    """Bring counts up to date after some students' rows changed, given all of those students' rows.

    `recovery` are their accounts, which a correction of attendance leaves as they are.

    Cites: 5 CCR 11960(a) (R-ADA-01).
    """
    was = count(before, masks, recovery)
    for key, number in count(after, masks, recovery).items():
        was[key] -= number
    for key, number in was.items():
        if number:
            counts[key] -= number
            if not counts[key]:
                del counts[key]


def _add_days(counts: Counts, cell: Cell, rows: Sequence[Row[Key]], masks: TrackMasks) -> None:
    """Count the days of many students at once: their sets side by side are one long number."""
    enrolments = [(from_bytes(days), times) for days, times in Counter([row[4] for row in rows]).items()]
    abreast = min(len(rows), _ABREAST)
    each = from_bytes(to_bytes(1) * abreast)
    divisors = [days * each for days in masks.divisors]
    countable = [days * each for days in masks.countable]
    attended, absent = [0] * len(PERIODS), [0] * len(PERIODS)
    for start in range(0, len(rows), abreast):
        together = rows[start : start + abreast]
        came = from_bytes(b"".join([row[5] for row in together]))
        missed = from_bytes(b"".join([row[6] for row in together]))
        for index in range(len(PERIODS)):
            attended[index] += (came & countable[index]).bit_count()
            absent[index] += (missed & divisors[index]).bit_count()
    possible = [
        sum((days & divisor).bit_count() * times for days, times in enrolments) for divisor in masks.divisors
    ]
    for measure, numbers in (
        (Measure.POSSIBLE, possible),
        (Measure.ATTENDED, attended),
        (Measure.ABSENT, absent),
    ):
        _add(counts, measure, {cell: numbers})


def _add_recovered(
    recovered: Mapping[Cell, list[int]],
    rows: Sequence[Row[Key]],
    account: Recovery,
    masks: Mapping[str, TrackMasks],
) -> None:
    """Count the days one student uses, oldest absences first, each in the cell the absence lies in."""
    missed = {Cell(*row[1:4]): from_bytes(row[6]) & ~account.unrecoverable for row in rows}
    every = 0
    for days in missed.values():
        every |= days
    # On several tracks the period that ends first: what is left waits for the next one.
    ends = [min(until) for until in zip(*(masks[cell.track].until for cell in missed), strict=True)]
    for index, until in enumerate(ends):
        earned, absences = (account.earned & until).bit_count(), (every & until).bit_count()
        used = recovery_days_used(earned, absences, account.allowed)
        offset = _lowest(every & until, used) if len(missed) > 1 else 0
        for cell, days in missed.items():
            recovered[cell][index] += (days & offset).bit_count() if offset else used


def _lowest(bits: int, number: int) -> int:
    """Return so many of a set's days, the oldest."""
    rest = bits
    for _ in range(number):
        rest &= rest - 1
    return bits & ~rest
