"""A session ends when nobody did anything for a while, and after a working day however busy it was."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from central.web import clock, session_end
from tests.fakes import school as schools
from tests.fakes.page_readers import sign_in
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 9, 14, 15, 0, tzinfo=UTC)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "10:05"))
    return schools.build()


@pytest.fixture
def set_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    now = [MORNING]
    monkeypatch.setattr(session_end, "_real_time", lambda: now[0])
    monkeypatch.setattr(session_end.SessionEnd.__init__, "__defaults__", (lambda: now[0],))

    def to(after: timedelta) -> None:
        now[0] = MORNING + after

    return to


def is_in(client: Client, address: str) -> bool:
    return client.get(address).status_code == 200


def test_staff_are_signed_out_after_ninety_minutes_of_nothing_and_twelve_hours_of_anything(
    small: SmallSchool, set_time: Callable[[timedelta], None]
) -> None:
    minute = timedelta(minutes=1)
    idle, busy = sign_in(small.teacher), Client()
    assert small.teacher.user
    busy.force_login(small.teacher.user)
    for after in range(80, 720, 80):
        set_time(after * minute)
        assert is_in(busy, "/today/"), after
    set_time(89 * minute)
    assert is_in(idle, "/today/")
    set_time((89 + 90) * minute)
    assert not is_in(idle, "/today/")
    set_time(719 * minute)
    assert is_in(busy, "/today/")
    set_time(720 * minute)
    assert not is_in(busy, "/today/")


def test_a_student_is_signed_out_after_a_quarter_of_an_hour(
    small: SmallSchool, set_time: Callable[[timedelta], None]
) -> None:
    ana = sign_in(small.ana)
    set_time(timedelta(minutes=14))
    assert is_in(ana, "/me/")
    set_time(timedelta(minutes=29))
    assert not is_in(ana, "/me/")


def test_a_session_that_does_not_say_when_it_began_is_over(small: SmallSchool) -> None:
    client = sign_in(small.teacher)
    session = client.session
    del session["session_began_at"]
    session.save()
    assert not is_in(client, "/today/")
