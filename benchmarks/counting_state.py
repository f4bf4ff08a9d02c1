"""How long, and in how much memory, NumPy counts the bitmaps of every pupil of the state."""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.counting_year import MadeUpYear, make, recovery
from central.domain.day_bits import BYTES
from central.law.counting import Counts, count
from central.law.day_planes import Cell
from central.reports.state_counting import Chunk, StateCounter

STUDENTS = 5_800_000
_MADE_UP = 58_000
"""So many students are made up, and the state is as many copies of them as it takes."""
_PLANES = ("enrolled", "attended", "absent")
_KIB_A_GIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What counting the state took, reading its files included; `rss_gib` is the most it ever held."""

    students: int
    wall_s: float
    cpu_s: float
    rss_gib: float
    checksum: int

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"counting: {self.students} students of a state with NumPy take {self.cpu_s:.1f} s of a processor"
            f" ({self.wall_s:.1f} s) and at most {self.rss_gib:.2f} GiB (sum {self.checksum})"
        )


def measure(folder: Path, students: int) -> Outcome:
    """Write the planes of a state, count them in a process of its own, and prove the counts."""
    made_up = min(students, _MADE_UP)
    copies = students // made_up
    year = make(made_up, seed=3)
    _write(year, folder, copies)
    expected = count(
        year.rows, year.masks, {student: recovery(days) for student, days in year.earned.items()}
    )
    command = [sys.executable, "-m", "benchmarks.counting_state", str(folder), str(made_up), str(copies)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    outcome = Outcome(**json.loads(done.stdout))
    assert outcome.checksum == copies * sum(expected.values()), "the state is not the sum of its students"
    return outcome


def main(arguments: Sequence[str] | None = None) -> int:
    """Count the planes in a folder and print what it took as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("made_up", type=int)
    parser.add_argument("copies", type=int)
    options = parser.parse_args(arguments)
    # Making the calendars up is no part of counting; whose bits these are is in the files.
    masks = make(1, seed=3).masks
    cells = json.loads((options.folder / "cells.json").read_text(encoding="utf-8"))
    began, used = time.perf_counter(), time.process_time()
    counter = StateCounter([Cell(*cell) for cell in cells], masks)
    for chunk in _chunks(options.folder):
        counter.add(chunk)
    counts: Counts = counter.counts()
    outcome = Outcome(
        students=options.made_up * options.copies,
        wall_s=time.perf_counter() - began,
        cpu_s=time.process_time() - used,
        rss_gib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_A_GIB,
        checksum=sum(counts.values()),
    )
    print(json.dumps(asdict(outcome)))
    return 0


def _write(year: MadeUpYear, folder: Path, copies: int) -> None:
    """Write each plane as one file of 46 bytes a row, and beside them whose they are and what they earned."""
    cells = sorted({row.cell for row in year.rows})
    (folder / "cells.json").write_text(json.dumps(cells), encoding="utf-8")
    index = {cell: number for number, cell in enumerate(cells)}
    of_rows = np.array([index[row.cell] for row in year.rows], dtype=np.int64)
    students = np.array([int(row.student) for row in year.rows], dtype=np.int64)
    holders = np.array([int(student) for student in year.earned], dtype=np.int64)
    earned = np.frombuffer(
        b"".join(days.to_bytes(BYTES, "little") for days in year.earned.values()), np.uint8
    )
    names = (*_PLANES, "cells", "students", "holders", "earned")
    files = {name: (folder / f"{name}.bin").open("wb") for name in names}
    planes = {name: b"".join(getattr(row, name) for row in year.rows) for name in _PLANES}
    for copy in range(copies):
        for name in _PLANES:
            files[name].write(planes[name])
        files["cells"].write(of_rows.tobytes())
        files["students"].write((students + copy * STUDENTS).tobytes())
        files["holders"].write((holders + copy * STUDENTS).tobytes())
        files["earned"].write(earned.tobytes())
    for file in files.values():
        file.close()
    (folder / "sizes.json").write_text(json.dumps([len(year.rows), len(holders), copies]), encoding="utf-8")


def _chunks(folder: Path) -> Iterator[Chunk]:
    """Read the files piece by piece, a whole copy at a time, so that no student is cut in two."""
    rows, holders, copies = json.loads((folder / "sizes.json").read_text(encoding="utf-8"))

    def table(name: str, number: int, copy: int) -> NDArray[np.uint8]:
        found = np.fromfile(folder / f"{name}.bin", np.uint8, number * BYTES, offset=copy * number * BYTES)
        return found.reshape(number, BYTES)

    def column(name: str, number: int, copy: int) -> NDArray[np.int64]:
        return np.fromfile(folder / f"{name}.bin", np.int64, number, offset=copy * number * 8)

    for copy in range(copies):
        earned = table("earned", holders, copy)
        yield Chunk(
            column("students", rows, copy),
            column("cells", rows, copy),
            table("enrolled", rows, copy),
            table("attended", rows, copy),
            table("absent", rows, copy),
            {
                student: recovery(int.from_bytes(days.tobytes(), "little"))
                for student, days in zip(column("holders", holders, copy).tolist(), earned, strict=True)
            },
        )


if __name__ == "__main__":
    sys.exit(main())
