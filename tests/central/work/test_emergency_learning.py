"""Learning while school is closed is documented by certificated staff, day by day, and is no attendance."""

from datetime import timedelta

import pytest

from central.domain.emergency import DutyKind, DutyState
from central.errors import InputError, RefusedError
from central.store.models import AttendanceRecord, CheckIn, CheckInVerdict, Participation
from central.store.queries.emergencies import closed_for, duties_of
from central.work import emergency_learning, emergency_loans
from central.work.emergency_learning import TookPart
from central.work.emergency_loans import Answered, Told
from tests.fakes.closed_school import EIGHT, FOUR, ClosedSchool
from tests.fakes.school import MONDAY, at

pytestmark = pytest.mark.django_db
Way = Participation.Way
WORK = TookPart(Way.ASSIGNMENT, "worksheet 3")


@pytest.fixture
def closed() -> ClosedSchool:
    return ClosedSchool()


def test_a_check_in_from_afar_is_verified_by_the_own_teacher_alone_and_makes_no_record(
    closed: ClosedSchool,
) -> None:
    small = closed.small
    closed.close(closed.declare())
    closed.open_from_afar()
    online = closed.checks_in(small.ana, MONDAY)
    call = closed.calls(small.ben, MONDAY)
    closed.now = at(MONDAY, "12:00")
    why = "list of the online session"
    with pytest.raises(RefusedError, match="no teaching credential"):
        emergency_learning.verify(online, closed.act(small.clerk, why), is_verified=True)
    with pytest.raises(RefusedError, match="is not of employee"):
        emergency_learning.verify(online, closed.act(small.other_teacher, why), is_verified=True)
    with pytest.raises(RefusedError, match="needs a reason"):
        emergency_learning.verify(online, closed.act(small.teacher), is_verified=True)
    emergency_learning.verify(call, closed.act(small.teacher, "nobody answered back"), is_verified=False)
    assert emergency_learning.verify_class(small.algebra, MONDAY, closed.act(small.teacher, why)) == 1
    assert list(CheckInVerdict.objects.order_by("pk").values_list("is_verified", flat=True)) == [False, True]
    told = CheckIn.objects.create(
        student=small.ana, section=small.algebra, on=MONDAY, at=closed.now, way="told staff"
    )
    with pytest.raises(RefusedError, match="in person"):
        emergency_learning.verify(told, closed.act(small.teacher, why), is_verified=True)
    assert not AttendanceRecord.objects.exists()


def test_daily_participation_is_an_assignment_a_discussion_or_a_contact_with_its_evidence(
    closed: ClosedSchool,
) -> None:
    small, row = closed.small, closed.declare(EIGHT)
    closed.close(row, EIGHT)
    closed.now = at(MONDAY, "15:00")
    act = closed.act(small.teacher)
    for way in Way:
        took = {small.ana.pk: TookPart(way, "seen by its teacher")}
        assert emergency_learning.take_part(row, small.algebra, MONDAY, took, act) == 1
        assert emergency_learning.take_part(row, small.algebra, MONDAY, took, act) == 0
    assert Participation.objects.filter(by=small.teacher).count() == len(Way)
    one = {small.ana.pk: WORK}
    with pytest.raises(RefusedError, match="no teaching credential"):
        emergency_learning.take_part(row, small.algebra, MONDAY, one, closed.act(small.clerk))
    with pytest.raises(RefusedError, match="was not closed for emergency E1"):
        emergency_learning.take_part(row, small.algebra, MONDAY - timedelta(3), one, act)
    with pytest.raises(RefusedError, match="without a place in section"):
        emergency_learning.take_part(row, small.algebra, MONDAY, {small.dan.pk: WORK}, act)
    nothing = {small.ben.pk: TookPart(Way.CONTACT, " ")}
    with pytest.raises(RefusedError, match="needs a reason"):
        emergency_learning.take_part(row, small.algebra, MONDAY, nothing, act)
    again = closed.act(small.teacher, "it was of Tuesday")
    emergency_learning.withdraw_part(row, small.ana, MONDAY, Way.ASSIGNMENT, again)
    assert (small.ana.pk, "assignment") not in emergency_learning.standing(row, MONDAY, [small.ana.pk])
    with pytest.raises(RefusedError, match="nothing on file"):
        emergency_learning.withdraw_part(row, small.ana, MONDAY, Way.ASSIGNMENT, again)
    assert Participation.objects.count() == len(Way) + 1


def test_a_duty_is_proven_by_its_day_and_paper(closed: ClosedSchool) -> None:
    row = closed.declare()
    assert duties_of(row, closed_for(row), MONDAY) == ()
    closed.close(row)
    closed.now = at(FOUR[2], "12:00")
    with pytest.raises(RefusedError, match="has not come yet"):
        emergency_learning.prove(row, DutyKind.STUDY, FOUR[3], closed.act(reason="letters"))
    with pytest.raises(RefusedError, match="needs a reason"):
        emergency_learning.prove(row, DutyKind.STUDY, FOUR[2], closed.act())
    emergency_learning.prove(row, DutyKind.STUDY, FOUR[2], closed.act(reason="letters, binder 1"))
    (duty,) = duties_of(row, closed_for(row), FOUR[2])
    assert (duty.state, duty.why) == (DutyState.MET, f"done on {FOUR[2]}")


def test_one_hotspot_is_with_one_student_until_it_is_back_or_lost(closed: ClosedSchool) -> None:
    small, row = closed.small, closed.declare(EIGHT)
    act = closed.act(small.clerk, "works")
    emergency_loans.lend(row, small.ana, "HS-07", MONDAY, act)
    with pytest.raises(RefusedError, match="is lent already"):
        emergency_loans.lend(row, small.ben, " HS-07 ", MONDAY, act)
    with pytest.raises(RefusedError, match="has not come yet"):
        emergency_loans.lend(row, small.ben, "HS-08", FOUR[1], act)
    loan = emergency_loans.loan_of(row, "HS-07")
    emergency_loans.give_back(loan, MONDAY, act, is_back=True)
    assert emergency_loans.lent(row) == []
    emergency_loans.lend(row, small.ben, "HS-07", MONDAY, act)
    with pytest.raises(RefusedError, match="may not add emergencies"):
        emergency_loans.lend(row, small.ben, "HS-09", MONDAY, closed.act(small.auditor))


def test_a_partners_change_waits_for_the_authority_and_its_last_answer_counts(closed: ClosedSchool) -> None:
    small, row = closed.small, closed.declare(EIGHT)
    act = closed.act(small.clerk)
    with pytest.raises(InputError) as refused:
        emergency_loans.tell_partner(row, Told(" ", "x" * 501, MONDAY, " "), act)
    assert [fault.partition(":")[0] for fault in refused.value.problems] == ["partner", "what", "evidence"]
    change = emergency_loans.tell_partner(row, Told("County board", "weekly hours", MONDAY, "mail 4"), act)
    early = Answered(is_approved=True, on=MONDAY - timedelta(1), who="J. Doe", evidence="mail 5")
    with pytest.raises(RefusedError, match="an answer comes after that"):
        emergency_loans.note_answer(change, early, act)
    with pytest.raises(RefusedError, match="who of the authority"):
        emergency_loans.note_answer(change, Answered(True, MONDAY, " ", "mail 5"), act)  # noqa: FBT003  named by its class
    for is_approved in (False, True):
        emergency_loans.note_answer(change, Answered(is_approved, MONDAY, "J. Doe", "mail"), act)
    assert list(change.answers.order_by("pk").values_list("is_approved", flat=True)) == [False, True]
