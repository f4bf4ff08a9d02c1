"""A notice of absence against a sign of presence: no claim until somebody settled which is right."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.domain.calendar import DateSpan
from central.errors import RefusedError
from central.store.models import AbsenceNotice, AttendanceRecord, NoticeDecision
from central.work import notices, student_years
from central.work.claims import claimed
from central.work.notices import Settled
from tests.fakes import school as schools
from tests.fakes.facts import note
from tests.fakes.register import P1_DAYS_A, Register, ada, report, says
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
WEEK = [MONDAY + timedelta(days=index) for index in range(5)]
NOW = at(WEEK[4], "16:00")


@pytest.fixture
def small() -> SmallSchool:
    small = schools.build()
    Register(small).certified(small.algebra, small.ana, WEEK)
    student_years.rebuild(small.year)
    return small


def counted(small: SmallSchool) -> str:
    return ada(report(small))["A"][0]


def agrees(small: SmallSchool) -> bool:
    return list(student_years.differences(small.year)) == []


def sick(small: SmallSchool, on: date = MONDAY, until: date | None = None) -> AbsenceNotice:
    return notices.give(small.ana, DateSpan(on, until or on), "sick", small.clerk, NOW)


def test_a_day_called_in_sick_and_certified_present_is_not_claimed_until_settled(small: SmallSchool) -> None:
    assert counted(small) == f"5/{P1_DAYS_A}"
    notice = sick(small, MONDAY, WEEK[1])
    assert counted(small) == f"3/{P1_DAYS_A}"
    assert "2 days of 1 student are held back: a notice of absence stands against it" in says(
        report(small), "R-REC-07"
    )
    assert [conflict.on for conflict in notices.conflicts(small.school, *WEEK[::4])] == WEEK[:2]
    notices.settle(notice, MONDAY, Settled(was_present=True, by=small.teacher, reason="came at 9"), NOW)
    assert counted(small) == f"4/{P1_DAYS_A}"
    notices.settle(notice, WEEK[1], Settled(was_present=False, by=small.clerk, reason="mother said"), NOW)
    assert counted(small) == f"4/{P1_DAYS_A}"
    assert "settled as an absence, and the record says present" in says(report(small), "R-REC-07")
    assert notices.conflicts(small.school, *WEEK[::4]) == []
    assert agrees(small)


def test_a_note_of_the_office_holds_a_day_back_until_it_is_withdrawn(small: SmallSchool) -> None:
    note(small.ana, MONDAY, "excused")
    assert counted(small) == f"4/{P1_DAYS_A}"
    note(small.ana, MONDAY, "withdrawn")
    assert counted(small) == f"5/{P1_DAYS_A}"


def test_what_is_noticed_later_does_not_reach_back_into_an_earlier_report(small: SmallSchool) -> None:
    later = at(date(2024, 10, 2), "09:00")
    notices.give(small.ana, DateSpan(WEEK[0], WEEK[0]), "sick", small.clerk, at(WEEK[1], "09:00"))
    notices.give(small.ana, DateSpan(WEEK[2], WEEK[2]), "sick", small.clerk, later)
    assert ada(report(small, as_of=date(2024, 9, 30)))["A"][0].startswith("4/")
    assert counted(small) == f"3/{P1_DAYS_A}"


def test_who_may_take_and_who_may_settle_a_notice(small: SmallSchool) -> None:
    for name in ("leader", "it", "admin", "auditor"):
        with pytest.raises(RefusedError, match="may not add check-ins and notices"):
            notices.give(small.ana, DateSpan(MONDAY, MONDAY), "sick", small.staff[name], NOW)
    own = notices.give(small.ana, DateSpan(MONDAY, MONDAY), "my own words", None, NOW)
    assert notices.unsettled(small.ana, MONDAY) == [own]
    present = {"was_present": True, "reason": "seen"}
    for name in ("paraeducator", "leader", "auditor"):
        with pytest.raises(RefusedError, match="may not change"):
            notices.settle(own, MONDAY, Settled(by=small.staff[name], **present), NOW)  # type: ignore[arg-type]  # words of one form
    with pytest.raises(RefusedError, match="teaches no class of that student"):
        notices.settle(own, MONDAY, Settled(was_present=True, by=small.other_teacher, reason="no"), NOW)
    with pytest.raises(RefusedError, match="not of"):
        notices.settle(own, WEEK[1], Settled(was_present=True, by=small.clerk, reason="no"), NOW)
    with pytest.raises(RefusedError, match="needs a reason"):
        notices.settle(own, MONDAY, Settled(was_present=True, by=small.clerk, reason=" "), NOW)
    assert not NoticeDecision.objects.exists()
    notices.settle(own, MONDAY, Settled(was_present=True, by=small.teacher, reason="seen"), NOW)
    assert notices.unsettled(small.ana, MONDAY) == []


def test_a_notice_is_of_days_near_enough_to_know(small: SmallSchool) -> None:
    today = NOW.date()
    far = [(31, 31), (-181, -181), (0, -60)]
    for before, after in far:
        span = DateSpan(today - timedelta(days=before), today - timedelta(days=after))
        with pytest.raises(RefusedError, match="a notice is of"):
            notices.give(small.ana, span, "sick", None, NOW)
    assert not AbsenceNotice.objects.exists()


@dataclass(frozen=True)
class Act:
    """One notice of some days, and what each day was settled as, in order."""

    since: int
    length: int
    words: tuple[tuple[int, bool], ...]


ACTS = st.builds(
    Act,
    st.integers(0, 4),
    st.integers(0, 2),
    st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=4).map(tuple),
)


@given(acts=st.lists(ACTS, max_size=4), attended=st.sets(st.integers(0, 4)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_day_is_claimed_iff_it_was_attended_and_every_notice_of_it_settled_as_present(
    small: SmallSchool, acts: list[Act], attended: set[int]
) -> None:
    _start_over(small, attended)
    claimable = dict.fromkeys(range(5), True)
    open_days: set[int] = set()
    for act in acts:
        last = min(act.since + act.length, 4)
        notice = sick(small, WEEK[act.since], WEEK[last])
        words: dict[int, bool] = {}
        for index, was_present in act.words:
            if act.since <= index <= last:
                notices.settle(notice, WEEK[index], Settled(was_present, small.clerk, "asked"), NOW)
                words[index] = was_present
        for index in range(act.since, last + 1):
            claimable[index] &= words.get(index, False)
            open_days |= {index} if index not in words else set()
    expected = {WEEK[index] for index in attended if claimable[index]}
    made = claimed(small.year, at(date(2025, 6, 30), "12:00"), date(2025, 6, 30))
    assert {day.on for day in made.claim.days} == expected
    assert agrees(small)
    conflicts = {conflict.on for conflict in notices.conflicts(small.school, *WEEK[::4])}
    assert conflicts == {WEEK[index] for index in attended & open_days}


def _start_over(small: SmallSchool, attended: set[int]) -> None:
    NoticeDecision.objects.all()._raw_delete("default")
    AbsenceNotice.objects.all()._raw_delete("default")
    for record in AttendanceRecord.objects.filter(student=small.ana):
        mark = "present" if record.on in {WEEK[index] for index in attended} else "absent"
        if record.mark != mark:
            Register(small).correct(small.ana, record.on, mark, at(WEEK[4], "15:30"))
    student_years.rebuild(small.year)
