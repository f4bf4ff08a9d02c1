"""Counting by bitmap: every count of the reporting periods from the bits of students' years."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from central.domain.day_bits import from_bytes, to_bytes
from central.domain.period import PeriodKind
from central.law.counting_students import count_students
from central.law.day_planes import PERIODS, Cell, StudentRow, TrackMasks
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


Count = tuple[Cell, Measure, PeriodKind]
Counts = Counter[Count]

_ABREAST = 256


def count(
    rows: Iterable[StudentRow],
    masks: Mapping[str, TrackMasks],
    recovery: Mapping[str, Recovery] | None = None,
) -> Counts:
    """Count every period of every cell from students' bitmaps, exactly; the order of the rows is nothing.

    Give all rows of a student or none: no-shows, chronic absence and recovery are the student's,
    over all rows. A student is counted where last enrolled; a recovered day where its absence was.
    Rows of a track without a calendar count nothing; zeros are left out.

    Cites: 5 CCR 11960(a); EC 60901(c)(1); EC 46211 (R-ADA-01, R-ADA-06, R-CHR-01, R-AR-06, R-AR-12).
    """
    by_cell: defaultdict[Cell, list[StudentRow]] = defaultdict(list)
    by_student: defaultdict[str, list[StudentRow]] = defaultdict(list)
    for row in rows:
        if row[1][0] in masks:
            by_cell[row[1]].append(row)
            by_student[row[0]].append(row)
    counts: Counts = Counter()
    for cell, here in by_cell.items():
        _add_days(counts, cell, here, masks[cell.track])
    students = count_students(by_student.values(), masks)
    for measure, found in zip((Measure.STUDENTS, Measure.CHRONIC), students, strict=True):
        counts.update({(cell, measure, kind): number for (cell, kind), number in found.items()})
    accounts = {student: account for student, account in (recovery or {}).items() if account.earned}
    for student in accounts.keys() & by_student.keys():
        _add_recovered(counts, by_student[student], accounts[student], masks)
    return +counts


def recount(
    counts: Counts,
    before: Sequence[StudentRow],
    after: Sequence[StudentRow],
    masks: Mapping[str, TrackMasks],
    recovery: Mapping[str, Recovery] | None = None,
) -> None:
    """Bring counts up to date after some students' rows changed, given all of those students' rows.

    `recovery` are their accounts, which a correction of attendance leaves as they are.

    Cites: 5 CCR 11960(a) (R-ADA-01).
    """
    change = count(after, masks, recovery)
    change.subtract(count(before, masks, recovery))
    for key, number in change.items():
        counts[key] += number
        if not counts[key]:
            del counts[key]


def _add_days(counts: Counts, cell: Cell, rows: Sequence[StudentRow], masks: TrackMasks) -> None:
    """Count the days of many students at once: their sets side by side are one long number."""
    abreast = min(len(rows), _ABREAST)
    divisors = [from_bytes(to_bytes(days) * abreast) for days in masks.divisors]
    countable = [from_bytes(to_bytes(days) * abreast) for days in masks.countable]
    totals = [[0, 0, 0] for _ in PERIODS]
    for start in range(0, len(rows), abreast):
        _, _, *planes = zip(*rows[start : start + abreast], strict=True)
        enrolled, attended, absent = (from_bytes(b"".join(plane)) for plane in planes)
        for total, divisor, counted in zip(totals, divisors, countable, strict=True):
            total[0] += (enrolled & divisor).bit_count()
            total[1] += (attended & counted).bit_count()
            total[2] += (absent & divisor).bit_count()
    for kind, total in zip(PERIODS, totals, strict=True):
        for measure, number in zip((Measure.POSSIBLE, Measure.ATTENDED, Measure.ABSENT), total, strict=True):
            counts[cell, measure, kind] += number


def _add_recovered(
    counts: Counts, rows: Sequence[StudentRow], account: Recovery, masks: Mapping[str, TrackMasks]
) -> None:
    """Count the days one student uses, oldest absences first, each in the cell the absence lies in."""
    for index, kind in enumerate(PERIODS):
        # On several tracks the period that ends first: what is left waits for the next one.
        until = min(masks[row.cell.track].until[index] for row in rows)
        counted = until & ~account.unrecoverable
        missed = {row.cell: from_bytes(row.absent) & counted for row in rows}
        every = 0
        for days in missed.values():
            every |= days
        earned = (account.earned & until).bit_count()
        used = recovery_days_used(earned, every.bit_count(), account.allowed)
        offset = _lowest(every, used)
        for cell, days in missed.items():
            counts[cell, Measure.RECOVERED, kind] += (days & offset).bit_count()


def _lowest(bits: int, number: int) -> int:
    """Return so many of a set's days, the oldest."""
    rest = bits
    for _ in range(number):
        rest &= rest - 1
    return bits & ~rest
