"""Counting by bitmap: the students expected in each period, and who of them was chronically absent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from central.domain.day_bits import from_bytes
from central.law.day_planes import PERIODS, Cell, Key, Row, TrackMasks

Tally = Mapping[Cell, Sequence[int]]
"""Numbers of students of each period, by the cell they were enrolled in on the last day taught."""

_Enrolment = tuple[int, Sequence[int], Sequence[int]]


def count_students(
    by_cell: Mapping[Cell, Sequence[Row[Key]]],
    several: Mapping[Key, Sequence[Row[Key]]],
    masks: Mapping[str, TrackMasks],
) -> tuple[Tally, Tally]:
    """Count the students expected in each period, and those of them who were chronically absent.

    `several` are all rows of the students who have more than one. Expected are the weekdays taught from
    the first day attended in each unbroken stretch of enrolment: who never came is expected on no day.

    Cites: EC 60901(c)(1); state data dictionary, no-shows (R-CHR-01, R-MON-01).
    """
    expected: defaultdict[Cell, list[int]] = defaultdict(lambda: [0] * len(PERIODS))
    chronic: defaultdict[Cell, list[int]] = defaultdict(lambda: [0] * len(PERIODS))
    rest: list[Sequence[Row[Key]]] = list(several.values())
    for cell, rows in by_cell.items():
        alone = [row for row in rows if row[0] not in several]
        rest += _count_in_one_cell(alone, masks[cell.track], expected[cell], chronic[cell])
    for theirs in rest:
        least, most = masks[theirs[0][1]].chronic_share
        for index, (cell, days, missed) in enumerate(_expected(theirs, masks)):
            if days:
                expected[cell][index] += 1
                chronic[cell][index] += missed.bit_count() * most >= days.bit_count() * least
    return expected, chronic


def _count_in_one_cell(
    rows: Iterable[Row[Key]], track: TrackMasks, expected: list[int], chronic: list[int]
) -> list[list[Row[Key]]]:
    """Count the students of one cell, and return those whose enrolment has gaps.

    This loop is what counting a school spends its time on, so it is written for speed. Enrolments are
    few, and what is worked out of one is kept. Who missed too few days of the year for a share of P-1
    alone missed too few of every period, and most did.
    """
    most = track.chronic_share[1]
    held: dict[bytes, _Enrolment] = {}
    broken, everywhere = [], 0
    for row in rows:
        enrolment = held.get(row[4])
        if enrolment is None:
            enrolment = held[row[4]] = _enrolment(from_bytes(row[4]), track)
        first, days, shares = enrolment
        came, missed = int.from_bytes(row[5], "little"), int.from_bytes(row[6], "little")
        if not days:
            broken.append([row])
            continue
        if not came & first:
            days, shares = _since(came, days, track)
            missed &= days[-1]
        if missed.bit_count() * most < shares[0]:
            everywhere += 1
            continue
        for index, share in enumerate(shares):
            if share:
                expected[index] += 1
                chronic[index] += (missed & days[index]).bit_count() * most >= share
    for index in range(len(PERIODS)):
        expected[index] += everywhere
    return broken


def _enrolment(enrolled: int, track: TrackMasks) -> _Enrolment:
    """Return the first day taught of an enrolment, and what `_since` does; nothing of one with gaps."""
    whole = (1 << enrolled.bit_length()) - (enrolled & -enrolled)
    if (enrolled | track.weekends) & whole != whole:
        return 0, (), ()
    taught = enrolled & track.taught
    first = taught & -taught
    return first, *_since(first, [taught & until for until in track.until], track)


def _since(came: int, days: Sequence[int], track: TrackMasks) -> tuple[Sequence[int], Sequence[int]]:
    """Return the days expected by the end of each period, and what absences of a share are held against.

    Absences times the share's denominator are a share of the days when they reach days times numerator.
    """
    seen = -(came & -came) if came else 0
    expected = [until & seen for until in days]
    return expected, [until.bit_count() * track.chronic_share[0] for until in expected]


def _expected(rows: Sequence[Row[Key]], masks: Mapping[str, TrackMasks]) -> Sequence[tuple[Cell, int, int]]:
    """Return for each period the cell of the last day taught, the days expected, and those missed."""
    enrolled = attended = 0
    for row in rows:
        enrolled |= from_bytes(row[4])
        attended |= from_bytes(row[5])
    seen = _since_first_seen(enrolled, attended, masks[rows[0][1]].weekends)
    read = [(masks[row[1]], Cell(*row[1:4]), from_bytes(row[4]), from_bytes(row[6])) for row in rows]
    found = []
    for index in range(len(PERIODS)):
        days, missed, homes = 0, 0, []
        for track, cell, there, absent in read:
            held = there & track.until[index] & track.taught
            days |= held & seen
            missed |= absent & track.until[index]
            homes.append((held.bit_length(), cell))
        found.append((max(homes)[1], days, missed & days))
    return found


def _since_first_seen(enrolled: int, attended: int, weekends: int) -> int:
    """Return the days of enrolment from the first one attended in each unbroken stretch of it."""
    stretch = enrolled | weekends
    seen, rest = 0, enrolled
    while rest:
        # Adding the lowest bit carries through the run of days that begins with it.
        run = stretch & ~(stretch + (rest & -rest))
        came = attended & run
        seen |= enrolled & run & -(came & -came) if came else 0
        rest &= ~run
    return seen
