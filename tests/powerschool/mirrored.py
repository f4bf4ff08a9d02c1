"""A pretended PowerSchool that knows the school of a test: its students, classes, periods and days."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from central.config import PowerSchoolConfig
from central.exchange.powerschool.http_line import HttpLine
from central.exchange.powerschool.session import Patience, PowerSchool
from central.store.models import CalendarDay, Placement, Section, Student
from station.settings import Secret
from tests.powerschool.faults import Faults
from tests.powerschool.server import CLIENT_ID, SECRET, Pretended, serving
from tests.powerschool.tables import Tables

SCHOOL_THERE, YEAR_ID = "12", "34"
READ_S = 0.4


def tables() -> Tables:
    """Return what a PowerSchool that was set up by the same timetable holds."""
    found = Tables(SCHOOL_THERE, YEAR_ID, codes={"P": "501", "A": "502", "T": "503"}, periods={"": "77"})
    for student in Student.objects.order_by("pk"):
        found.students[student.number] = str(3_000 + student.pk)
    for row in Placement.objects.select_related("student", "section").order_by("pk"):
        key = (found.students[row.student.number], row.section.code)
        found.enrollments[key] = str(7_000 + row.pk)
    days = sorted(set(CalendarDay.objects.filter(is_taught=True).values_list("on", flat=True)))
    found.days = {on.isoformat(): str(1_000 + number) for number, on in enumerate(days)}
    for section in Section.objects.exclude(periods=""):
        found.periods.setdefault(section.periods, str(80 + len(found.periods)))
    return found


def config(url: str, folder: Path, **said: Any) -> PowerSchoolConfig:  # noqa: ANN401  each field by its name
    """Return the configuration of a rehearsal, its secret in a file nobody else reads."""
    file = folder / "powerschool.secret"
    file.write_text(SECRET, encoding="ascii")
    file.chmod(0o600)
    told = {"school": SCHOOL_THERE, "plain_http": True, **said}
    return PowerSchoolConfig(url, CLIENT_ID, Secret(file), **told)


@contextmanager
def mirrored(faults: Faults | None = None) -> Iterator[Pretended]:
    """Serve a PowerSchool that mirrors the school in the records."""
    with serving(tables(), faults) as found:
        yield found


def client(config: PowerSchoolConfig, rests: list[float] | None = None) -> PowerSchool:
    """Return the real client, which notes how long it would rest instead of resting."""
    line = HttpLine(config.url, config.ca_file, read_s=READ_S)
    noted = rests if rests is not None else []
    return PowerSchool(line, config.client_id, config.client_secret.text, Patience(noted.append, lambda: 0.5))
