"""Programs that watch the server hear whether it lives and can work; only those on it hear more."""

from collections.abc import Sequence

import pytest
from django.test import Client

from central.work import health
from central.work.health import Problem
from tests.fakes import school as schools

pytestmark = pytest.mark.django_db
FULL = Problem("disk", "only 3 MB are free under /var/lib/rollbook-central; make room")
GONE = Problem("database", "records.sqlite cannot be read; restore a backup", stops=True)


def ask(monkeypatch: pytest.MonkeyPatch, found: Sequence[Problem], **extra: str) -> tuple[int, str]:
    monkeypatch.setattr(health, "problems", lambda _config, _now: list(found))
    answer = Client().get("/readyz", **extra)  # type: ignore[arg-type]  # what stands in the request's environment
    return answer.status_code, answer.content.decode()


def test_the_server_lives_without_asking_its_records(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # pytest-django's fixture
        assert Client().get("/healthz").content == b"ok\n"


def test_what_is_not_well_is_told_on_this_machine_and_stops_nothing_that_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schools.build()
    assert ask(monkeypatch, []) == (200, "ready\n")
    assert ask(monkeypatch, [FULL]) == (200, f"ready\ndisk: {FULL.says}\n")
    assert ask(monkeypatch, [GONE, FULL])[0] == 503


@pytest.mark.parametrize(
    "extra",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "::ffff:192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
    ids=str,
)
def test_others_hear_whether_it_is_ready_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, extra: dict[str, str]
) -> None:
    assert ask(monkeypatch, [FULL], **extra) == (200, "ready\n")
    assert ask(monkeypatch, [GONE], **extra) == (503, "not ready\n")
