"""IT signs in at its desk and has central enlist, replace and retire; nobody else may."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache

from central.store.models import EnrolmentToken, Room, Station
from central.work import enrolment_file
from provisioning.cli import main
from tests.fakes import school as schools
from tests.fakes.provisioning import WIRED, write_csv
from tests.fakes.school import TOTP_SECRET, SmallSchool

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse battery"  # noqa: S105  made up
KEYS = {"school": "34000000123456", "server_ack": "a1" * 32, "server_config": "c2" * 32, "key_id": "k1"}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    cache.clear()
    monkeypatch.setattr(enrolment_file, "school_and_keys", lambda _config: KEYS)
    return schools.build()


def sits_down(role: str, small: SmallSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the environment name somebody, with a code nobody has used."""
    user = small.staff[role].user or schools.give_login(small.staff[role])
    cache.clear()
    code = auth.format_hotp_value(auth.hotp_value(TOTP_SECRET, int(time.time()) // 30))
    for name, value in (("USER", user.username), ("PASSWORD", PASSWORD), ("CODE", str(code))):
        monkeypatch.setenv(f"ROLLBOOK_{name}", value)


def test_it_enlists_a_list_and_only_with_the_right_code(
    live_server: "LiveServer",
    small: SmallSchool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Room.objects.create(school=small.school, name="R301")
    rooms = write_csv(tmp_path / "rooms.csv", [{**WIRED, "station": "st-r301", "room": "R301"}])
    out = tmp_path / "enrolment.json"
    command = ["enlist", str(rooms), "--server", live_server.url, "--out", str(out)]
    sits_down("it", small, monkeypatch)
    monkeypatch.setenv("ROLLBOOK_CODE", "000000")
    assert main(command) == 69
    assert "one-time code" in capsys.readouterr().err
    sits_down("it", small, monkeypatch)
    assert main(command) == 0, capsys.readouterr().err
    assert out.stat().st_mode & 0o777 == 0o600
    token = json.loads(out.read_text())["tokens"]["st-r301"]["token"]
    assert token not in capsys.readouterr().out
    row = EnrolmentToken.objects.get()
    assert (row.station_code, row.made_by) == ("st-r301", small.staff["it"].number)
    assert main(command) == 78
    assert "there already" in capsys.readouterr().err


def test_a_teacher_may_not_and_is_told_who_may(
    live_server: "LiveServer",
    small: SmallSchool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sits_down("teacher", small, monkeypatch)
    station = small.station_101.code
    assert main(["retire", station, "--reason", "gone", "--server", live_server.url]) == 69
    assert "ask" in capsys.readouterr().err
    assert Station.objects.get(code=station).retired_at is None


def test_passwords_are_sent_by_tls_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retire", "st-r101", "--reason", "gone", "--server", "http://central.school.lan"]) == 69
    assert "https" in capsys.readouterr().err
