"""A passkey's answer is its owner's, for one signature, of this minute, and signs once."""

import json
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core.cache import cache

from central.errors import RefusedError
from central.store.models import (
    AttendanceRecord,
    AuditEvent,
    Decision,
    SessionCertification,
    SpentChallenge,
    SpentCode,
    Staff,
)
from central.work import own_passkeys, passkeys
from central.work.certify import certify_with
from central.work.passkey_site import Site
from central.work.passkeys import Assertion, WrongPasskeyError
from central.work.signing_off import TryLaterError
from tests.fakes import school as schools
from tests.fakes.one_class import AFTER_CLASS, everybody_marked, signed
from tests.fakes.school import MONDAY, TOTP_SECRET, SmallSchool
from tests.fakes.soft_key import SoftKey

pytestmark = pytest.mark.django_db
UNIX_S = 1_726_000_000
HERE = Site("rollbook.school.example", "https://rollbook.school.example")
TUESDAY = MONDAY + timedelta(days=1)
OTHERS_SECRET = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"  # noqa: S105  made up


@pytest.fixture
def key() -> SoftKey:
    return SoftKey(HERE.origin)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, key: SoftKey) -> SmallSchool:
    """Return a school whose teacher of algebra holds a passkey."""
    monkeypatch.setattr(auth.time, "time", lambda: UNIX_S)
    cache.clear()
    small = schools.build()
    schools.give_login(small.teacher)
    schools.give_login(small.other_teacher, secret=OTHERS_SECRET)
    enrol(small.teacher, key)
    return small


def code(secret: str = TOTP_SECRET) -> str:
    return str(auth.format_hotp_value(auth.hotp_value(secret, UNIX_S // 30)))


def enrol(by: Staff, key: SoftKey, secret: str = TOTP_SECRET) -> Authenticator:
    assert by.user is not None
    made = key.make(passkeys.ask_new(by.user, HERE))
    return own_passkeys.add(by, "Phone", made, code(secret), HERE, AFTER_CLASS)


def answered(
    small: SmallSchool, key: SoftKey, purpose: str | None = None, by: Staff | None = None
) -> Assertion:
    """Let the key answer what is asked of a teacher; it is sent to certify algebra on Monday."""
    user = (by or small.teacher).user
    assert user is not None
    asked_for = passkeys.certifying(small.algebra, MONDAY)
    asked = passkeys.ask(user, purpose or asked_for, HERE)
    return Assertion(key.answer(asked), asked_for, HERE)


def certify(small: SmallSchool, factor: Assertion, reason: str = "") -> SessionCertification:
    changes = everybody_marked(small) if not AttendanceRecord.objects.exists() else []
    return certify_with(factor, small.algebra, MONDAY, signed(small, reason=reason), changes)


def test_a_passkey_signs_once_and_the_history_says_that_it_did(small: SmallSchool, key: SoftKey) -> None:
    answer = answered(small, key)
    done = certify(small, answer)
    assert done.signed_with == "passkey"
    assert set(Decision.objects.filter(certification=done).values_list("signed_with", flat=True)) == {
        "passkey"
    }
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None

    with pytest.raises(WrongPasskeyError, match="employee E001"):
        certify(small, answer, reason="again")
    assert SessionCertification.objects.count() == SpentChallenge.objects.count() == 1
    certify(small, answered(small, key), reason="again")


Wrong = Callable[[SmallSchool, SoftKey], Assertion]


def of_another_day(small: SmallSchool, key: SoftKey) -> Assertion:
    return answered(small, key, passkeys.certifying(small.algebra, TUESDAY))


def of_another_class(small: SmallSchool, key: SoftKey) -> Assertion:
    return answered(small, key, passkeys.certifying(small.english, MONDAY))


def of_another_person(small: SmallSchool, key: SoftKey) -> Assertion:
    del key
    other = SoftKey(HERE.origin, b"of somebody else")
    enrol(small.other_teacher, other, OTHERS_SECRET)
    return answered(small, other)


def asked_of_another_person(small: SmallSchool, key: SoftKey) -> Assertion:
    return answered(small, key, by=small.other_teacher)


def of_another_key_under_its_name(small: SmallSchool, key: SoftKey) -> Assertion:
    return answered(small, SoftKey(HERE.origin, key.identity))


def of_another_address(small: SmallSchool, key: SoftKey) -> Assertion:
    key.origin = "https://evil.rollbook.school.example"
    return answered(small, key)


def of_another_port(small: SmallSchool, key: SoftKey) -> Assertion:
    key.origin = HERE.origin + ":8443"
    return answered(small, key)


def without_its_owner(small: SmallSchool, key: SoftKey) -> Assertion:
    key.sees_owner = False
    return answered(small, key)


def too_late(small: SmallSchool, key: SoftKey) -> Assertion:
    with pytest.MonkeyPatch.context() as patched:
        then = time.time() - passkeys.FRESH_S - 1
        patched.setattr("django.core.signing.time.time", lambda: then)
        return answered(small, key)


def asked_by_nobody(small: SmallSchool, key: SoftKey) -> Assertion:
    asked = {"publicKey": {"challenge": "A" * 60, "rpId": HERE.host}}
    return Assertion(key.answer(asked), passkeys.certifying(small.algebra, MONDAY), HERE)


def of_an_enrolment(small: SmallSchool, key: SoftKey) -> Assertion:
    return answered(small, key, passkeys.ENROLLING)


def nonsense(small: SmallSchool, key: SoftKey) -> Assertion:
    del key
    return Assertion(
        '{"id": 1, "response": [], "rawId": null}', passkeys.certifying(small.algebra, MONDAY), HERE
    )


def not_even_json(small: SmallSchool, key: SoftKey) -> Assertion:
    del key
    return Assertion("{", passkeys.certifying(small.algebra, MONDAY), HERE)


def where_there_are_none(small: SmallSchool, key: SoftKey) -> Assertion:
    return Assertion(answered(small, key).text, passkeys.certifying(small.algebra, MONDAY), None)


@pytest.mark.parametrize(
    "wrong",
    [
        of_another_day,
        of_another_class,
        of_another_person,
        asked_of_another_person,
        of_another_key_under_its_name,
        of_another_address,
        of_another_port,
        without_its_owner,
        too_late,
        asked_by_nobody,
        of_an_enrolment,
        nonsense,
        not_even_json,
        where_there_are_none,
    ],
)
def test_any_other_answer_signs_nothing_and_is_noted(small: SmallSchool, key: SoftKey, wrong: Wrong) -> None:
    with pytest.raises(WrongPasskeyError, match="nothing was written"):
        certify(small, wrong(small, key))
    assert not SessionCertification.objects.exists()
    assert not SpentChallenge.objects.exists()
    noted = AuditEvent.objects.get(verb="signature-refused")
    assert noted.by == small.teacher.number


def test_an_answer_is_not_spent_on_a_refusal(small: SmallSchool, key: SoftKey) -> None:
    answer = answered(small, key)
    with pytest.raises(RefusedError, match="no record"):
        certify_with(answer, small.algebra, MONDAY, signed(small))
    certify(small, answer)


def test_answers_cannot_be_tried_without_end_and_count_with_codes(small: SmallSchool, key: SoftKey) -> None:
    certify(small, answered(small, key))
    for _ in range(5):
        with pytest.raises(WrongPasskeyError):
            certify(small, nonsense(small, key), reason="again")
    with pytest.raises(TryLaterError, match="wait five minutes"):
        certify(small, answered(small, key), reason="again")


def test_a_login_taken_out_of_use_signs_with_no_passkey(small: SmallSchool, key: SoftKey) -> None:
    answer = answered(small, key)
    assert small.teacher.user is not None
    small.teacher.user.is_active = False
    small.teacher.user.save()
    with pytest.raises(WrongPasskeyError):
        certify(small, answer)


def test_a_passkey_is_added_under_a_code_named_and_removed_on_record(
    small: SmallSchool, key: SoftKey
) -> None:
    assert SpentCode.objects.filter(staff=small.teacher).count() == 1
    assert small.teacher.user is not None
    number = passkeys.keys_of(small.teacher.user)[0].pk
    own_passkeys.rename(small.teacher, number, "  Blue   phone ", AFTER_CLASS)
    answer = answered(small, key)
    own_passkeys.remove(small.teacher, number, AFTER_CLASS)
    with pytest.raises(WrongPasskeyError):
        certify(small, answer)
    kept = AuditEvent.objects.filter(verb__endswith="-passkey").order_by("pk")
    assert [(row.verb, row.by, row.detail["name"]) for row in kept] == [
        ("add-passkey", "E001", "Phone"),
        ("rename-passkey", "E001", "Blue phone"),
        ("remove-passkey", "E001", "Blue phone"),
    ]


def test_a_login_alone_adds_no_passkey(small: SmallSchool) -> None:
    assert small.teacher.user is not None
    other = SoftKey(HERE.origin, b"a second one")
    made = other.make(passkeys.ask_new(small.teacher.user, HERE))
    # The code that added the first one is spent.
    for typed in ("", "000000", code()):
        with pytest.raises(RefusedError, match="or has been used"):
            own_passkeys.add(small.teacher, "Mine", made, typed, HERE, AFTER_CLASS)
    assert Authenticator.objects.filter(type="webauthn").count() == 1


@pytest.mark.parametrize("fault", ["of another person", "of nobody", "not seen", "of a signature", "known"])
def test_a_device_that_answers_otherwise_is_not_added(small: SmallSchool, key: SoftKey, fault: str) -> None:
    other, fresh = small.other_teacher, SoftKey(HERE.origin, b"fresh", sees_owner=fault != "not seen")
    assert other.user is not None
    assert small.teacher.user is not None
    asked_of = small.teacher.user if fault == "of another person" else other.user
    asked = passkeys.ask_new(asked_of, HERE)
    if fault == "of a signature":
        given = passkeys.challenge(other.user, passkeys.certifying(small.algebra, MONDAY))
        asked = {"publicKey": {**asked["publicKey"], "challenge": given.hex()}}  # type: ignore[dict-item]  # a mapping
    made = (key if fault == "known" else fresh).make(asked)
    if fault == "of nobody":
        made = json.dumps({"id": "x"})
    with pytest.raises(RefusedError, match="nothing was written"):
        own_passkeys.add(other, "Phone", made, code(OTHERS_SECRET), HERE, AFTER_CLASS)
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_nobody_names_or_removes_anothers_passkey(small: SmallSchool) -> None:
    assert small.teacher.user is not None
    number = passkeys.keys_of(small.teacher.user)[0].pk
    with pytest.raises(RefusedError, match="not there"):
        own_passkeys.remove(small.other_teacher, number, AFTER_CLASS + timedelta(minutes=1))
    with pytest.raises(RefusedError, match="not there"):
        own_passkeys.rename(small.other_teacher, number, "Mine", AFTER_CLASS)
    with pytest.raises(RefusedError, match="at most 60"):
        own_passkeys.rename(small.teacher, number, " ", AFTER_CLASS)


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://Rollbook.School.example", HERE),
        ("https://rollbook.school.example:443/", HERE),
        ("http://localhost:8080", Site("localhost", "http://localhost:8080")),
        ("http://rollbook.school.example", None),
        ("https://192.0.2.7", None),
        ("http://127.0.0.1:8080", None),
        ("https://[2001:db8::7]:8443", None),
    ],
)
def test_devices_make_passkeys_for_a_name_with_a_certificate(address: str, site: Site | None) -> None:
    assert Site.at(address) == site
