"""Count a school's year from its bitmaps with NumPy, as a state is counted."""

import sqlite3

import numpy as np
from numpy.typing import NDArray

from benchmarks.counting_year import BITS, MadeUpYear, recovery
from central.domain.day_bits import BYTES, from_bytes
from central.law.counting import Counts
from central.law.day_planes import Cell
from central.reports.state_counting import Chunk, StateCounter


def columns(bits: sqlite3.Connection) -> tuple[list[Cell], Chunk]:
    """Read the blobs into arrays of a row each."""
    table = bits.execute(BITS).fetchall()
    students, tracks, spans, modalities, enrolled, attended, absent = zip(*table, strict=True)
    named = list(map(Cell, tracks, spans, modalities))
    cells = sorted(set(named))
    index = {cell: number for number, cell in enumerate(cells)}
    earned = bits.execute("SELECT student, earned FROM recovery")
    return cells, Chunk(
        np.array(students, dtype=np.int64),
        np.array([index[cell] for cell in named], dtype=np.int64),
        _table(enrolled),
        _table(attended),
        _table(absent),
        {student: recovery(from_bytes(days)) for student, days in earned},
    )


def counted(cells: list[Cell], chunk: Chunk, year: MadeUpYear) -> Counts:
    """Count what the arrays hold."""
    counter = StateCounter(cells, year.masks)
    counter.add(chunk)
    return counter.counts()


def _table(plane: tuple[bytes, ...]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(plane), np.uint8).reshape(-1, BYTES)
