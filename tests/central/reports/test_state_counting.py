"""Counting a state's students many at once is counting each of them."""

from collections.abc import Mapping
from random import Random

import numpy as np
import pytest

from central.domain.day_bits import BYTES
from central.law.counting import Measure, Recovery, count
from central.law.day_planes import StudentRow
from central.reports.state_counting import Bytes, Chunk, StateCounter
from tests.fakes.random_years import RandomYear, random_year

YEAR = random_year(3, students=60)
NEVER_CAME = StudentRow("60", *YEAR.rows[0].cell, YEAR.rows[0].enrolled, bytes(BYTES), bytes(BYTES))
NEVER_ENROLLED = StudentRow("61", *YEAR.rows[0].cell, bytes(BYTES), bytes(BYTES), bytes(BYTES))
ROWS = [row._replace(student=row.student.removeprefix("S")) for row in YEAR.rows] + [
    NEVER_CAME,
    NEVER_ENROLLED,
]


def accounts(seed: int) -> dict[int, Recovery]:
    random = Random(seed)  # noqa: S311  dice, not secrets
    return {
        student: Recovery(random.getrandbits(365), random.choice([0, 2, 10]), random.getrandbits(365))
        for student in range(0, 60, 3)
    }


def plane(rows: list[StudentRow], name: str) -> Bytes:
    return np.frombuffer(b"".join(bytes(getattr(row, name)) for row in rows), dtype=np.uint8).reshape(
        -1, BYTES
    )


def chunk(rows: list[StudentRow], recovery: Mapping[int, Recovery], year: RandomYear = YEAR) -> Chunk:
    cells = sorted({row.cell for row in year.rows})
    return Chunk(
        np.array([int(row.student) for row in rows], dtype=np.int64),
        np.array([cells.index(row.cell) for row in rows], dtype=np.int64),
        plane(rows, "enrolled"),
        plane(rows, "attended"),
        plane(rows, "absent"),
        recovery,
    )


@pytest.mark.parametrize("students_at_once", [1, 7, 100])
def test_chunks_of_any_size_are_counted_as_one_by_one(students_at_once: int) -> None:
    recovery = accounts(9)
    counter = StateCounter(sorted({row.cell for row in YEAR.rows}), YEAR.masks)
    students = sorted({int(row.student) for row in ROWS})
    for start in range(0, len(students), students_at_once):
        some = students[start : start + students_at_once]
        rows = [row for student in some for row in ROWS if int(row.student) == student]
        counter.add(chunk(rows, {student: recovery[student] for student in some if student in recovery}))
    by_name = {str(student): account for student, account in recovery.items()}
    expected = count(ROWS, YEAR.masks, by_name)
    assert counter.counts() == expected
    assert {measure for _, measure, _ in expected} == set(Measure)


def test_most_students_are_counted_many_at_once_and_some_are_not() -> None:
    alone = [row for row in ROWS if sum(row.student == other.student for other in ROWS) == 1]
    assert 20 < len(alone) < len(ROWS)
    counter = StateCounter(sorted({row.cell for row in YEAR.rows}), YEAR.masks)
    counter.add(chunk(alone, {}))
    assert counter.counts() == count(alone, YEAR.masks)
