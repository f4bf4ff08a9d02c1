from collections.abc import Callable
from datetime import date, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.calendar import SchoolYear, monday_of
from central.domain.enrolment import Grade
from central.domain.recovery import MinutesPolicy, Participation, RecoverySession
from central.law.minutes import minimum_day
from central.law.recovery import findings_on_session_hours, findings_on_session_staff
from central.law.recovery_ledger import (
    EarnedRecovery,
    SessionMinutes,
    minutes_policy,
    recoverable_absences,
    recovery_days_allowed,
    recovery_days_used,
    recovery_earned,
    session_minutes,
)

FIRST = date(2025, 9, 1)
parts = st.lists(
    st.builds(
        SessionMinutes,
        on=st.integers(0, 40).map(lambda index: FIRST + timedelta(days=index)),
        grade=st.sampled_from([Grade.K, Grade.G3, Grade.G9]),
        minutes=st.integers(0, 500),
    ),
    max_size=40,
)
policies = st.sampled_from(MinutesPolicy)


def always(policy: MinutesPolicy) -> Callable[[date], MinutesPolicy]:
    return lambda _on: policy


@given(parts, policies)
def test_no_date_earns_twice_and_no_week_more_than_five(
    held: list[SessionMinutes], policy: MinutesPolicy
) -> None:
    earned = recovery_earned(held, always(policy))
    assert len(set(earned.earned_on)) == earned.days
    assert set(earned.earned_on) <= {part.on for part in held}
    weeks = [monday_of(on) for on in earned.earned_on]
    assert all(weeks.count(week) <= 5 for week in weeks)


@given(parts, policies)
def test_credit_is_never_more_than_the_time_spent(held: list[SessionMinutes], policy: MinutesPolicy) -> None:
    earned = recovery_earned(held, always(policy))
    assert earned.raw_minutes == sum(part.minutes for part in held)
    assert 0 <= earned.minutes_banked <= earned.credited_minutes <= earned.raw_minutes
    assert earned.days * minimum_day(Grade.K, FIRST) <= earned.credited_minutes


@given(parts, st.integers(0, 40))
def test_more_time_never_costs_a_day_when_every_minute_is_kept(
    held: list[SessionMinutes], index: int
) -> None:
    # One grade, because a grade with a longer minimum day may well need more.
    same = [SessionMinutes(part.on, Grade.G9, part.minutes) for part in held]
    longer = [*same, SessionMinutes(FIRST + timedelta(days=index), Grade.G9, 240)]
    policy = MinutesPolicy.EXACT_MINUTES
    assert recovery_earned(longer, always(policy)).days >= recovery_earned(same, always(policy)).days


def test_no_time_earns_nothing() -> None:
    assert recovery_earned([], always(MinutesPolicy.DAILY_OR_HOURLY)) == EarnedRecovery((), 0)


@given(parts, policies, st.randoms(use_true_random=False))
def test_the_order_sessions_are_told_in_changes_nothing(
    held: list[SessionMinutes], policy: MinutesPolicy, random: Random
) -> None:
    shuffled = list(held)
    random.shuffle(shuffled)
    assert recovery_earned(shuffled, always(policy)) == recovery_earned(held, always(policy))


def test_raw_credited_and_banked_minutes_are_all_kept() -> None:
    held = [SessionMinutes(FIRST + timedelta(days=7 * index), Grade.G3, 115) for index in range(5)]
    earned = recovery_earned(held, always(MinutesPolicy.DAILY_OR_HOURLY))
    assert (earned.raw_minutes, earned.credited_minutes, earned.minutes_banked) == (575, 300, 70)
    assert earned.earned_on == (date(2025, 9, 22),)


def test_a_banked_day_waits_for_a_week_with_room() -> None:
    full = [SessionMinutes(FIRST + timedelta(days=index), Grade.G9, 240) for index in range(5)]
    hours = [SessionMinutes(date(2025, 8, 29), Grade.G9, 180), SessionMinutes(date(2025, 9, 6), Grade.G9, 60)]
    earned = recovery_earned([*full, *hours], always(MinutesPolicy.DAILY_OR_HOURLY))
    assert (earned.days, earned.minutes_banked) == (5, 240)
    later = SessionMinutes(date(2025, 9, 8), Grade.G9, 10)
    earned = recovery_earned([*full, *hours, later], always(MinutesPolicy.DAILY_OR_HOURLY))
    assert (earned.earned_on[-1], earned.days, earned.minutes_banked) == (date(2025, 9, 8), 6, 0)


@pytest.mark.parametrize("earned", range(14))
@pytest.mark.parametrize("absences", range(14))
def test_no_more_is_used_than_was_earned_was_missed_and_is_allowed(earned: int, absences: int) -> None:
    used = recovery_days_used(earned, absences, recovery_days_allowed(FIRST))
    assert used in (earned, absences, 10)
    assert used <= earned
    assert used <= absences
    assert used <= 10


def test_the_policy_of_the_first_year_is_daily_or_hourly() -> None:
    assert minutes_policy(date(2025, 7, 1)) is MinutesPolicy.DAILY_OR_HOURLY


def session(
    *present: Participation, begins: time = time(15, 30), ends: time = time(17, 30)
) -> RecoverySession:
    return RecoverySession(
        session="R1", on=FIRST, begins=begins, ends=ends, teachers=1, is_signed=True, present=present
    )


def test_a_students_minutes_are_picked_from_every_session_oldest_first() -> None:
    mine, other = Participation("S1", Grade.G9, 60), Participation("S2", Grade.G9, 90)
    late = RecoverySession(
        session="R2",
        on=FIRST + timedelta(days=1),
        begins=time(8),
        ends=time(9),
        teachers=1,
        is_signed=True,
        present=(mine,),
    )
    found = session_minutes("S1", [late, session(other, mine)])
    assert found == (
        SessionMinutes(FIRST, Grade.G9, 60),
        SessionMinutes(FIRST + timedelta(days=1), Grade.G9, 60),
    )


def test_a_student_told_twice_in_a_session_is_one_student() -> None:
    twice = [Participation(f"S{index % 20}", Grade.G5, 30) for index in range(40)]
    assert findings_on_session_staff(session(*twice)) == ()


def test_a_session_that_ends_before_it_begins_is_reported_even_on_a_free_day() -> None:
    (finding,) = findings_on_session_hours(session(begins=time(17), ends=time(15)), None)
    assert (finding.rule, finding.says, finding.subject) == ("R-AR-03", "ends before it begins", "R1")


def test_only_the_students_own_absences_are_recoverable() -> None:
    absences = [FullDayAbsence(student, FIRST, AbsenceReason.EXCUSED) for student in ("S1", "S2")]
    assert recoverable_absences("S1", absences, SchoolYear("2025-26")) == (absences[0],)
    assert recoverable_absences("S3", absences, SchoolYear("2025-26")) == ()


def test_a_date_that_is_a_day_in_itself_completes_no_second_one_from_the_bank() -> None:
    hourly = always(MinutesPolicy.DAILY_OR_HOURLY)
    monday = date(2025, 9, 8)
    full = [SessionMinutes(FIRST + timedelta(days=index), Grade.G9, 240) for index in range(5)]
    hours = [SessionMinutes(date(2025, 8, 30), Grade.G9, 180), SessionMinutes(date(2025, 9, 6), Grade.G9, 60)]
    earned = recovery_earned([*full, *hours, SessionMinutes(monday, Grade.G9, 240)], hourly)
    assert (earned.days, earned.minutes_banked) == (6, 240)
    tuesday = SessionMinutes(monday + timedelta(days=1), Grade.G9, 1)
    earned = recovery_earned([*full, *hours, SessionMinutes(monday, Grade.G9, 240), tuesday], hourly)
    assert (earned.earned_on[-1], earned.days, earned.minutes_banked) == (tuesday.on, 7, 0)


def test_a_date_in_two_grades_needs_the_longer_minimum_day() -> None:
    parts = [SessionMinutes(FIRST, Grade.K, 120), SessionMinutes(FIRST, Grade.G9, 119)]
    for policy in MinutesPolicy:
        assert recovery_earned(parts, always(policy)).days == 0
