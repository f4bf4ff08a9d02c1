"""What it takes to bring evidence into the records, and to find the time of each entry, for each of them."""

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import django_school, rows
from benchmarks.processes import own_cpu_s
from benchmarks.rows import Row
from central.timeline.facts import BeaconFact, Stamped
from central.timeline.resolve import resolve

if TYPE_CHECKING:
    from tests.fakes.evidence_file import SentBatch

ENTRIES: Final = 100_000
ROUNDS: Final = 3
STATIONS: Final = 20
TAPS: Final = 40
"""Of one class, between two exchanges."""
_BOOT_ENTRIES: Final = 2_000
_BEACON_EVERY: Final = 25
_MS: Final = 1_000
_BEGAN_MS: Final = 1_789_000_000_000


def resolving(entries: int, rounds: int) -> Row:
    """Find the times of one journal, against one plain loop over the same entries."""
    stamped = [
        Stamped(n // _BOOT_ENTRIES, _MS * (n % _BOOT_ENTRIES + 1), _BEGAN_MS + _MS * n, 1, 500)
        for n in range(entries)
    ]
    facts = [
        BeaconFact(n, stamped[n].raw_ms - 40, stamped[n].raw_ms, stamped[n].wall_ms, stamped[n].wall_ms, 20)
        for n in range(0, entries, _BEACON_EVERY)
    ]

    def loop() -> int:
        total = 0
        for entry in stamped:
            total += entry.raw_ms + entry.wall_ms
        return total

    pairs = [(own_cpu_s(lambda: resolve(stamped, facts)), own_cpu_s(loop)) for _ in range(rounds)]
    each_us = statistics.median(1e6 * ours / entries for ours, _ in pairs)
    print(f"projecting: the time of an entry is found in {each_us:.1f} us of a processor")
    return Row("finding each entry's time : a loop over them", statistics.median(a / b for a, b in pairs))


def projecting(folder: Path, entries: int) -> Row:
    """Project real batches of a school's stations, against writing the same rows and nothing else."""
    evidence_path = django_school.set_up(folder)
    from django.db import connection

    from benchmarks import pages_school
    from central.store import founding
    from central.store.evidence import Evidence
    from central.store.models import Tap
    from central.work.project import project
    from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile

    founding.found()
    pages_school.people(STATIONS, STATIONS, folder / "contacts.sqlite")
    evidence = EvidenceFile(evidence_path.parent)
    evidence.receive(*_batches(entries))
    reader = Evidence(evidence.path)
    began = time.process_time()
    done = project(reader, SERVER_KEY.verify_key)
    took_s = time.process_time() - began
    assert done.taps == entries, done
    with connection.cursor() as cursor:
        written = cursor.execute(f'SELECT * FROM "{Tap._meta.db_table}"').fetchall()  # noqa: S608, SLF001  our own table, by Django's public name
    bare_s = _bare(folder / "bare.sqlite", written)
    print(
        f"projecting: a tap is brought into the records in {1e6 * took_s / entries:.0f} us of a processor,"
        f" {1e6 * bare_s / entries:.1f} of which writing the same row alone takes"
    )
    return Row("projecting a tap : writing its row", took_s / bare_s, "<= 3")


def _batches(entries: int) -> "Iterator[SentBatch]":
    from benchmarks import pages_school
    from tests.fakes.evidence_file import JournallingStation

    dice = random.Random(1)  # noqa: S311  made-up taps
    bell = datetime.combine(pages_school.FIRST, datetime.min.time(), UTC) + timedelta(hours=15)
    stations = [JournallingStation(f"st-r{n:03d}", bell) for n in range(STATIONS)]
    left, day = entries, timedelta()
    while left:
        for station in stations:
            count = min(TAPS, left)
            for number in range(count):
                station.tap(bell + day + timedelta(seconds=60 + 2 * number), dice.randbytes(16))
            yield station.exchange(bell + day + timedelta(minutes=5))
            left -= count
            if not left:
                break
        day += timedelta(days=1)


def _bare(path: Path, written: Sequence[Sequence[object]]) -> float:
    """Return the processor time of writing rows into a table without an index."""
    columns = len(written[0])
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        plain.execute("PRAGMA journal_mode = WAL")
        plain.execute(f"CREATE TABLE tap ({', '.join(f'c{n}' for n in range(columns))})")
        began = time.process_time()
        plain.execute("BEGIN")
        plain.executemany(f"INSERT INTO tap VALUES ({', '.join('?' * columns)})", written)  # noqa: S608  names of columns are ours
        plain.execute("COMMIT")
        return time.process_time() - began


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on the disk asked for, print lines, leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--taps", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found = [resolving(options.entries, options.rounds), projecting(Path(folder), options.taps)]
    rows.write(options.json, found, {})
    print(rows.table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
