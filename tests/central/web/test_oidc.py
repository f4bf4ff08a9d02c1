"""Signing in at the school's own provider: for those whose login is linked, and for nobody else."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from central import oidc
from central.config import OidcConfig
from central.errors import RefusedError
from central.web import clock
from central.work import logins
from central.work.logins import Act
from station.errors import SettingsError
from station.settings import Secret, load
from tests.fakes import oidc_provider
from tests.fakes import school as schools
from tests.fakes.oidc_provider import CLIENT_ID, OidcProvider
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "10:05")
SIGN_IN = "/accounts/oidc/school/login/"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return schools.build()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[OidcProvider]:
    secret = tmp_path / "secret"
    secret.write_text("known to both")
    secret.chmod(0o600)
    with oidc_provider.provider() as found:
        config = OidcConfig(found.url, CLIENT_ID, Secret(secret))
        monkeypatch.setattr(settings, "SOCIALACCOUNT_PROVIDERS", oidc.providers(config))
        yield found


def linked(small: SmallSchool, email: str = "robin@school.example") -> User:
    user = logins.give_student(small.ana, "ana", "four words in a row", NOW, "the office")
    logins.link(user, email, Act(small.admin, NOW, "asked for it"))
    return user


def come_back(client: Client) -> int:
    """Go to the provider and come back as somebody it knows; return how the pages answer then."""
    away = client.get(SIGN_IN)
    assert away.status_code == 302
    asked = parse_qs(urlsplit(away["Location"]).query)
    assert "code_challenge" in asked
    answer = client.get(f"{SIGN_IN}callback/", {"code": "c", "state": asked["state"][0]})
    return answer.status_code


def test_who_is_linked_comes_in_and_is_known_the_next_time(
    small: SmallSchool, provider: OidcProvider
) -> None:
    linked(small)
    assert "Sign in with School account" in Client().get("/accounts/login/").content.decode()
    provider.claims = {"sub": "s1", "email": "Robin@school.example", "email_verified": True}
    for _ in range(2):
        client = Client()
        assert come_back(client) == 302
        assert client.get("/me/").status_code == 200
    assert SocialAccount.objects.get().uid == "s1"
    User.objects.update(is_active=False)
    client = Client()
    assert come_back(client) == 403
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "s2", "email": "somebody@school.example", "email_verified": True},
        {"sub": "s2", "email": "robin@school.example", "email_verified": False},
        {"sub": "s2", "email": "robin@school.example"},
        {"sub": "s2", "preferred_username": "ana"},
    ],
)
def test_nobody_signs_up_and_an_unproven_address_opens_nothing(
    small: SmallSchool, provider: OidcProvider, claims: dict[str, object]
) -> None:
    linked(small)
    provider.claims = claims
    client = Client()
    assert come_back(client) == 403
    assert client.get("/me/").status_code == 302
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


def test_a_second_factor_is_asked_of_staff_all_the_same(small: SmallSchool, provider: OidcProvider) -> None:
    user = schools.give_login(small.teacher)
    logins.link(user, "t@school.example", Act(small.admin, NOW, "asked for it"))
    provider.claims = {"sub": "s3", "email": "t@school.example", "email_verified": True}
    client = Client()
    assert come_back(client) == 302
    assert client.get("/today/").status_code == 302


def test_without_a_provider_there_is_no_such_way_in() -> None:
    assert Client().get(SIGN_IN).status_code == 404
    assert "Sign in with" not in Client().get("/accounts/login/").content.decode()
    assert oidc.providers(None) == {}


def test_an_address_is_one_persons_and_ends_what_was_linked(small: SmallSchool) -> None:
    user = linked(small)
    other = logins.give_student(small.ben, "ben", "four words in a row", NOW, "the office")
    with pytest.raises(RefusedError, match="another login bears"):
        logins.link(other, "ROBIN@school.example", Act(small.admin, NOW, "x"))
    SocialAccount.objects.create(user=user, provider="school", uid="s1")
    logins.link(user, "", Act(small.admin, NOW, "left"))
    assert not SocialAccount.objects.exists()


def test_a_provider_spoken_to_in_the_clear_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "oidc.toml"
    path.write_text('issuer = "http://login.example"\nclient_id = "x"\nclient_secret = "secret"\n')
    with pytest.raises(SettingsError, match="https://"):
        load(path, OidcConfig)
