"""Ask for the pages of a made-up school in turns with a blank one, in a process that does nothing else."""

import json
import os
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

if TYPE_CHECKING:
    from central.store.models import Staff

_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page took: processor seconds and queries, and its processor time against a blank page's."""

    cpu_s: float
    queries: int
    ratio: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the two pages took on a school of so many records."""

    students: int
    stations: int
    records: int
    made_in_s: float
    blank_s: float
    inbox: Cost
    today: Cost

    def text(self) -> str:
        """Return it as another process reads it."""
        return json.dumps(asdict(self), indent=1)


def read(text: str) -> Outcome:
    """Return an outcome another process wrote."""
    said = json.loads(text)
    return Outcome(**{**said, "inbox": Cost(**said["inbox"]), "today": Cost(**said["today"])})


def measure(folder: Path, students: int, stations: int, rounds: int) -> Outcome:
    """Make the school up in a folder and look at its pages."""
    (folder / "central.toml").write_text(f'data_dir = "{folder}"\n', encoding="utf-8")
    os.environ["DJANGO_SETTINGS_MODULE"] = "central.settings"
    from central import config

    os.environ[config.ENVIRONMENT] = str(folder / "central.toml")
    import django
    from django.conf import settings

    settings.ROOT_URLCONF = "benchmarks.pages_urls"
    django.setup()
    settings.ALLOWED_HOSTS = ["testserver"]
    from benchmarks import pages_school
    from central.web import clock

    began = time.perf_counter()
    school = pages_school.make(students, stations, settings.CONFIG.evidence)
    made_in_s = time.perf_counter() - began
    after_class = datetime.combine(school.on, datetime.min.time(), UTC).replace(hour=18)
    with patch.object(clock, "now", lambda: after_class):
        looks = {
            "inbox": (school.teacher, f"/class/{school.section.code}/{school.on}/"),
            "today": (school.leader, f"/today/?on={school.on}"),
        }
        costs = {name: _cost(*look, rounds) for name, look in looks.items()}
    return Outcome(
        students=students,
        stations=stations,
        records=school.records,
        made_in_s=made_in_s,
        blank_s=statistics.median(blank for _, blank in costs.values()),
        inbox=costs["inbox"][0],
        today=costs["today"][0],
    )


def _cost(staff: "Staff", address: str, rounds: int) -> tuple[Cost, float]:
    """Return what a page costs somebody, and what a blank one costs them."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    assert staff.user is not None, "they were given a login"
    client.force_login(staff.user)

    def cpu_s(asked: str) -> float:
        began = time.process_time()
        answer = client.get(asked)
        took = time.process_time() - began
        assert answer.status_code == 200, (asked, answer.status_code)  # noqa: PLR2004  HTTP's own number
        return took

    for _ in range(_WARM_UP):
        cpu_s(address), cpu_s("/blank/")
    pairs = [(cpu_s(address), cpu_s("/blank/")) for _ in range(rounds)]
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    queries = [each for each in asked if each["sql"].split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}]
    page, blank = (statistics.median(costs) for costs in zip(*pairs, strict=True))
    return Cost(page, len(queries), statistics.median(one / other for one, other in pairs)), blank


if __name__ == "__main__":
    sys.stdout.write(measure(Path(sys.argv[1]), *map(int, sys.argv[2:])).text())
