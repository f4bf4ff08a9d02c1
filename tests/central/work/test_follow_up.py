"""Faults that find their way, absences somebody follows up, and the school's own audit."""

from datetime import date, timedelta

import pytest

from central.errors import RefusedError
from central.store.models import (
    AppealStep,
    AuditSampleCheck,
    Enrollment,
    FaultReport,
    FaultStep,
    InterventionStep,
    Student,
)
from central.work import appeals, audit_samples, faults, interventions, student_years
from central.work.appeals import Answered
from central.work.audit_samples import Draw
from central.work.faults import Fault
from central.work.interventions import Done
from central.work.policies import Choice, choose
from tests.fakes import school as schools
from tests.fakes.one_class import provisional
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "12:00")
State = FaultStep.State
DAYS = schools.taught("A")


def test_a_fault_nobody_solves_goes_to_the_leader_by_itself_and_once(small: SmallSchool) -> None:
    wish = Fault("the reader is loose", page="/faults/new/?station=st-r101", station=small.station_101)
    fault = faults.report(wish, small.ana, NOW)
    faults.step(fault, State.TAKEN, small.staff["it"], "on my way", NOW)
    later = NOW + timedelta(hours=23)
    assert faults.escalate(small.school, later) == 0
    assert faults.escalate(small.school, later + timedelta(hours=1)) == 1
    assert faults.escalate(small.school, later + timedelta(hours=2)) == 0
    assert [row.pk for row in faults.escalated(small.school)] == [fault.pk]
    faults.step(fault, State.SOLVED, small.staff["it"], "screwed on", later)
    assert not faults.escalated(small.school).exists()
    assert list(fault.steps.order_by("pk").values_list("state", flat=True)) == [
        "taken",
        "escalated",
        "solved",
    ]


def test_the_school_sets_how_long_it_waits(small: SmallSchool) -> None:
    choose(Choice("fault_escalates_after_hours", "2", MONDAY, "short terms"), small.leader, NOW)
    faults.report(Fault("dark"), small.teacher, NOW)
    assert faults.escalate(small.school, NOW + timedelta(hours=2)) == 1


def test_a_fault_has_words_and_its_steps_belong_to_it_and_the_leader(small: SmallSchool) -> None:
    for says in ("", "   ", "x" * 501):
        with pytest.raises(RefusedError, match="1 to 500 characters"):
            faults.report(Fault(says), small.teacher, NOW)
    assert not FaultReport.objects.exists()
    fault = faults.report(Fault("dark"), small.teacher, NOW)
    with pytest.raises(RefusedError, match="may not change faults"):
        faults.step(fault, State.SOLVED, small.teacher, "is it?", NOW)


def calls(small: SmallSchool, on: date) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for call in interventions.calls(small.school, at(on, "16:00")):
        if call.is_open:
            found.setdefault(call.student.given_name, set()).add(call.kind)
    return found


def test_absence_calls_for_somebody_in_words_that_fit_the_age(small: SmallSchool) -> None:
    """Ana is a minor, Ben an adult, Chloe a minor of a partnership program; all miss four of 14 days."""
    for name, born in (("ana", 2009), ("ben", 1990), ("chloe", 2009)):
        student = small.students[name]
        Student.objects.filter(pk=student.pk).update(birth_on=date(born, 5, 5))
        Register(small).certified(small.algebra, student, DAYS[:10])
        Register(small).certified(small.algebra, student, DAYS[10:14], mark="absent")
    Enrollment.objects.filter(student=small.chloe).update(programme="47612.1")
    student_years.rebuild(small.year)
    every = {"in a row", "month", "chronic"}
    assert calls(small, DAYS[13]) == {"Ana": {*every, "truancy"}, "Ben": every, "Chloe": every}
    words = " ".join(interventions.SENTENCES[kind] for kind in every).lower()
    assert not any(word in words for word in ("truan", "compulsory", "unexcused", "excuse"))


def test_what_was_done_stays_with_the_call_and_closing_ends_it(small: SmallSchool) -> None:
    Register(small).certified(small.algebra, small.ben, DAYS[:10])
    Register(small).certified(small.algebra, small.ben, DAYS[10:13], mark="absent")
    student_years.rebuild(small.year)
    now = at(DAYS[13], "09:00")
    (call,) = [each for each in interventions.calls(small.school, now) if each.kind == "in a row"]
    assert (call.since, call.is_adult, call.state) == (DAYS[10], True, "")
    done = Done(call.kind, call.since, InterventionStep.State.CONTACTED, "rang")
    with pytest.raises(RefusedError, match="may not change interventions"):
        interventions.take_step(small.ben, done, small.auditor, now)
    for state in (InterventionStep.State.CONTACTED, InterventionStep.State.CLOSED):
        interventions.take_step(small.ben, Done(call.kind, call.since, state, "rang"), small.clerk, now)
    (again,) = [each for each in interventions.calls(small.school, now) if each.kind == "in a row"]
    assert (len(again.steps), again.is_open) == (2, False)


def test_a_student_who_came_back_or_missed_too_few_days_calls_for_nobody(small: SmallSchool) -> None:
    Register(small).certified(small.algebra, small.ben, DAYS[:40])
    Register(small).certified(small.algebra, small.ben, DAYS[40:42], mark="absent")
    student_years.rebuild(small.year)
    assert calls(small, DAYS[42]) == {}


def test_a_sample_is_drawn_again_by_its_seed_and_each_record_is_said_right_or_wrong(
    small: SmallSchool,
) -> None:
    Register(small).certified(small.algebra, small.ana, DAYS[:30])
    provisional(small, small.ben, DAYS[3])
    wish = Draw(DAYS[0], DAYS[29], 5, 4711)
    one, other = (audit_samples.draw(wish, small.leader, NOW) for _ in range(2))
    assert one.records == other.records
    assert len(set(one.records)) == 5
    assert audit_samples.draw(Draw(DAYS[0], DAYS[29], 5, 4712), small.leader, NOW).records != one.records
    first = one.records[0]
    with pytest.raises(RefusedError, match="needs a reason"):
        audit_samples.check(one, first, small.leader, "", NOW, is_right=False)
    audit_samples.check(one, first, small.leader, "", NOW, is_right=True)
    audit_samples.check(one, first, small.leader, "paper says absent", NOW, is_right=False)
    assert {key: row.is_right for key, row in audit_samples.result(one).items()} == {first: False}
    with pytest.raises(RefusedError, match="not in this sample"):
        audit_samples.check(one, 0, small.leader, "", NOW, is_right=True)
    with pytest.raises(RefusedError, match="may not add internal audit"):
        audit_samples.draw(wish, small.clerk, NOW)
    assert AuditSampleCheck.objects.count() == 2


def test_an_appeal_is_answered_corrected_only_once_something_was(small: SmallSchool) -> None:
    record = provisional(small, small.ana)
    appeal = appeals.appeal(small.ana, small.algebra, MONDAY, "I was late, not absent", NOW)
    with pytest.raises(RefusedError, match="said this already"):
        appeals.appeal(small.ana, small.algebra, MONDAY, "again", NOW)
    with pytest.raises(RefusedError, match="has not come yet"):
        appeals.appeal(small.ana, small.algebra, MONDAY + timedelta(days=1), "tomorrow", NOW)
    corrected = AppealStep.Answer.CORRECTED
    with pytest.raises(RefusedError, match="correct the record first"):
        appeals.answer(appeal, Answered(corrected, small.clerk, "done"), NOW)
    with pytest.raises(RefusedError, match="is not of employee"):
        appeals.answer(appeal, Answered(AppealStep.Answer.STANDS, small.other_teacher, "no"), NOW)
    record.decisions.create(
        stage_from="provisional",
        stage_to="provisional",
        mark="present",
        by=small.teacher,
        at=NOW + timedelta(minutes=5),
        is_same_day=True,
    )
    appeals.answer(appeal, Answered(corrected, small.teacher, "marked late"), NOW)
    assert not appeals.open_appeals(small.school).exists()
