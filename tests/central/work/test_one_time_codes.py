"""A one-time code is its owner's, of this moment, and signs once."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache

from central.errors import RefusedError
from central.store.models import (
    AuditEvent,
    Decision,
    SessionCertification,
    SpentCode,
)
from central.work.certify import certify_with_code
from central.work.signing_off import TryLaterError
from tests.fakes import school as schools
from tests.fakes.one_class import AFTER_CLASS, everybody_marked, signed
from tests.fakes.school import MONDAY, TOTP_SECRET, SmallSchool

pytestmark = pytest.mark.django_db


def code_at(unix_s: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """Stop the clock of the one-time codes and return the code it shows."""
    monkeypatch.setattr(auth.time, "time", lambda: unix_s)
    return str(auth.format_hotp_value(auth.hotp_value(TOTP_SECRET, unix_s // 30)))


@pytest.fixture
def with_login(small: SmallSchool) -> SmallSchool:
    cache.clear()
    schools.give_login(small.teacher)
    schools.give_login(small.other_teacher, secret="KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU")  # noqa: S106  made up
    return small


def test_a_current_code_signs_once_and_never_again(
    with_login: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, code = with_login, code_at(1_726_000_000, monkeypatch)
    certify_with_code(small.algebra, MONDAY, signed(small), code, everybody_marked(small))
    # Another process knows nothing of this one's cache; the records remember.
    monkeypatch.setattr(auth.cache, "add", lambda *_args, **_kw: True)
    with pytest.raises(RefusedError, match="or has been used"):
        certify_with_code(small.algebra, MONDAY, signed(small, reason="again"), code)
    assert SessionCertification.objects.count() == 1
    fresh = code_at(1_726_000_030, monkeypatch)
    certify_with_code(small.algebra, MONDAY, signed(small, reason="again"), fresh)


def test_a_wrong_code_writes_nothing_but_that_it_was_wrong(
    with_login: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, code = with_login, code_at(1_726_000_000, monkeypatch)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    changes = everybody_marked(small)
    decisions = Decision.objects.count()
    with pytest.raises(RefusedError, match="nothing was written"):
        certify_with_code(small.algebra, MONDAY, signed(small), wrong, changes)
    assert not SessionCertification.objects.exists()
    assert not SpentCode.objects.exists()
    assert Decision.objects.count() == decisions
    assert AuditEvent.objects.get().verb == "signature-refused"


def test_somebody_elses_code_does_not_sign(with_login: SmallSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    small = with_login
    code_at(1_726_000_000, monkeypatch)
    others = auth.format_hotp_value(auth.hotp_value("KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU", 1_726_000_000 // 30))
    with pytest.raises(RefusedError, match="not employee E001's current one"):
        certify_with_code(small.algebra, MONDAY, signed(small), others, everybody_marked(small))


def test_codes_cannot_be_tried_without_end(with_login: SmallSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    small, code = with_login, code_at(1_726_000_000, monkeypatch)
    changes = everybody_marked(small)
    for _ in range(5):
        with pytest.raises(RefusedError):
            certify_with_code(small.algebra, MONDAY, signed(small), "nonsense", changes)
    with pytest.raises(TryLaterError, match="wait five minutes"):
        certify_with_code(small.algebra, MONDAY, signed(small), code, changes)
    later = AFTER_CLASS + timedelta(minutes=6)
    certify_with_code(small.algebra, MONDAY, signed(small, later), code, changes)


def test_a_refusal_does_not_cost_the_code(with_login: SmallSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    small, code = with_login, code_at(1_726_000_000, monkeypatch)
    changes = everybody_marked(small)
    with pytest.raises(RefusedError, match="no record"):
        certify_with_code(small.algebra, MONDAY, signed(small), code, changes[:1])
    certify_with_code(small.algebra, MONDAY, signed(small), code, changes)


def test_a_teacher_without_codes_is_told_how_to_get_them(small: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="add-operator"):
        certify_with_code(small.algebra, MONDAY, signed(small), "123456", everybody_marked(small))
