"""A session lies outside the regular day, its minutes are its teacher's word, and a signature covers them."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache

from central.domain.recovery import RecoverySession as Seen
from central.errors import InputError, RefusedError
from central.store.models import (
    AuditEvent,
    CalendarDay,
    RecoveryAttendance,
    RecoverySession,
    RecoverySignature,
    SpentCode,
    TeachingCredential,
)
from central.store.queries.recovery import sessions
from central.store.queries.regular_days import regular_days
from central.work import recovery_sessions
from central.work.recovery_attendance import Minutes, Signature, document, sign, sign_with_code
from central.work.recovery_session_faults import SessionEdit, SessionWish
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


def problems(act: Callable[[], object]) -> str:
    """Return why something is refused; nothing may be written then."""
    before = [list(table.objects.values()) for table in (RecoverySession, RecoveryAttendance, AuditEvent)]
    with pytest.raises(InputError) as refused:
        act()
    after = [list(table.objects.values()) for table in (RecoverySession, RecoveryAttendance, AuditEvent)]
    assert after == before
    return str(refused.value)


@pytest.mark.parametrize(
    "hours", [("09:00", "10:00"), ("10:00", "10:30"), ("07:00", "08:31"), ("11:59", "14:00")]
)
def test_a_session_inside_the_regular_day_is_refused_with_citation_and_remedy(
    school: RecoverySchool, hours: tuple[str, str]
) -> None:
    said = problems(lambda: school.session(TUESDAY, hours=hours))
    assert "inside the regular day (EC 46211" in said
    assert "R-AR-03): hold it before or after school, or on a free day" in said


@pytest.mark.parametrize("hours", [("07:00", "08:30"), ("12:00", "15:00")])
def test_a_session_may_touch_the_regular_day_from_outside(
    school: RecoverySchool, hours: tuple[str, str]
) -> None:
    school.session(TUESDAY, hours=hours)
    school.session(SATURDAY, hours=("09:00", "12:00"))


def test_a_day_not_taught_has_no_regular_day(school: RecoverySchool) -> None:
    CalendarDay.objects.filter(on=TUESDAY).update(is_taught=False)
    school.session(TUESDAY, hours=("09:00", "10:00"))


def test_the_regular_day_is_each_students_own(school: RecoverySchool) -> None:
    school.english.placements.filter(student=school.students["ben"]).delete()
    session = school.session(TUESDAY, hours=("10:30", "12:00"))
    assert regular_days(school.school.pk, [TUESDAY])[TUESDAY]["001002"].ends == time(10)
    school.document(session, {"ben": 60})
    said = problems(lambda: school.document(session, {"ana": 60, "chloe": 60}))
    assert "for 2 of the students it runs from 10:30 to 12:00, inside the regular day" in said
    assert "001001" not in said


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"code": ""}, "0 characters"),
        ({"code": "x" * 41}, "41 characters"),
        ({"code": "AR-1"}, "a session AR-1 already"),
        ({"on": date(2025, 6, 30)}, "2025-06-30 is before 2025-07-01, when attendance recovery began"),
        ({"ends": time(15)}, "ends before it begins"),
        ({"teachers": ()}, "it has no teacher"),
        ({"standards": "x" * 256}, "256 characters"),
    ],
)
def test_a_session_with_a_fault_is_not_kept(
    school: RecoverySchool, wish: dict[str, object], says: str
) -> None:
    school.session(SATURDAY, "AR-1")
    plain = {"code": "AR-2", "on": TUESDAY, "starts": time(15), "ends": time(16)}
    plain |= {"teachers": (school.staff["teacher"],)}
    wished = SessionWish(**(plain | wish))  # type: ignore[arg-type]  each case names one field
    assert says in problems(lambda: recovery_sessions.add(school.school, wished, school.act("teacher")))


def test_a_room_that_is_not_there_is_refused(school: RecoverySchool) -> None:
    wish = SessionWish("AR-1", TUESDAY, time(15), time(16), (school.staff["teacher"],), "R999")
    with pytest.raises(RefusedError, match="there is no room 'R999'"):
        recovery_sessions.add(school.school, wish, school.act("teacher"))
    assert not RecoverySession.objects.exists()


def test_minutes_are_documented_with_the_grade_of_the_day_and_only_added_to(school: RecoverySchool) -> None:
    session = school.session(TUESDAY)
    school.document(session, {"ana": 240, "ben": 60})
    school.document(session, {"ana": 180}, reason="left an hour early")
    school.document(session, {"ben": 0}, reason="was not there")
    rows = RecoveryAttendance.objects.order_by("pk").values_list("student__number", "grade", "minutes")
    assert list(rows) == [("001001", "9", 240), ("001002", "9", 60), ("001001", "9", 180), ("001002", "9", 0)]
    assert [(part.student, part.minutes) for part in seen(school, session.code).present] == [("001001", 180)]
    line = AuditEvent.objects.filter(verb="recovery-attendance").latest("pk")
    assert (line.detail["before"], line.detail["after"]) == ({"001002": 60}, {"001002": 0})


def test_minutes_said_again_are_no_news(school: RecoverySchool) -> None:
    session = school.session(TUESDAY)
    school.document(session, {"ana": 60})
    assert document(session, [Minutes(school.students["ana"], 60)], school.act("clerk")) == 0
    assert RecoveryAttendance.objects.count() == 1


def test_a_change_of_minutes_needs_a_reason(school: RecoverySchool) -> None:
    session = school.session(TUESDAY)
    school.document(session, {"ana": 60})
    with pytest.raises(RefusedError, match="changing documented minutes needs a reason"):
        school.document(session, {"ana": 120})
    assert RecoveryAttendance.objects.count() == 1


def test_minutes_beyond_the_session_and_of_strangers_are_refused_whole(school: RecoverySchool) -> None:
    session = school.session(TUESDAY, hours=("15:00", "16:00"))
    school.students["chloe"].enrollments.all().delete()
    said = problems(lambda: school.document(session, {"ana": 61, "ben": 60, "chloe": 60}))
    assert "1 student has more minutes than the 60 the session lasts" in said
    assert "1 student has no enrollment in 2025-26" in said
    ana = school.students["ana"]
    twice = [Minutes(ana, 10), Minutes(ana, 20)]
    assert "named twice" in problems(lambda: document(session, twice, school.act("teacher", TUESDAY)))


def test_a_summer_session_takes_the_grade_of_the_year_that_follows(school: RecoverySchool) -> None:
    session = school.session(date(2025, 7, 12))
    school.document(session, {"ana": 60})
    assert RecoveryAttendance.objects.get().grade == "9"


def test_a_teacher_documents_only_sessions_of_their_own(school: RecoverySchool) -> None:
    session = school.session(TUESDAY)
    line = [Minutes(school.students["ana"], 60)]
    with pytest.raises(RefusedError, match="is no teacher of recovery session"):
        document(session, line, school.act("other_teacher", TUESDAY))
    document(session, line, school.act("clerk", TUESDAY))


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


def test_times_are_changed_only_before_the_first_signature_and_never_into_the_regular_day(
    school: RecoverySchool,
) -> None:
    session = school.session(TUESDAY)
    school.document(session, {"ana": 120})
    act = school.act("teacher", TUESDAY, "it began later")

    def moved(starts: str, ends: str) -> SessionEdit:
        return SessionEdit(time.fromisoformat(starts), time.fromisoformat(ends))

    assert "inside the regular day" in problems(
        lambda: recovery_sessions.edit(session, moved("11:00", "15:00"), act)
    )
    assert "120 documented minutes" in problems(
        lambda: recovery_sessions.edit(session, moved("15:00", "16:00"), act)
    )
    recovery_sessions.edit(session, moved("16:00", "19:00"), act)
    school.sign(session)
    assert "a teacher has signed for its times" in problems(
        lambda: recovery_sessions.edit(session, moved("16:00", "18:30"), act)
    )
    changed = recovery_sessions.edit(session, SessionEdit(room="R102", standards="HSA-REI.5"), act)
    assert (changed.room and changed.room.name, changed.standards) == ("R102", "HSA-REI.5")
    assert seen(school, session.code).is_signed


def test_only_a_session_without_minutes_is_deleted(school: RecoverySchool) -> None:
    kept, gone = school.session(TUESDAY), school.session(SATURDAY)
    school.document(kept, {"ana": 60})
    act = school.act("leader", reason="called off")
    with pytest.raises(RefusedError, match="minutes are documented in recovery session"):
        recovery_sessions.delete(kept, act)
    recovery_sessions.delete(gone, act)
    assert list(RecoverySession.objects.all()) == [kept]
    assert AuditEvent.objects.get(verb="delete-recovery-session").detail["before"]["teachers"] == "E001"
    assert recovery_sessions.listed(since=TUESDAY, until=TUESDAY) == [kept]
    with pytest.raises(RefusedError, match="no recovery session AR-9"):
        recovery_sessions.find("AR-9")


def test_what_is_signed_is_never_changed_or_deleted(school: RecoverySchool) -> None:
    session = school.signed(TUESDAY, {"ana": 60})
    for rows in (RecoveryAttendance.objects, RecoverySignature.objects):
        with pytest.raises(TypeError, match="never deleted"):
            rows.filter(session=session).delete()
