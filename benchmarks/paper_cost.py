"""Take a long file of paper sheets in at a made-up school, in a process that does nothing else."""

import csv
import io
import json
import os
import resource
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from central.store.models import Section, Staff

_HEADINGS = ("Student_Number", "Last", "First", "Date", "Time In", "Time Out", "Teacher Initials")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file took, and what writing as many rows and nothing else took."""

    lines: int
    records: int
    took_s: float
    reading_s: float
    ratio: float
    most_mib: float
    told: int

    def text(self) -> str:
        """Return it as another process reads it."""
        return json.dumps(asdict(self), indent=1)


def read(text: str) -> Outcome:
    """Return an outcome another process wrote."""
    return Outcome(**json.loads(text))


def measure(folder: Path, kind: str, lines: int, students: int, stations: int) -> Outcome:
    """Make the school and its file up, take the file in, and write the same rows bare."""
    (folder / "central.toml").write_text(f'data_dir = "{folder}"\n', encoding="utf-8")
    os.environ["DJANGO_SETTINGS_MODULE"] = "central.settings"
    from central import config

    os.environ[config.ENVIRONMENT] = str(folder / "central.toml")
    import django
    from django.conf import settings

    django.setup()
    from benchmarks import pages_school
    from central.exchange.named_file import NamedFile
    from central.store import founding
    from central.store.models import Staff
    from central.work import keys
    from central.work.paper_import import accept
    from central.work.paper_preview import Wish

    keys.make(settings.CONFIG.keys, secrets.token_bytes)
    founding.found()
    sections = pages_school.people(students, stations, settings.CONFIG.evidence)
    clerk = Staff.objects.create(
        school=sections[0].school, number="E-clerk", family_name="Clerk", given_name="Robin", role="clerk"
    )
    _note_an_outage(clerk)
    data = _file(kind, list(_rows(lines, students)))
    now = datetime.combine(pages_school.school_days()[-1], datetime.min.time(), UTC) + timedelta(days=1)
    told: list[tuple[str, float]] = []
    began = time.perf_counter()

    def progress(what: str, _done: int, _of: int) -> None:
        told.append((what, time.perf_counter() - began))

    taken = accept(Wish(NamedFile(f"sheets.{kind}", data)), clerk, now, progress=progress)
    took_s = time.perf_counter() - began
    assert taken.records == lines, "every line makes a record"
    most_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Outcome(
        lines=lines,
        records=taken.records,
        took_s=took_s,
        reading_s=next(at for what, at in told if what == "judging"),
        ratio=took_s / _bare(sections),
        most_mib=most_mib,
        told=len(told),
    )


def _note_an_outage(clerk: "Staff") -> None:
    """Say why there is so much paper; without it the evidence of each room and day is read."""
    from benchmarks import pages_school
    from central.store.models import Outage

    days = pages_school.school_days()
    since_at, until_at = (datetime.combine(on, datetime.min.time(), UTC) for on in (days[0], days[-1]))
    Outage.objects.create(
        school=clerk.school,
        scope=Outage.Scope.SCHOOL,
        since_at=since_at,
        until_at=until_at + timedelta(days=1),
        cause=Outage.Cause.POWER,
        says="no power",
        by=clerk,
        at=until_at,
    )


def _rows(lines: int, students: int) -> Iterator[Sequence[str]]:
    """Return what a spreadsheet saved: dates as people write them, leading zeros lost."""
    from benchmarks import pages_school

    days = pages_school.school_days()
    for n in range(lines):
        student, on = n % students, days[n // students]
        yield (
            str(student),
            f"Soto{student % 997}",
            f"Ana{student}",
            f"{on.month}/{on.day}/{on.year}",
            "8:31",
            "10:00",
            "AB",
        )


def _file(kind: str, rows: Sequence[Sequence[str]]) -> bytes:
    if kind == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows([_HEADINGS, *rows])
        return text.getvalue().encode("cp1252")
    import xlsxwriter

    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheets")
        sheet.write_row(0, 0, _HEADINGS)
        for at, row in enumerate(rows, start=1):
            sheet.write_number(at, 0, float(row[0]))
            sheet.write_row(at, 1, row[1:])
    return data.getvalue()


def _bare(sections: "Sequence[Section]") -> float:
    """Return how long the same records, decisions, lines and rulings take with nothing read or judged."""
    from django.db import transaction

    from central.store.models import AttendanceRecord, Decision, PaperLine, PaperRuling

    models = (AttendanceRecord, Decision, PaperLine, PaperRuling)
    rows = [(model, list(model._default_manager.values())) for model in models]  # noqa: SLF001  Django's public name
    school = sections[0].school
    with transaction.atomic():
        for model, _ in reversed(rows):
            model._default_manager.all()._raw_delete("default")  # noqa: SLF001  history is kept from being deleted
        assert not AttendanceRecord.objects.filter(school=school).exists()
        began = time.perf_counter()
        for model, values in rows:
            model._default_manager.bulk_create(  # noqa: SLF001  Django's public name
                [model(**value) for value in values], batch_size=_AT_ONCE
            )
    return time.perf_counter() - began


if __name__ == "__main__":
    folder, kind, *numbers = sys.argv[1:]
    sys.stdout.write(measure(Path(folder), kind, *map(int, numbers)).text())
