"""Signing in takes a password and a code, and a code opens one door once."""

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.test import Client

from central.errors import RefusedError
from central.store.models import SessionCertification
from central.web import clock
from central.work.certify import certify_with_code
from tests.fakes import school as schools
from tests.fakes.one_class import everybody_marked, signed
from tests.fakes.school import MONDAY, TOTP_SECRET, SmallSchool, at

pytestmark = pytest.mark.django_db
UNIX_S = 1_726_000_000
PASSWORD = "correct horse battery staple"  # noqa: S105  made up


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "10:05"))
    monkeypatch.setattr(auth.time, "time", lambda: UNIX_S)
    # Another process knows nothing of this one's cache.
    monkeypatch.setattr(auth.cache, "add", lambda *_args, **_kw: True)
    cache.clear()
    small = schools.build()
    user = schools.give_login(small.teacher)
    user.set_password(PASSWORD)
    user.save()
    return small


def code(after_s: int = 0) -> str:
    """Return the one-time code of the stopped moment, or of a later one."""
    return str(auth.format_hotp_value(auth.hotp_value(TOTP_SECRET, (UNIX_S + after_s) // 30)))


def sign_in(small: SmallSchool, typed: str, client: Client | None = None) -> bool:
    """Sign in with the password and a code, in a browser of its own, and tell whether it worked."""
    client = client or Client()
    assert small.teacher.user is not None
    form = {"login": small.teacher.user.username, "password": PASSWORD}
    answer = client.post("/accounts/login/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/authenticate/")
    client.post("/accounts/2fa/authenticate/", {"code": typed})
    return client.get("/today/").status_code == 200


def test_password_and_code_together_open_the_pages(small: SmallSchool) -> None:
    assert not sign_in(small, "000000")
    assert sign_in(small, code())


def test_the_code_that_opened_the_pages_opens_them_to_nobody_else(small: SmallSchool) -> None:
    typed = code()
    assert sign_in(small, f"{typed[:3]} {typed[3:]}")
    assert not sign_in(small, typed)


def test_the_code_that_opened_the_pages_signs_nothing(
    small: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_in(small, code())
    changes = everybody_marked(small)
    with pytest.raises(RefusedError, match="or has been used"):
        certify_with_code(small.algebra, MONDAY, signed(small), code(), changes)
    assert not SessionCertification.objects.exists()
    monkeypatch.setattr(auth.time, "time", lambda: UNIX_S + 30)
    certify_with_code(small.algebra, MONDAY, signed(small), code(30), changes)


def test_the_code_that_signed_opens_no_page(small: SmallSchool) -> None:
    certify_with_code(small.algebra, MONDAY, signed(small), code(), everybody_marked(small))
    assert not sign_in(small, code())


def test_a_login_taken_out_of_use_signs_nothing(small: SmallSchool) -> None:
    assert small.teacher.user is not None
    small.teacher.user.is_active = False
    small.teacher.user.save()

    with pytest.raises(RefusedError, match="taken out of use"):
        certify_with_code(small.algebra, MONDAY, signed(small), code(), everybody_marked(small))


def test_a_password_known_to_whoever_gave_it_can_be_changed(small: SmallSchool) -> None:
    client = Client()
    assert sign_in(small, code(), client)
    address, fresh = "/accounts/password/change/", "a word nobody else has heard"
    assert client.get(address).status_code == 200
    form = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    assert client.post(address, form).status_code == 302
    assert small.teacher.user is not None
    small.teacher.user.refresh_from_db()
    assert small.teacher.user.check_password(fresh)
