"""A report fetched from another machine is the one that machine writes itself, or the refusal says why."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from central.config import ENVIRONMENT
from central.errors import CentralError, RefusedError, UnavailableError
from central.reports.kinds import FORMS
from central.serving.other_server import OtherServer
from central.store.models import ApiToken, School, Staff
from central.web import clock
from central.work import tokens
from tests.central.commands.conftest import Central
from tests.fakes import school as schools
from tests.fakes.register import Register

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

SUMMER = datetime(2025, 6, 30, 20, tzinfo=UTC)
P1 = ("p1", "--year", schools.YEAR, "--as-of", "2025-06-30")


def secret_file(central: Central, name: str, *scopes: str) -> Path:
    """Make a token of the administrator's and return where its secret is."""
    asked = [part for scope in scopes for part in ("--scope", scope)]
    path = central.folder / name
    central.run(
        "token", "make", "--as", "E007", "--name", name, *asked, "--until", "2025-12-31", "--out", path
    )
    return path


@pytest.mark.django_db(transaction=True)
@pytest.mark.journey
def test_every_kind_and_form_is_the_same_from_elsewhere_byte_for_byte(
    live_server: "LiveServer", central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    School.objects.all().delete()
    small = schools.build()
    schools.give_login(small.admin)
    Register(small).certified(small.algebra, small.ana, schools.taught("A")[:40])
    central.at = SUMMER
    monkeypatch.setattr(clock, "now", lambda: SUMMER)
    path = secret_file(central, "secret", "reports")
    there = ("--server", live_server.url, "--token-file", path)
    for number, kind in enumerate(("p1", "p2", "annual", "monthly", "minutes", "chronic")):
        asked = (kind, *P1[1:], "--format", FORMS[number % len(FORMS)])
        here_out, there_out = central.folder / f"here-{kind}", central.folder / f"there-{kind}"
        central.run("report", *asked, "--out", here_out)
        code = central.code
        central.run("report", *asked, *there, "--out", there_out)
        assert central.code == code
        here = {file.name: file.read_bytes() for file in here_out.iterdir()}
        assert {file.name: file.read_bytes() for file in there_out.iterdir()} == here
        assert len(here) >= 1
    assert central.run("report", *P1, *there) == central.run("report", *P1)
    _refusals(live_server.url, central)


def _refusals(url: str, central: Central) -> None:
    """Try tokens that open nothing; each says why."""
    there = ("--server", url, "--token-file")
    with pytest.raises(RefusedError, match="lacks the scope reports"):
        central.run("report", *P1, *there, secret_file(central, "gaps", "gaps"))
    late = secret_file(central, "late", "reports")
    ApiToken.objects.filter(name="late").update(expires_at=SUMMER - timedelta(days=1))
    with pytest.raises(RefusedError, match="expired on 2025-06-29; make a new one"):
        central.run("report", *P1, *there, late)
    gone = secret_file(central, "gone", "reports")
    admin = Staff.objects.get(number="E007")
    tokens.revoke(ApiToken.objects.get(name="gone"), admin, "lost", SUMMER)
    with pytest.raises(RefusedError, match="was revoked on 2025-06-30; make a new one"):
        central.run("report", *P1, *there, gone)
    with pytest.raises(RefusedError, match="refuses: 2024-25 is before 2025-07-01, when attendance recovery"):
        central.run("report", "recovery", *P1[1:], *there, central.folder / "secret")
    with pytest.raises(RefusedError, match="there is no such school year"):
        central.run("report", "p1", "--year", "1999-00", *there, central.folder / "secret")


def test_a_token_travels_over_tls_alone() -> None:
    for url in (
        "http://rollbook.school.example",
        "ftp://127.0.0.1",
        "rollbook",
        "https://",
        "https://x/?a=b",
    ):
        with pytest.raises(CentralError, match="a token travels by TLS"):
            OtherServer(url, "rb_x")
    assert "rb_x" not in repr(OtherServer("https://rollbook.school.example", "rb_x"))


def test_a_server_that_is_not_there_is_said_to_be_unreachable() -> None:
    with pytest.raises(UnavailableError, match="cannot be asked"):
        OtherServer("http://127.0.0.1:9", "rb_x").ask(("reports",))


@pytest.mark.journey
def test_a_machine_without_records_or_configuration_asks_too(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("rb_x\n")
    path.chmod(0o600)
    asked = ("report", *P1, "--server", "http://127.0.0.1:9", "--token-file", path)
    command = [sys.executable, "-m", "central.cli", *map(str, asked)]
    environ = {name: value for name, value in os.environ.items() if name != ENVIRONMENT}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environ)
    assert (ran.returncode, ran.stdout) == (69, "")
    assert "cannot be asked" in ran.stderr


@pytest.mark.django_db
def test_options_that_do_not_go_with_another_server_are_refused(central: Central) -> None:
    path = central.file("secret", "rb_x")
    for more, says in (
        (("--server", "https://x.example"), "go together"),
        (("--token-file", path), "go together"),
        (("--server", "https://x.example", "--token-file", path, "--editions"), "leave out --server"),
        (("--server", "https://x.example", "--token-file", path), "others may read this secret"),
    ):
        with pytest.raises(CentralError, match=says):
            central.run("report", *P1, *more)
