"""What counting from bits costs: a year against DuckDB, a correction against a recount, and a whole state."""

import argparse
import gc
import os
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

import duckdb

from benchmarks import counting_numpy, counting_state, rows
from benchmarks.counting_sql import COUNTS, counts_of
from benchmarks.counting_year import BITS, SPANS, TRACKS, MadeUpYear, make, recovery, write_bits, write_days
from benchmarks.rows import Row
from central.domain.day_bits import from_bytes, to_bytes
from central.law.counting import Counts, count, recount

STUDENTS = 10_000
ROUNDS = 9
CORRECTIONS = 20_000

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, and seconds of all processors together."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Medians and ratios of one run; `checksum` adds all counts up, and is the same on both sides.

    DuckDB counts on one processor, as counting from bits does, and in parallel on all there are.
    """

    students: int
    student_days: int
    checksum: int
    bits: Cost
    duckdb: Cost
    duckdb_parallel: Cost
    wall_ratio: float
    cpu_ratio: float
    parallel_ratio: float
    numpy_ratio: float
    corrections: int
    correction_s: float
    recount_s: float
    correction_ratio: float
    state: counting_state.Outcome | None


def measure(folder: Path, students: int, rounds: int, state: int) -> Outcome:
    """Count in turns from bits and by DuckDB, correct single days, and count a state in its own process."""
    year = make(students, seed=1)
    write_bits(year, folder / "bits.sqlite")
    student_days = write_days(year, folder / "days.duckdb")
    # What made the year up is no part of either side; a real process does not hold it.
    gc.collect()
    gc.freeze()
    ours, theirs, parallel, arrays, counts = _in_turns(folder, year, rounds)
    corrections, recounts = _correct(year, rounds)
    return Outcome(
        students=students,
        student_days=student_days,
        checksum=sum(counts.values()),
        bits=_median(ours),
        duckdb=_median(theirs),
        duckdb_parallel=_median(parallel),
        wall_ratio=_ratio([cost.wall_s for cost in ours], [cost.wall_s for cost in theirs]),
        cpu_ratio=_ratio([cost.cpu_s for cost in ours], [cost.cpu_s for cost in theirs]),
        parallel_ratio=_ratio([cost.wall_s for cost in ours], [cost.wall_s for cost in parallel]),
        numpy_ratio=_ratio([cost.wall_s for cost in arrays], [cost.wall_s for cost in theirs]),
        corrections=CORRECTIONS,
        correction_s=statistics.median(corrections),
        recount_s=statistics.median(recounts),
        correction_ratio=_ratio(recounts, corrections),
        state=counting_state.measure(folder, state) if state else None,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on the disk asked for, print one line each, leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--state", type=int, default=counting_state.STUDENTS, help="0 leaves the state out")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        outcome = measure(Path(folder), options.students, options.rounds, options.state)
    print(
        f"counting: {outcome.students} students, {outcome.student_days} student-days, from bits in SQLite"
        f" {outcome.wall_ratio:.2f} times DuckDB's time on one processor ({outcome.cpu_ratio:.2f} times"
        f" its processor time; {outcome.parallel_ratio:.2f} times its time on all processors;"
        f" {1000 * outcome.bits.wall_s:.0f} to {1000 * outcome.duckdb.wall_s:.0f} ms, median of"
        f" {options.rounds} turns), the same counts on both sides (sum {outcome.checksum})"
    )
    print(
        f"counting: one correction takes {1e6 * outcome.correction_s:.0f} us of a processor,"
        f" 1/{outcome.correction_ratio:.0f} of counting all anew, in turns with it;"
        f" equal to it in each, after {outcome.corrections}"
    )
    if outcome.state is not None:
        print(outcome.state)
    rows.write(options.json, _rows(outcome), asdict(outcome))
    return 0


def _rows(outcome: Outcome) -> list[Row]:
    found = [
        Row("ADA year of a school's bits : DuckDB on rows, time", outcome.wall_ratio, "<= 0.5"),
        Row("ADA year of a school's bits : DuckDB, processor time", outcome.cpu_ratio, "<= 0.5"),
        Row("ADA year of a school's bits : DuckDB on all processors, time", outcome.parallel_ratio),
        Row("ADA year in memory with NumPy : DuckDB on rows, time", outcome.numpy_ratio, "<= 0.1"),
        Row("a recount : one correction that equals it", outcome.correction_ratio, ">= 500"),
    ]
    if outcome.state is not None:
        found += [
            Row("memory for all students of the state", outcome.state.rss_gib, "<= 1.5", "GiB"),
            Row("processor time for all students of the state", outcome.state.cpu_s, unit="s"),
        ]
    return found


def _in_turns(
    folder: Path, year: MadeUpYear, rounds: int
) -> tuple[list[Cost], list[Cost], list[Cost], list[Cost], Counts]:
    bits, days = sqlite3.connect(folder / "bits.sqlite"), duckdb.connect(str(folder / "days.duckdb"))
    ours: list[Cost] = []
    alone: list[Cost] = []
    parallel: list[Cost] = []
    arrays: list[Cost] = []
    counts, columns = Counts(), counting_numpy.columns(bits)
    for _ in range(rounds):
        cost, counts = _timed(lambda: _from_bits(bits, year))
        ours.append(cost)
        cost, found = _timed(lambda: counting_numpy.counted(*columns, year))
        arrays.append(cost)
        assert counts == found, "Python's integers and NumPy do not count the same"
        for threads, costs in ((1, alone), (os.cpu_count() or 1, parallel)):
            days.execute(f"SET threads = {threads}")
            cost, rows_found = _timed(lambda: days.execute(COUNTS).fetchall())
            costs.append(cost)
            assert counts == counts_of(rows_found, TRACKS, SPANS), "the bits and DuckDB do not count the same"
    bits.close()
    days.close()
    return ours, alone, parallel, arrays, counts


def _from_bits(bits: sqlite3.Connection, year: MadeUpYear) -> Counts:
    """Read the blobs and count them; the calendars' masks are a school's few lines, as they are DuckDB's."""
    rows = bits.execute(BITS).fetchall()
    earned = bits.execute("SELECT student, earned FROM recovery")
    return count(rows, year.masks, {student: recovery(from_bytes(days)) for student, days in earned})


def _correct(year: MadeUpYear, rounds: int) -> tuple[list[float], list[float]]:
    """Turn single days over and keep the counts, in turns with counting all anew: processor seconds of each.

    The first list is of one correction in each turn, the second of one count of all.
    """
    random = Random(2)  # noqa: S311  dice, not secrets
    rows = [[row] for row in year.rows]
    counts = count(year.rows, year.masks)
    times = Counter(row.student for row in year.rows)
    # Who has several rows is corrected in all of them at once, which is another question.
    alone = [which for which, row in enumerate(year.rows) if times[row.student] == 1]
    corrections, recounts = [], []
    for _ in range(rounds):
        changes = [(random.choice(alone), 1 << random.randrange(366)) for _ in range(CORRECTIONS // rounds)]
        began = time.process_time()
        for which, day in changes:
            before = rows[which]
            row = before[0]
            attended = from_bytes(row.attended) ^ day & from_bytes(row.enrolled)
            rows[which] = [
                row._replace(attended=to_bytes(attended), absent=to_bytes(from_bytes(row.absent) & ~day))
            ]
            recount(counts, before, rows[which], year.masks)
        corrections.append((time.process_time() - began) / len(changes))
        flat = [row for held in rows for row in held]
        cost, anew = _timed(partial(count, flat, year.masks))
        recounts.append(cost.cpu_s)
        assert counts == anew, "counts have drifted"
    return corrections, recounts


def _timed(run: Callable[[], _T]) -> tuple[Cost, _T]:
    wall, cpu = time.perf_counter(), _cpu_s()
    result = run()
    return Cost(time.perf_counter() - wall, _cpu_s() - cpu), result


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(statistics.median(c.wall_s for c in costs), statistics.median(c.cpu_s for c in costs))


if __name__ == "__main__":
    sys.exit(main())
