"""Every line of the page on reports people sign does what the page says, in its order."""

import re
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from central.store.models import ReportSchedule, School
from tests.central.commands.conftest import Central
from tests.fakes import school as schools
from tests.fakes.register import Register
from tests.fakes.signing_certificate import holds, self_signed

pytestmark = pytest.mark.django_db
PAGE = (Path(__file__).parents[3] / "docs/howto/admin-reports.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line)
    for line in re.findall(r"^    rollbook-central --config FILE (.*)$", PAGE, flags=re.MULTILINE)
]
SHARED = "/srv/rollbook-reports"


@pytest.fixture
def office(central: Central) -> Central:
    School.objects.all().delete()
    small = schools.build()
    Register(small).certified(small.algebra, small.ana, schools.taught("A")[:40])
    (central.folder / "shared").mkdir()
    central.config = replace(central.config, report_folders=(str(central.folder / "shared"),))
    central.at = datetime(2025, 6, 30, 20, tzinfo=UTC)
    certificate = self_signed(central.folder / "admin.p12")
    central.file("admin.pass", certificate.passphrase).chmod(0o600)
    return central


def test_every_command_of_the_page_runs_in_the_order_of_the_page(office: Central) -> None:
    assert len(COMMANDS) == 14
    told = ""
    for command in COMMANDS:
        told += office.run(*(here(office, part) for part in command))
        is_made = command[0] == "report" and "--verify" not in command
        assert office.code == (1 if is_made else 0), command
    assert told.count("byte for byte") == 3
    assert holds((office.folder / "signed" / "P-1_2024-25_as-of_2025-06-30.pdf").read_bytes())
    assert "p2 as pdf, daily at 17:30" in told
    assert "monthly as pdf, monthly on day 31 at 18:00" in told
    assert ReportSchedule.objects.count() == 3


def here(office: Central, part: str) -> str:
    """Return a part of a line with the page's own folders and files in place of the reader's."""
    if part == SHARED:
        return str(office.folder / "shared")
    if part == "1" or not re.search(r"^(reports|signed|admin\.)", part):
        first = ReportSchedule.objects.order_by("pk").first()
        return str(first.pk) if part == "1" and first and ReportSchedule.objects.count() == 3 else part
    return str(office.folder / part)
