"""The pages of passkeys: one's own sign-in, its second step, and what a class is signed with."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.test import Client

from central.store.models import SessionCertification
from central.web import accounts, clock
from central.work import passkeys
from central.work.passkey_site import Site
from tests.fakes import school as schools
from tests.fakes.one_class import everybody_marked
from tests.fakes.school import MONDAY, TOTP_SECRET, SmallSchool, at
from tests.fakes.soft_key import SoftKey

pytestmark = pytest.mark.django_db
UNIX_S = 1_726_000_000
PASSWORD = "correct horse battery"  # noqa: S105  made up
HERE = Site("localhost", "http://localhost:8080")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "10:05"))
    monkeypatch.setattr(auth.time, "time", lambda: UNIX_S)
    monkeypatch.setattr(accounts, "site", lambda: HERE)
    cache.clear()
    small = schools.build()
    schools.give_login(small.teacher)
    return small


def browser_of(small: SmallSchool) -> Client:
    client = Client()
    assert small.teacher.user is not None
    client.force_login(small.teacher.user)
    return client


def code() -> str:
    return str(auth.format_hotp_value(auth.hotp_value(TOTP_SECRET, UNIX_S // 30)))


def add(client: Client, key: SoftKey) -> None:
    made = key.make(client.get("/sign-in/?passkey").json())
    form = {"do": "add", "name": "Phone", "passkey": made, "code": code()}
    answer = client.post("/sign-in/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")


def test_a_passkey_is_added_named_and_removed_on_the_page_of_the_own_sign_in(small: SmallSchool) -> None:
    client = browser_of(small)
    assert "You have no passkey yet." in client.get("/sign-in/").content.decode()
    add(client, SoftKey(HERE.origin))
    row = Authenticator.objects.get(type="webauthn")
    client.post("/sign-in/", {"do": "rename", "key": row.pk, "name": "Blue phone"})
    assert "Blue phone" in client.get("/sign-in/").content.decode()
    refused = [
        {"do": "add", "name": "Phone", "passkey": "{}", "code": code()},
        {"do": "rename", "key": row.pk + 1, "name": "Other"},
        {"do": "remove", "key": "9" * 30},
        {"do": "whatever"},
    ]
    assert [client.post("/sign-in/", form).status_code for form in refused] == [409] * 4
    client.post("/sign-in/", {"do": "remove", "key": row.pk})
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_where_devices_make_no_passkeys_the_page_says_so(
    small: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "site", lambda: None)
    client = browser_of(small)
    assert "Devices make passkeys only" in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/?passkey").status_code == 404
    form = {"do": "add", "name": "Phone", "passkey": "{}", "code": code()}
    assert client.post("/sign-in/", form).status_code == 409


def second_step(small: SmallSchool) -> tuple[Client, dict[str, object]]:
    """Give the password; return the browser and what it asks of a passkey."""
    client = Client()
    assert small.teacher.user is not None
    client.post("/accounts/login/", {"login": small.teacher.user.username, "password": PASSWORD})
    page = client.get("/accounts/2fa/authenticate/").content.decode()
    _, found, rest = page.partition('<script id="asked" type="application/json">')
    return client, json.loads(rest.partition("</script>")[0])["request_options"] if found else {}


def opens(client: Client, answer: str) -> bool:
    """Send a passkey's answer as the second step and tell whether it opened the pages."""
    said = client.post("/accounts/2fa/authenticate/", {"credential": answer})
    is_open = client.get("/today/").status_code == 200
    assert is_open or "This passkey was not accepted." in said.content.decode()
    return is_open


def test_a_passkey_is_the_second_step_of_signing_in_and_nothing_else_of_the_kind_is(
    small: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The library asks by its own rules; the server of the tests goes by another address.
    monkeypatch.setattr(HERE.__class__, "at", lambda _url: HERE)
    assert second_step(small)[1] == {}, "who has no passkey is not asked for one"
    key = SoftKey(HERE.origin)
    add(browser_of(small), key)

    client, asked = second_step(small)
    for nonsense in ('"x"', '{"id": 3, "response": {}}', json.dumps({"rawId": "AA", "id": "AA"})):
        assert not opens(client, nonsense)
    assert not opens(client, SoftKey(HERE.origin, key.identity).answer(asked))
    client, asked = second_step(small)
    key.sees_owner = False
    assert not opens(client, key.answer(asked))
    key.sees_owner = True
    client, asked = second_step(small)
    answer = key.answer(asked)
    # Five wrong ones within minutes make everybody wait.
    cache.clear()
    assert opens(client, answer)
    assert not opens(second_step(small)[0], answer)


def test_an_answer_that_signs_opens_no_page_and_one_that_opens_signs_nothing(small: SmallSchool) -> None:
    key, client = SoftKey(HERE.origin), browser_of(small)
    add(client, key)
    everybody_marked(small)
    where = f"/class/{small.algebra.code}/{MONDAY}/"
    waiting, to_open = second_step(small)
    to_sign = client.get(f"{where}?passkey").json()
    assert not opens(waiting, key.answer(to_sign))
    marks = {f"action-{student.pk}": "absent" for student in (small.ben, small.chloe)}
    form = {"do": "certify", **marks}
    assert client.post(where, {**form, "passkey": key.answer(to_open)}).status_code == 409
    assert not SessionCertification.objects.exists()
    assert client.post(where, {**form, "passkey": key.answer(to_sign)}).status_code == 302
    assert SessionCertification.objects.get().signed_with == "passkey"


def test_a_class_is_signed_with_a_passkey_only_where_its_teacher_holds_one(small: SmallSchool) -> None:
    client, where = browser_of(small), f"/class/{small.algebra.code}/{MONDAY}/"
    assert "Sign with a passkey" not in client.get(where).content.decode()
    add(client, SoftKey(HERE.origin))
    page = client.get(where).content.decode()
    # Hidden until the script has found that the browser can: without it the code does the same.
    assert '<button type="button" class="quiet" hidden data-passkey="get"' in page
    assert "One-time code" in page
    assert passkeys.FRESH_S == 60
