"""However many try to sign in at once, the server proves few passwords at a time, and few of one login."""

from collections.abc import Callable
from threading import Event, Semaphore, Thread

import pytest
from django.contrib.auth import hashers
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from central.web.password_turns import AT_ONCE, PasswordTurns
from tests.fakes import school as schools
from tests.fakes.page_readers import sign_in
from tests.fakes.school import SmallSchool

PATIENCE_S = 20.0
LOGIN = "/accounts/login/"
RIGHT = "correct horse battery staple"


def test_a_third_password_waits_and_is_sent_away_while_pages_are_served() -> None:
    begun, free = Semaphore(0), Event()
    answers: list[int] = []

    def prove(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            begun.release()
            free.wait(PATIENCE_S)
        return HttpResponse("done")

    turns, ask = PasswordTurns(prove, patience_s=0.01), RequestFactory()
    threads = [
        Thread(target=lambda: answers.append(turns(ask.post(LOGIN)).status_code)) for _ in range(AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    assert all(begun.acquire(timeout=PATIENCE_S) for _ in threads)
    busy = turns(ask.post("/accounts/reauthenticate/"))
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "10")
    assert turns(ask.get(LOGIN)).status_code == 200
    free.set()
    for thread in threads:
        thread.join()
    assert answers == [200] * AT_ONCE
    assert turns(ask.post(LOGIN)).status_code == 200


@pytest.mark.django_db
def test_five_wrong_passwords_close_a_login_for_a_while_whatever_address_they_come_from(
    small: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    user = schools.give_login(small.teacher)
    user.set_password(RIGHT)
    user.save()
    proven: list[str] = []

    def prove(typed: str, kept: str, setter: Callable[[str], None]) -> bool:
        proven.append(typed)
        return hashers.check_password(typed, kept, setter)

    monkeypatch.setattr("django.contrib.auth.base_user.check_password", prove)

    def attempt(password: str, address: str) -> bool:
        form = {"login": user.username, "password": password}
        return Client().post(LOGIN, form, REMOTE_ADDR=address).status_code == 302

    assert not any(attempt(f"guess number {guess}", f"192.0.2.{guess}") for guess in range(40))
    assert len(proven) == 5
    assert not attempt(RIGHT, "192.0.2.77")
    # The door is closed to that login alone.
    assert sign_in(small.clerk).get("/").status_code == 302
    cache.clear()
    assert attempt(RIGHT, "192.0.2.77")
