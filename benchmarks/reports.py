"""What each kind of report costs on a school's year, against reading the year's records once."""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import django_school, rows
from benchmarks.processes import own_cpu_s
from benchmarks.rows import Row

STUDENTS: Final = 1_000
STATIONS: Final = 25
ROUNDS: Final = 3
FORMS: Final = ("text", "pdf")


def measure(folder: Path, students: int, rounds: int) -> list[Row]:
    """Make the school up, then make each kind of report and write it, in turns with the bare reading."""
    django_school.set_up(folder)
    from django.conf import settings

    from benchmarks import pages_school
    from central.errors import CentralError
    from central.reports.files import written
    from central.reports.kinds import kinds
    from central.store.models import AttendanceRecord, SchoolYear

    school = pages_school.make(students, STATIONS, settings.CONFIG.evidence)
    year, now = (
        SchoolYear.objects.get(),
        datetime.combine(school.on, datetime.min.time(), UTC) + timedelta(days=1),
    )
    records = AttendanceRecord.objects.values_list("student", "on", "mark", "stage")
    found = []
    for word, kind in kinds().items():
        try:
            report = kind.make(year, school.on, now)
        except CentralError as error:
            # Some are about later years or about what this school does not do.
            print(f"reports: {word} is left out: {error}")
            continue
        pairs = [
            (own_cpu_s(partial(kind.make, year, school.on, now)), own_cpu_s(lambda: list(records.all())))
            for _ in range(rounds)
        ]
        ratio = statistics.median(ours / bare for ours, bare in pairs)
        found.append(Row(f"computing {word} : reading the year's records", ratio))
        for form in FORMS:
            write = partial(written, report, (kind, year, school.on), form, now)
            took_s = statistics.median(own_cpu_s(write) for _ in range(rounds))
            found.append(Row(f"writing {word} as {form}", 1000 * took_s, unit="ms"))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on the disk asked for, print lines for each kind, leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found = measure(Path(folder), options.students, options.rounds)
    rows.write(options.json, found, {})
    print(rows.table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
