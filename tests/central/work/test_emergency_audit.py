"""Once it is over, everything that does not fit is listed, resolved by name and reason, and learned from."""

from datetime import date, timedelta

import pytest

from central.domain.calendar import DateSpan
from central.errors import RefusedError
from central.store.models import DiscrepancyStep, PaperLine, PaperSheet, Tap
from central.work import after_action, emergencies, emergency_audit, emergency_learning, notices
from central.work.emergency_findings import Kind
from central.work.emergency_learning import TookPart
from central.work.emergency_loans import Told, lend, tell_partner
from tests.fakes.closed_school import EIGHT, FOUR, ClosedSchool
from tests.fakes.one_class import provisional
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed() -> ClosedSchool:
    return ClosedSchool()


def kinds(closed: ClosedSchool, row: object) -> list[tuple[Kind, str, str]]:
    lines = emergency_audit.audit(row, closed.now)  # type: ignore[arg-type]  # an emergency
    return [(line.found.kind, line.found.where, line.found.student) for line in lines if line.is_open]


def tap(small: SmallSchool, on: date, sequence: int) -> Tap:
    return Tap.objects.create(
        school=small.school,
        station=small.station_101,
        server_sequence=1,
        position=sequence,
        epoch=1,
        sequence=sequence,
        leaf=bytes([sequence]) * 32,
        reader="r1",
        on=on,
        time_quality="T1",
    )


def test_a_closure_with_everything_in_order_has_an_empty_audit(closed: ClosedSchool) -> None:
    row = closed.declare()
    closed.close(row)
    closed.now = at(FOUR[-1], "18:00")
    assert kinds(closed, row) == []


def test_what_exists_on_a_closed_day_is_found(closed: ClosedSchool) -> None:
    small, row = closed.small, closed.declare()
    provisional(small, small.ana)
    closed.close(row)
    closed.open_from_afar()
    closed.calls(small.ben, MONDAY)
    for sequence in (1, 2):
        tap(small, FOUR[1], sequence)
    tap(small, FOUR[-1] + timedelta(1), 3)
    closed.now = at(FOUR[-1], "18:00")
    assert kinds(closed, row) == [
        (Kind.UNVERIFIED, "ALG1-01", "001002"),
        (Kind.RECORD, "ALG1-01", "001001"),
        (Kind.TAP, "st-r101", ""),
    ]
    (taps,) = [line for line in emergency_audit.audit(row, closed.now) if line.found.kind is Kind.TAP]
    assert (taps.found.count, taps.found.on) == (2, FOUR[1])


def test_an_extended_closure_asks_for_check_in_and_participation_both(closed: ClosedSchool) -> None:
    small, row = closed.small, closed.declare(EIGHT)
    closed.close(row, EIGHT)
    closed.open_from_afar()
    for student in (small.ana, small.ben):
        closed.checks_in(student, MONDAY)
    closed.now = at(EIGHT[-1], "18:00")
    teacher = closed.act(small.teacher, "camera on")
    emergency_learning.verify_class(small.algebra, MONDAY, teacher)
    part = TookPart("contact", "called her")  # type: ignore[arg-type]  # its value
    took = {small.ana.pk: part, small.chloe.pk: part}
    emergency_learning.take_part(row, small.algebra, MONDAY, took, teacher)
    assert kinds(closed, row) == [
        (Kind.CHECK_IN_ALONE, "ALG1-01", "001002"),
        (Kind.PART_ALONE, "", "001003"),
    ]


def test_where_school_stayed_open_paper_late_entries_notices_and_unsigned_classes_are_found(
    closed: ClosedSchool,
) -> None:
    small, row = closed.small, closed.declare(FOUR[:1], cause="c")
    record = provisional(small, small.ana)
    sheet = PaperSheet.objects.create(
        section=small.algebra, on=MONDAY, sheet="7", imported_by=small.clerk, imported_at=at(MONDAY, "14:00")
    )
    PaperLine.objects.create(sheet=sheet, line=2, record=record, mark="present", outcome="no-outage")
    notices.give(small.ana, DateSpan(MONDAY, MONDAY), "is ill", small.clerk, at(MONDAY, "08:00"))
    closed.now = at(MONDAY, "18:00")
    # The day is not over: nobody is late with a signature yet.
    assert Kind.UNCERTIFIED not in {kind for kind, _, _ in kinds(closed, row)}
    closed.now = at(FOUR[1], "12:00")
    record.decisions.create(
        stage_to="provisional", mark="absent", by=small.clerk, at=closed.now, is_same_day=False, reason="late"
    )
    assert kinds(closed, row) == [
        (Kind.UNCERTIFIED, "ALG1-01", ""),
        (Kind.UNCERTIFIED, "ENG1-01", ""),
        (Kind.LATE, "ALG1-01", ""),
        (Kind.NOTICE, "ALG1-01", "001001"),
        (Kind.PAPER, "ALG1-01", ""),
    ]
    Register(small).certified(small.english, small.dan, [MONDAY])
    assert (Kind.UNCERTIFIED, "ENG1-01", "") not in kinds(closed, row)


def test_what_was_lent_or_told_and_is_not_settled_is_found_once_it_is_over(closed: ClosedSchool) -> None:
    small, row = closed.small, closed.declare()
    lend(row, small.ana, "HS-07", MONDAY, closed.act())
    tell_partner(row, Told("County board", "weekly hours", MONDAY, "mail 4"), closed.act())
    assert kinds(closed, row)[-1:] != [(Kind.PARTNER, "County board", "")]
    closed.now = at(FOUR[-1] + timedelta(1), "08:00")
    emergencies.end(row, MONDAY, closed.act(reason="rain"))
    found = kinds(closed, emergencies.find(small.year, "E1"))
    assert (Kind.HOTSPOT, "HS-07", "001001") in found
    assert (Kind.PARTNER, "County board", "") in found


def test_each_line_is_resolved_with_a_reason_by_somebody_with_the_right_and_stays_on_file(
    closed: ClosedSchool,
) -> None:
    small, row = closed.small, closed.declare()
    record = provisional(small, small.ana)
    closed.close(row)
    closed.now = at(FOUR[-1], "18:00")
    name = f"record:record/{record.pk}"
    with pytest.raises(RefusedError, match="may not change emergencies"):
        emergency_audit.resolve(row, [name], closed.act(small.teacher, "removed"))
    with pytest.raises(RefusedError, match="needs a reason"):
        emergency_audit.resolve(row, [name], closed.act(small.clerk))
    with pytest.raises(RefusedError, match="has no line record:record/0"):
        emergency_audit.resolve(row, [name, "record:record/0"], closed.act(small.clerk, "removed"))
    assert not DiscrepancyStep.objects.exists()
    emergency_audit.resolve(row, [name], closed.act(small.clerk, "a trial of the station"))
    with pytest.raises(RefusedError, match="is resolved already"):
        emergency_audit.resolve(row, [name], closed.act(small.clerk, "again"))
    assert kinds(closed, row) == []
    record.stage = "removed"
    record.save()
    (gone,) = emergency_audit.audit(row, closed.now)
    assert (gone.is_there, gone.is_open, gone.step and gone.step.reason) == (
        False,
        False,
        "a trial of the station",
    )
    emergency_audit.open_again(row, [name], closed.act(reason="look once more"))
    assert emergency_audit.audit(row, closed.now) == []
    assert DiscrepancyStep.objects.count() == 2


def test_the_after_action_list_names_owners_and_days_and_is_late_after_them(closed: ClosedSchool) -> None:
    small, row = closed.small, closed.declare()
    due = FOUR[-1] + timedelta(30)
    closed.now = at(FOUR[-1], "18:00")
    with pytest.raises(RefusedError, match="may not change emergencies"):
        after_action.add(row, "A second line", small.teacher, due, closed.act(small.teacher))
    with pytest.raises(RefusedError, match="is over; name the day"):
        after_action.add(row, "A second line", small.teacher, MONDAY, closed.act())
    action = after_action.add(row, "A second line", small.teacher, due, closed.act())
    (line,) = after_action.listed(row)
    assert (line.is_late(due), line.is_late(due + timedelta(1))) == (False, True)
    with pytest.raises(RefusedError, match="name the new day"):
        after_action.take_step(action, "moved", closed.act(small.teacher, "ordered"))
    later = due + timedelta(10)
    after_action.take_step(action, "moved", closed.act(small.teacher, "ordered"), due_on=later)
    (line,) = after_action.listed(row)
    assert (line.is_open, line.due_on) == (True, later)
    with pytest.raises(RefusedError, match="may not change emergencies"):
        after_action.take_step(action, "done", closed.act(small.other_teacher, "works"))
    after_action.take_step(action, "done", closed.act(small.teacher, "works"))
    with pytest.raises(RefusedError, match="this was done on"):
        after_action.take_step(action, "dropped", closed.act(reason="why not"))
