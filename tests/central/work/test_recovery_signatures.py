"""A signature is the session's own teacher's, covers the minutes as they stand, and falls with them."""

from datetime import date, timedelta

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache

from central.domain.recovery import RecoverySession as Seen
from central.errors import RefusedError
from central.store.models import (
    AuditEvent,
    RecoveryAttendance,
    RecoverySignature,
    SpentCode,
    TeachingCredential,
)
from central.store.queries.recovery import sessions
from central.work import recovery_sessions
from central.work.recovery_attendance import Minutes, Signature, document, sign, sign_with_code
from central.work.recovery_session_faults import SessionEdit
from tests.fakes import recovery_school
from tests.fakes.recovery_school import JUNE_30, RecoverySchool, at
from tests.fakes.school import TOTP_SECRET, give_login

pytestmark = pytest.mark.django_db

TUESDAY = date(2025, 10, 7)
SATURDAY = date(2025, 10, 11)


@pytest.fixture
def school() -> RecoverySchool:
    return recovery_school.build()


def seen(school: RecoverySchool, code: str, before: date = JUNE_30) -> Seen:
    """Return a session as the law is shown it."""
    return next(one for one in sessions(school.year, at(before, "23:59")) if one.session == code)


def test_without_a_signature_nothing_is_signed_and_a_later_change_takes_it_away(
    school: RecoverySchool,
) -> None:
    session = school.session(TUESDAY)
    school.document(session, {"ana": 240})
    assert not seen(school, session.code).is_signed
    school.sign(session)
    assert seen(school, session.code).is_signed
    school.document(session, {"ana": 180}, reason="left early")
    assert not seen(school, session.code).is_signed
    school.sign(session, at(SATURDAY, "12:00"))
    assert seen(school, session.code).is_signed
    assert list(RecoverySignature.objects.values_list("revision", "minutes")) == [
        (1, {"001001": 240}),
        (2, {"001001": 180}),
    ]


def test_a_session_is_seen_as_it_stood_at_an_instant(school: RecoverySchool) -> None:
    session = school.session(TUESDAY)
    school.document(session, {"ana": 240})
    school.sign(session, at(SATURDAY, "12:00"))
    assert not seen(school, session.code, before=TUESDAY).is_signed
    assert seen(school, session.code, before=SATURDAY).is_signed
    assert not seen(school, session.code, before=TUESDAY - timedelta(days=1)).present


def test_a_signature_is_the_teachers_of_the_session_an_employee_with_a_credential(
    school: RecoverySchool,
) -> None:
    session = school.session(TUESDAY)
    school.document(session, {"ana": 240})
    evening = at(TUESDAY, "19:20")
    for who, says in (
        ("other_teacher", "is no teacher of recovery session"),
        ("clerk", "ask a certificated staffer"),
        ("leader", "ask a certificated staffer"),
    ):
        with pytest.raises(RefusedError, match=says):
            sign(session, Signature(school.staff[who], evening, "practice"))
    TeachingCredential.objects.filter(staff=school.staff["teacher"]).update(until=date(2025, 10, 6))
    with pytest.raises(RefusedError, match="no teaching credential on file"):
        school.sign(session)
    assert not RecoverySignature.objects.exists()


def test_a_contractor_neither_signs_nor_counts(school: RecoverySchool) -> None:
    session = school.session(TUESDAY, who="contractor")
    document(session, [Minutes(school.students["ana"], 60)], school.act("clerk", TUESDAY))
    with pytest.raises(RefusedError, match=r"works here under a contract; .* \(EC 46211; R-AR-04\)"):
        sign(session, Signature(school.staff["contractor"], at(TUESDAY, "19:20"), "practice"))
    assert seen(school, session.code).teachers == 0


def test_a_session_is_signed_once_it_is_over_with_minutes_in_it_and_news(school: RecoverySchool) -> None:
    session = school.session(TUESDAY)
    with pytest.raises(RefusedError, match="nobody's minutes are documented"):
        school.sign(session)
    school.document(session, {"ana": 60})
    with pytest.raises(RefusedError, match="lasts until 2025-10-07 19:00; sign once it is over"):
        school.sign(session, at(TUESDAY, "18:59"))
    school.sign(session)
    with pytest.raises(RefusedError, match="nothing has changed since"):
        school.sign(session, at(SATURDAY))


def test_a_signature_falls_with_the_teacher_or_the_credential_behind_it(school: RecoverySchool) -> None:
    session = school.signed(TUESDAY, {"ana": 60})
    wanted = SessionEdit(teachers=(school.staff["other_teacher"],))
    recovery_sessions.edit(session, wanted, school.act(reason="it was somebody else"))
    assert not seen(school, session.code).is_signed
    assert seen(school, session.code).teachers == 1


def test_a_one_time_code_signs_once_and_a_wrong_one_writes_only_that_it_was_wrong(
    school: RecoverySchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    give_login(school.staff["teacher"])
    monkeypatch.setattr(auth.time, "time", lambda: 1_760_000_000)
    code = str(auth.format_hotp_value(auth.hotp_value(TOTP_SECRET, 1_760_000_000 // 30)))
    session = school.session(TUESDAY)
    school.document(session, {"ana": 60})
    signature = Signature(school.staff["teacher"], at(TUESDAY, "19:20"))
    lines = AuditEvent.objects.count()
    with pytest.raises(RefusedError, match="nothing was written"):
        sign_with_code(session, signature, f"{(int(code) + 1) % 1_000_000:06d}")
    assert (RecoverySignature.objects.count(), SpentCode.objects.count()) == (0, 0)
    assert [line.verb for line in AuditEvent.objects.order_by("pk")[lines:]] == ["signature-refused"]
    sign_with_code(session, signature, code)
    assert (RecoverySignature.objects.get().signed_with, SpentCode.objects.count()) == ("totp", 1)
    school.document(session, {"ana": 120}, reason="stayed longer")
    with pytest.raises(RefusedError, match="or has been used"):
        sign_with_code(session, Signature(school.staff["teacher"], at(SATURDAY)), code)
    assert not seen(school, session.code).is_signed


def test_a_real_school_signs_by_code_alone(school: RecoverySchool) -> None:
    session = school.session(TUESDAY)
    school.document(session, {"ana": 60})
    school.school.is_practice = False
    school.school.save()
    with pytest.raises(RefusedError, match="sign with a one-time code"):
        sign(session, Signature(school.staff["teacher"], at(SATURDAY), "practice"))


def test_what_is_signed_is_never_changed_or_deleted(school: RecoverySchool) -> None:
    session = school.signed(TUESDAY, {"ana": 60})
    for rows in (RecoveryAttendance.objects, RecoverySignature.objects):
        with pytest.raises(TypeError, match="never deleted"):
            rows.filter(session=session).delete()
