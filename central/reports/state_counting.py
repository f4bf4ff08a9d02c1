"""Published: count a whole state's students from their bitmaps with NumPy, equal to counting one by one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from central.domain.day_bits import BYTES
from central.law.counting import Counts, Measure, Recovery, count
from central.law.day_planes import PERIODS, Cell, StudentRow, TrackMasks

Bytes = NDArray[np.uint8]
_Words = NDArray[np.uint64]
_Ints = NDArray[np.int64]

_WORDS: Final = -(-BYTES // 8)
_DAYS: Final = 8 * BYTES


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some students' years side by side; all rows of a student lie in one chunk, next to each other.

    `students` are numbers of any kind, one a row; `cells` indexes into the list of cells; each plane
    is a table of so many rows of 46 bytes. `recovery` are accounts by the student's number.
    """

    students: NDArray[np.int64]
    cells: NDArray[np.int64]
    enrolled: Bytes
    attended: Bytes
    absent: Bytes
    recovery: Mapping[int, Recovery]


@dataclass(frozen=True, slots=True)
class _Years:
    """The planes of students who have one row and one unbroken enrolment, in words of 64 days."""

    cells: _Ints
    enrolled: _Words
    attended: _Words
    absent: _Words


class StateCounter:
    """Adds chunk after chunk up, holding no more than one of them and the totals.

    Every cell's track must have a calendar.
    """

    def __init__(self, cells: Sequence[Cell], masks: Mapping[str, TrackMasks]) -> None:
        self._cells = cells
        self._masks = masks
        tracks = [masks[cell.track] for cell in cells]
        self._divisors = [_table(track.divisors[index] for track in tracks) for index in range(len(PERIODS))]
        self._countable = [
            _table(track.countable[index] for track in tracks) for index in range(len(PERIODS))
        ]
        self._until = [_table(track.until[index] for track in tracks) for index in range(len(PERIODS))]
        self._taught = _table(track.taught for track in tracks)
        self._weekends = _table(track.weekends for track in tracks)
        self._shares = np.array([track.chronic_share for track in tracks], dtype=np.int64)
        self._totals = {measure: np.zeros((len(PERIODS), len(cells)), dtype=np.int64) for measure in Measure}
        self._others: Counts = Counter()

    def add(self, chunk: Chunk) -> None:
        """Count a chunk; students with several rows or a gap in their enrolment are counted one by one."""
        enrolled, attended, absent = map(_words, (chunk.enrolled, chunk.attended, chunk.absent))
        plain = _is_alone(chunk.students) & _is_unbroken(enrolled, _of(self._weekends, chunk.cells))
        self._add_one_by_one(chunk, np.flatnonzero(~plain))
        rows = np.flatnonzero(plain)
        years = _Years(chunk.cells[rows], _of(enrolled, rows), _of(attended, rows), _of(absent, rows))
        self._add_days(years)
        self._add_students(years)
        self._add_recovered(chunk, plain, absent)

    def counts(self) -> Counts:
        """Return what was counted so far."""
        found: Counts = Counter(self._others)
        for measure, by_period in self._totals.items():
            for kind, by_cell in zip(PERIODS, by_period.tolist(), strict=True):
                for cell, number in zip(self._cells, by_cell, strict=True):
                    found[cell, measure, kind] += number
        return +found

    def _add_one_by_one(self, chunk: Chunk, rows: _Ints) -> None:
        found = [
            StudentRow(
                str(chunk.students[row]),
                *self._cells[chunk.cells[row]],
                *(plane[row].tobytes() for plane in (chunk.enrolled, chunk.attended, chunk.absent)),
            )
            for row in rows.tolist()
        ]
        holders = set(chunk.students[rows].tolist()) & chunk.recovery.keys()
        recovery = {str(student): chunk.recovery[student] for student in holders}
        self._others.update(count(found, self._masks, recovery))

    def _add_days(self, years: _Years) -> None:
        for index in range(len(PERIODS)):
            divisor = _of(self._divisors[index], years.cells)
            countable = _of(self._countable[index], years.cells)
            self._add(Measure.POSSIBLE, index, years.cells, _days(years.enrolled & divisor))
            self._add(Measure.ATTENDED, index, years.cells, _days(years.attended & countable))
            self._add(Measure.ABSENT, index, years.cells, _days(years.absent & divisor))

    def _add_students(self, years: _Years) -> None:
        expected = years.enrolled & _of(self._taught, years.cells) & _of(_FROM, _lowest(years.attended))
        missed = years.absent & expected
        least, most = self._shares[years.cells].T
        for index, until_of in enumerate(self._until):
            until = _of(until_of, years.cells)
            days, absences = _days(expected & until), _days(missed & until)
            is_expected = days > 0
            self._add(Measure.STUDENTS, index, years.cells, is_expected)
            self._add(Measure.CHRONIC, index, years.cells, is_expected & (absences * most >= days * least))

    def _add_recovered(self, chunk: Chunk, plain: NDArray[np.bool_], absent: _Words) -> None:
        holders = np.array(sorted(chunk.recovery), dtype=np.int64)
        rows = np.flatnonzero(plain & np.isin(chunk.students, holders))
        accounts = [chunk.recovery[student] for student in chunk.students[rows].tolist()]
        earned = _table(account.earned for account in accounts)
        recoverable = absent[rows] & ~_table(account.unrecoverable for account in accounts)
        allowed = np.array([account.allowed for account in accounts], dtype=np.int64)
        cells = chunk.cells[rows]
        for index, until_of in enumerate(self._until):
            until = _of(until_of, cells)
            used = np.minimum(_days(earned & until), _days(recoverable & until))
            self._add(Measure.RECOVERED, index, cells, np.minimum(used, allowed))

    def _add(self, measure: Measure, index: int, cells: _Ints, numbers: _Ints | NDArray[np.bool_]) -> None:
        np.add.at(self._totals[measure][index], cells, numbers.astype(np.int64))


def _table(sets: Iterable[int]) -> _Words:
    """Lay sets of days under each other, one a row."""
    data = b"".join(days.to_bytes(8 * _WORDS, "little") for days in sets)
    return np.frombuffer(data, dtype="<u8").reshape(-1, _WORDS)


def _words(plane: Bytes) -> _Words:
    padded = np.zeros((len(plane), 8 * _WORDS), dtype=np.uint8)
    padded[:, :BYTES] = plane
    return padded.view("<u8")


def _days(sets: _Words) -> _Ints:
    """Return how many days each row has, added up word by word: NumPy sums short rows slowly."""
    by_word = np.bitwise_count(sets)
    days: _Ints = by_word[:, 0].astype(np.int64)
    for word in range(1, _WORDS):
        days += by_word[:, word]
    return days


def _of(table: _Words, rows: _Ints) -> _Words:
    """Return rows of a table, in their order; an index in brackets does the same more slowly."""
    return table.take(rows, axis=0)


def _lowest(sets: _Words) -> _Ints:
    """Return each row's first day, or the day after the last there is where it has none."""
    first = np.argmax(sets != 0, axis=1)
    word = np.take_along_axis(sets, first[:, None], axis=1)[:, 0]
    below = np.bitwise_count(~word & (word - np.uint64(1))).astype(np.int64)
    return np.where(word == 0, _DAYS, 64 * first + below)


def _highest(sets: _Words) -> _Ints:
    """Return each row's last day; rows without any are none of those asked about."""
    last = _WORDS - 1 - np.argmax(sets[:, ::-1] != 0, axis=1)
    word = np.take_along_axis(sets, last[:, None], axis=1)[:, 0]
    for shift in (1, 2, 4, 8, 16, 32):
        word = word | word >> np.uint64(shift)
    highest: _Ints = 64 * last + np.bitwise_count(word).astype(np.int64) - 1
    return highest


def _is_alone(students: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of each row whether its neighbours are other students'."""
    same = students[1:] == students[:-1]
    alone = np.ones(len(students), dtype=np.bool_)
    alone[1:] &= ~same
    alone[:-1] &= ~same
    return alone


def _is_unbroken(enrolled: _Words, weekends: _Words) -> NDArray[np.bool_]:
    """Tell of each row whether nothing but weekends lies between its first and last day."""
    between = _of(_FROM, _lowest(enrolled)) & ~_of(_FROM, _highest(enrolled) + 1)
    unbroken: NDArray[np.bool_] = ((enrolled | weekends) & between == between).all(axis=1)
    return unbroken


_FROM: Final = _table((1 << 64 * _WORDS) - (1 << day) for day in range(_DAYS + 1))
"""Every day from a day on, by day."""
