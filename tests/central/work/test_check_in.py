"""Presence said otherwise than by a tap: evidence and a provisional record, never more."""

from datetime import date, timedelta

import pytest

from central.errors import RefusedError
from central.store.models import AttendanceRecord, CalendarDay, CheckIn
from central.work import check_in
from central.work.certify import Signature, certify_session
from central.work.check_in import Said
from central.work.policies import Choice, choose
from tests.fakes.one_class import absent, provisional
from tests.fakes.register import P1_DAYS_A, ada, report, says
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOON = at(MONDAY, "09:00")
Stage, Way = AttendanceRecord.Stage, CheckIn.Way


def open_class(small: SmallSchool, what: str = "ALG1-01", since: date = MONDAY) -> None:
    choose(Choice("remote_check_in", what, since, "smoke in the valley"), small.leader, NOON)


def said(small: SmallSchool, way: CheckIn.Way, on: date = MONDAY) -> Said:
    return Said(small.algebra, on, way, "asked by name")


def certify(small: SmallSchool) -> None:
    signature = Signature(small.teacher, at(MONDAY, "10:05"))
    certify_session(small.algebra, MONDAY, signature, absent(small.ben, small.chloe))


def test_a_student_who_told_staff_has_a_provisional_record_and_who_took_it(small: SmallSchool) -> None:
    row = check_in.take(small.ana, said(small, Way.TOLD_STAFF), small.teacher, NOON)
    record = AttendanceRecord.objects.get()
    assert (record.stage, record.source, record.mark) == (Stage.PROVISIONAL, "check-in", "present")
    assert (row.taken_by, record.decisions.get().by) == (small.teacher, small.teacher)
    assert ada(report(small))["A"][0] == f"0/{P1_DAYS_A}"
    certify(small)
    assert ada(report(small))["A"][0] == f"1/{P1_DAYS_A}"


@pytest.mark.parametrize("way", [Way.REMOTE, Way.ONLINE_SESSION])
def test_a_check_in_from_afar_is_certified_and_still_no_day_of_a_classroom(
    small: SmallSchool, way: CheckIn.Way
) -> None:
    open_class(small)
    check_in.check_in(small.ana, said(small, way), NOON)
    certify(small)
    made = report(small)
    assert ada(made)["A"][0] == f"0/{P1_DAYS_A}"
    assert "1 days of 1 student are held back: present by a check-in from afar alone" in says(made, "R-IS-01")


def test_a_phone_call_is_presence_from_afar_and_somebody_who_saw_the_student_is_not(
    small: SmallSchool,
) -> None:
    check_in.take(small.ana, said(small, Way.PHONE_CALL), small.clerk, NOON)
    certify(small)
    assert ada(report(small))["A"][0] == f"0/{P1_DAYS_A}"
    check_in.take(small.ana, said(small, Way.TOLD_STAFF), small.teacher, NOON)
    assert ada(report(small))["A"][0] == f"1/{P1_DAYS_A}"


def test_a_tap_beside_a_check_in_from_afar_is_presence_in_the_room(small: SmallSchool) -> None:
    provisional(small, small.ana)
    open_class(small)
    check_in.check_in(small.ana, said(small, Way.REMOTE), NOON)
    certify(small)
    assert ada(report(small))["A"][0] == f"1/{P1_DAYS_A}"
    assert CheckIn.objects.count() == 1


def test_a_student_checks_in_alone_only_today_where_it_is_open_and_once(small: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="not open"):
        check_in.check_in(small.ana, said(small, Way.REMOTE), NOON)
    open_class(small, "ENG1-01")
    with pytest.raises(RefusedError, match="not open"):
        check_in.check_in(small.ana, said(small, Way.REMOTE), NOON)
    open_class(small, "all")
    with pytest.raises(RefusedError, match="of today alone"):
        check_in.check_in(small.ana, said(small, Way.REMOTE, MONDAY - timedelta(days=3)), NOON)
    with pytest.raises(RefusedError, match="no place in section"):
        check_in.check_in(small.dan, said(small, Way.REMOTE), NOON)
    with pytest.raises(RefusedError, match="taken by a member of staff"):
        check_in.check_in(small.ana, said(small, Way.TOLD_STAFF), NOON)
    assert not CheckIn.objects.exists()
    check_in.check_in(small.ana, said(small, Way.REMOTE), NOON)
    with pytest.raises(RefusedError, match="once is enough"):
        check_in.check_in(small.ana, said(small, Way.ONLINE_SESSION), NOON)
    assert CheckIn.objects.count() == AttendanceRecord.objects.count() == 1


def test_a_closure_opens_its_track_where_the_school_chose_so_and_makes_no_record(small: SmallSchool) -> None:
    CalendarDay.objects.filter(track=small.track_a, on=MONDAY).update(is_taught=False, kind="closure")
    assert not check_in.may_check_in(small.ana, small.algebra, MONDAY)
    choose(Choice("check_in_on_closures", "yes", MONDAY, "plan of continuity"), small.leader, NOON)
    assert not check_in.may_check_in(small.dan, small.english, MONDAY)
    check_in.check_in(small.ana, said(small, Way.REMOTE), NOON)
    assert CheckIn.objects.get().student == small.ana
    assert not AttendanceRecord.objects.exists()


def test_staff_take_check_ins_of_their_own_classes_with_words(small: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="section ALG1-01 is not of employee"):
        check_in.take(small.ana, said(small, Way.TOLD_STAFF), small.other_teacher, NOON)
    for name in ("leader", "it", "admin", "auditor"):
        with pytest.raises(RefusedError, match="may not add"):
            check_in.take(small.ana, said(small, Way.TOLD_STAFF), small.staff[name], NOON)
    with pytest.raises(RefusedError, match="the student's own"):
        check_in.take(small.ana, said(small, Way.REMOTE), small.clerk, NOON)
    with pytest.raises(RefusedError, match="has not come yet"):
        check_in.take(small.ana, said(small, Way.TOLD_STAFF, MONDAY + timedelta(days=1)), small.clerk, NOON)
    assert not CheckIn.objects.exists()


def test_a_check_in_leaves_what_a_person_has_decided_alone(small: SmallSchool) -> None:
    signature = Signature(small.teacher, at(MONDAY, "10:05"))
    certify_session(small.algebra, MONDAY, signature, absent(small.ana, small.ben, small.chloe))
    check_in.take(small.ana, said(small, Way.TOLD_STAFF), small.clerk, at(MONDAY, "11:00"))
    record = AttendanceRecord.objects.get(student=small.ana)
    assert (record.mark, record.stage) == ("absent", Stage.CERTIFIED)
