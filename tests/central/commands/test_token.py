"""A token from the command line: its secret goes into a file, and the list never shows it."""

import stat
from datetime import UTC, datetime

import pytest

from central.errors import CentralError
from central.store.models import ApiToken, School
from central.work import tokens
from tests.central.commands.conftest import Central
from tests.fakes import school as schools

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(central: Central) -> Central:
    School.objects.all().delete()
    schools.give_login(schools.build().admin)
    central.at = datetime(2025, 6, 30, 20, tzinfo=UTC)
    return central


def make(office: Central, *more: str) -> str:
    asked = ("--as", "E007", "--name", "state upload", "--scope", "reports", "--until", "2025-12-31")
    return office.run("token", "make", *asked, "--out", office.folder / "secret", *more)


def test_a_token_is_made_listed_and_revoked(office: Central) -> None:
    told = make(office, "--scope", "gaps")
    path = office.folder / "secret"
    secret = path.read_text().strip()
    assert "reads gaps, reports until 2025-12-31" in told
    assert secret not in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = tokens.find(secret, office.at)
    # The day ends at the school's midnight.
    assert found.expires_at == datetime(2026, 1, 1, 8, tzinfo=UTC)
    assert "in use    until 2026-01-01  used 2025-06-30  state upload (gaps, reports)" in office.run(
        "token", "list"
    )
    office.run("token", "revoke", str(found.pk), "--as", "E007", "--reason", "no longer needed")
    assert "revoked" in office.run("token", "list", "--of", "E007")
    assert office.run("token", "list", "--of", "E006") == ""


def test_a_secret_is_never_written_over_another_file(office: Central) -> None:
    (office.folder / "secret").write_text("mine")
    with pytest.raises(CentralError, match="is there already"):
        make(office)
    assert not ApiToken.objects.exists()
    with pytest.raises(CentralError, match="there is no token 7"):
        office.run("token", "revoke", "7", "--as", "E007", "--reason", "x")
