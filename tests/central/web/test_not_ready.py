"""What a page says when the installation lacks something, and when the program itself is at fault."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from central.config import CentralConfig
from central.web import api, clock
from central.web.views import gaps
from central.work.keys import ACK
from tests.fakes import school as schools
from tests.fakes import untimed
from tests.fakes.school import MONDAY
from tests.fakes.untimed import EVENING, UntimedRoom

pytestmark = pytest.mark.django_db
LOST = f"{ACK}.pub cannot be read"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UntimedRoom:
    """Build a room whose server has lost the key its receipts are checked with."""
    monkeypatch.setattr(settings, "CONFIG", CentralConfig(data_dir=str(tmp_path)))
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return untimed.build(tmp_path)


def reader(room: UntimedRoom, who: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(schools.give_login(room.small.staff[who]))
    return client


def ask(client: Client, language: str = "en") -> tuple[int, str]:
    answer = client.get(f"/gaps/?on={MONDAY}", headers={"Accept-Language": language})
    return answer.status_code, answer.content.decode()


def test_a_lost_key_is_named_to_it_and_to_administrators(room: UntimedRoom) -> None:
    status, page = ask(reader(room, "admin"))
    assert status == 503
    assert LOST in page
    assert "restore it from a backup" in page


def test_everybody_else_hears_whom_to_tell(room: UntimedRoom, caplog: pytest.LogCaptureFixture) -> None:
    clerk = reader(room, "clerk")
    status, page = ask(clerk)
    assert status == 503
    assert LOST not in page
    assert "Tell IT" in page
    said = [line.getMessage() for line in caplog.records if line.name == "central.web.not_ready"]
    assert len(said) == 1
    assert said[0].startswith("page.unanswered page=gaps why=")
    assert LOST in said[0]
    assert "Al servidor le falta algo" in ask(clerk, "es")[1]


def test_a_program_that_asks_hears_the_same(room: UntimedRoom, caplog: pytest.LogCaptureFixture) -> None:
    answer = reader(room, "admin").get(f"/api/v1/gaps?on={MONDAY}")
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/unavailable")
    assert LOST in answer.json()["detail"]
    said = [line.getMessage() for line in caplog.records if line.name == "central.web.not_ready"]
    assert [line.partition(" why=")[0] for line in said] == ["page.unanswered page=staff-api:gaps"]


def test_a_program_is_told_of_it_with_every_operation(room: UntimedRoom) -> None:
    described = reader(room, "admin").get(f"/{api.AT}openapi.json").json()
    operations = [each for way in described["paths"].values() for each in way.values()]
    assert len(operations) == len(api.OPERATIONS)
    assert all("503" in each["responses"] for each in operations)


def test_a_fault_of_the_program_is_a_page_too(room: UntimedRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        msg = "a secret of the program"
        raise ValueError(msg)

    monkeypatch.setattr(gaps, "Sources", broken)
    status, page = ask(reader(room, "clerk"))
    assert status == 500
    assert "This went wrong" in page
    assert "a secret" not in page
