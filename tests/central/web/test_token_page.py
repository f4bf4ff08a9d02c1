"""The page of one's own tokens: the secret is shown once, and nobody sees another's."""

import re
from datetime import timedelta

import pytest

from central.store.models import ApiToken
from central.web import clock
from central.work import tokens
from tests.central.web.test_pages import sign_in
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "10:05")
FORM = {"name": "state upload", "scope": ["reports"], "until": str(MONDAY + timedelta(days=30))}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return schools.build()


def test_a_token_is_made_shown_once_and_revoked(small: SmallSchool) -> None:
    client = sign_in(small.admin)
    assert "You have no token yet." in client.get("/tokens/").content.decode()
    answer = client.post("/tokens/", FORM)
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    (secret,) = re.findall(r"<code>(rb_[\w-]{43})</code>", answer.content.decode())
    token = tokens.find(secret, NOW)
    listed = client.get("/tokens/").content.decode()
    assert secret not in listed
    assert "10/09/2024" in listed
    assert sign_in(small.auditor).post("/tokens/", {"revoke": token.pk, "reason": "x"}).status_code == 404
    assert client.post("/tokens/", {"revoke": token.pk, "reason": ""}).status_code == 409
    page = client.post("/tokens/", {"revoke": token.pk, "reason": "lost"}, follow=True).content.decode()
    assert "Revoked. Whoever holds it" in page
    assert ApiToken.objects.get().revoked_at == NOW


@pytest.mark.parametrize(
    "change",
    [
        {"until": str(MONDAY + timedelta(days=401))},
        {"until": "someday"},
        {"until": ""},
        {"until": "2999-12-31"},
        {"until": "9999-12-31"},
        {"name": ""},
        {"scope": []},
        {"scope": ["times-of-taps", "nothing"]},
    ],
)
def test_a_form_that_says_too_little_makes_nothing(small: SmallSchool, change: dict[str, object]) -> None:
    answer = sign_in(small.admin).post("/tokens/", FORM | change)
    assert answer.status_code == 409
    assert not ApiToken.objects.exists()
