"""A session lies outside the regular day, and its minutes are documented once and only added to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time

import pytest

from central.domain.recovery import RecoverySession as Seen
from central.errors import InputError, RefusedError
from central.store.models import (
    AuditEvent,
    CalendarDay,
    RecoveryAttendance,
    RecoverySession,
)
from central.store.queries.recovery import sessions
from central.store.queries.regular_days import regular_days
from central.work import recovery_sessions
from central.work.recovery_attendance import Minutes, document
from central.work.recovery_session_faults import SessionEdit, SessionWish
from tests.fakes import recovery_school
from tests.fakes.recovery_school import JUNE_30, RecoverySchool, at

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
    ("wrong", "says"),
    [
        (lambda wish: replace(wish, code=""), "0 characters"),
        (lambda wish: replace(wish, code="x" * 41), "41 characters"),
        (lambda wish: replace(wish, code="AR-1"), "a session AR-1 already"),
        (lambda wish: replace(wish, on=date(2025, 6, 30)), "2025-06-30 is before 2025-07-01, when"),
        (lambda wish: replace(wish, ends=time(15)), "ends before it begins"),
        (lambda wish: replace(wish, teachers=()), "it has no teacher"),
        (lambda wish: replace(wish, standards="x" * 256), "256 characters"),
    ],
)
def test_a_session_with_a_fault_is_not_kept(
    school: RecoverySchool, wrong: Callable[[SessionWish], SessionWish], says: str
) -> None:
    school.session(SATURDAY, "AR-1")
    wish = wrong(SessionWish("AR-2", TUESDAY, time(15), time(16), (school.staff["teacher"],)))
    assert says in problems(lambda: recovery_sessions.add(school.school, wish, school.act("teacher")))


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
