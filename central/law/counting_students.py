"""Counting by bitmap: the students expected in each period, and who of them was chronically absent."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from central.domain.day_bits import from_bytes
from central.domain.period import PeriodKind
from central.law.day_planes import PERIODS, Cell, StudentRow, TrackMasks

Students = tuple[Counter[tuple[Cell, PeriodKind]], Counter[tuple[Cell, PeriodKind]]]
"""Those expected, and those of them chronically absent, by where they were last enrolled."""

_Outcome = tuple[tuple[bool, bool], ...]
"""Of each period, whether a student was expected in it, and was chronically absent."""
_NEVER: _Outcome = ((False, False),) * len(PERIODS)
_ALWAYS: _Outcome = ((True, False),) * len(PERIODS)


def count_students(students: Iterable[Sequence[StudentRow]], masks: Mapping[str, TrackMasks]) -> Students:
    """Count the students expected in each period, and those of them who were chronically absent.

    Give all rows of a student together. Expected are the weekdays taught from the first day attended
    in each unbroken stretch of enrolment: who never came is expected on no day.

    Cites: EC 60901(c)(1); state data dictionary, no-shows (R-CHR-01, R-MON-01).
    """
    held: dict[tuple[str, bytes], int | None] = {}
    outcomes: Counter[tuple[Cell, _Outcome]] = Counter()
    expected: Counter[tuple[Cell, PeriodKind]] = Counter()
    chronic: Counter[tuple[Cell, PeriodKind]] = Counter()
    for rows in students:
        outcome = _outcome_alone(rows[0], masks, held) if len(rows) == 1 else None
        if outcome is not None:
            outcomes[rows[0][1], outcome] += 1
            continue
        track = masks[rows[0].cell.track]
        for kind, (cell, days, missed) in zip(PERIODS, _expected(rows, masks), strict=True):
            was_expected, was_chronic = _is_expected_and_chronic(days, missed, track)
            expected[cell, kind] += was_expected
            chronic[cell, kind] += was_chronic
    for (cell, outcome), number in outcomes.items():
        for kind, (was_expected, was_chronic) in zip(PERIODS, outcome, strict=True):
            expected[cell, kind] += number * was_expected
            chronic[cell, kind] += number * was_chronic
    return expected, chronic


def _outcome_alone(
    row: StudentRow, masks: Mapping[str, TrackMasks], held: dict[tuple[str, bytes], int | None]
) -> _Outcome | None:
    """Tell for each period whether a student in one cell alone was expected, and chronically absent.

    None for an enrolment with gaps. Enrolments are few, so what `held` keeps of each is used again.
    """
    _, cell, enrolled, attended, absent = row
    track = masks[cell[0]]
    key = (cell[0], enrolled)
    if key not in held:
        days = from_bytes(enrolled)
        held[key] = days & track.taught if _is_unbroken(days, track.weekends) else None
    possible = held[key]
    if possible is None:
        return None
    came = from_bytes(attended)
    if not came:
        return _NEVER
    expected = possible & -(came & -came)
    missed = from_bytes(absent) & expected
    least, most = track.chronic_share
    first = (expected & track.until[0]).bit_count() * least
    # Who missed too few days of the year for a share of P-1 alone has missed too few of every period.
    if missed.bit_count() * most < first:
        return _ALWAYS
    return tuple(_is_expected_and_chronic(expected & until, missed & until, track) for until in track.until)


def _is_expected_and_chronic(days: int, missed: int, track: TrackMasks) -> tuple[bool, bool]:
    least, most = track.chronic_share
    return days > 0, days > 0 and missed.bit_count() * most >= days.bit_count() * least


def _expected(rows: Sequence[StudentRow], masks: Mapping[str, TrackMasks]) -> Sequence[tuple[Cell, int, int]]:
    """Return for each period where a student was last enrolled, the days expected, and those missed."""
    enrolled = attended = 0
    for row in rows:
        enrolled |= from_bytes(row.enrolled)
        attended |= from_bytes(row.attended)
    seen = _since_first_seen(enrolled, attended, masks[rows[0].cell.track].weekends)
    found = []
    for index in range(len(PERIODS)):
        days, missed, homes = 0, 0, []
        for row in rows:
            track = masks[row.cell.track]
            held = from_bytes(row.enrolled) & track.until[index]
            days |= held & track.taught & seen
            missed |= from_bytes(row.absent) & track.until[index]
            homes.append((held.bit_length(), row.cell))
        found.append((max(homes)[1], days, missed & days))
    return found


def _is_unbroken(enrolled: int, weekends: int) -> bool:
    whole = (1 << enrolled.bit_length()) - (enrolled & -enrolled)
    return (enrolled | weekends) & whole == whole


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
