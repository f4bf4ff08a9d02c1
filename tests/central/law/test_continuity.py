"""A closed school's dated duties: to the day, from the day each became law, and met by school itself."""

from datetime import date, timedelta

import pytest

from central.domain.emergency import Duty, DutyKind, DutyState
from central.law.continuity import Closing, duties

MONDAY = date(2025, 9, 8)
FRIDAY = date(2025, 9, 5)
A_YEAR_BEFORE = date(2024, 9, 9)


def of(closing: Closing, today: date) -> dict[DutyKind, Duty]:
    return {duty.kind: duty for duty in duties(closing, today)}


def closing(first: date = MONDAY, again: date | None = None, **done: date) -> Closing:
    return Closing(first, again, {DutyKind(kind.replace("_", " ")): on for kind, on in done.items()})


def test_families_are_engaged_in_five_days_study_is_offered_in_ten_and_taught_in_ten_school_days() -> None:
    found = duties(closing(), MONDAY)
    assert [(duty.kind, duty.due) for duty in found] == [
        (DutyKind.FAMILIES, date(2025, 9, 13)),
        (DutyKind.STUDY, date(2025, 9, 18)),
        (DutyKind.INSTRUCTION, date(2025, 9, 22)),
    ]
    assert "EC 32282" in found[0].citation
    # Weekends are no instructional days: a closure from a Friday has as long as one from the Monday after.
    assert of(closing(FRIDAY), FRIDAY)[DutyKind.INSTRUCTION].due == date(2025, 9, 19)


def test_before_july_2025_only_independent_study_was_offered() -> None:
    (only,) = duties(closing(A_YEAR_BEFORE), A_YEAR_BEFORE)
    assert (only.kind, only.due) == (DutyKind.STUDY, A_YEAR_BEFORE + timedelta(10))


@pytest.mark.parametrize(
    ("today", "done", "state"),
    [
        (date(2025, 9, 13), None, DutyState.AT_RISK),
        (date(2025, 9, 14), None, DutyState.BROKEN),
        (date(2025, 9, 14), date(2025, 9, 13), DutyState.MET),
        (date(2025, 9, 20), date(2025, 9, 14), DutyState.BROKEN),
    ],
)
def test_a_duty_is_met_on_its_last_day_and_broken_on_the_next(
    today: date, done: date | None, state: DutyState
) -> None:
    proven = {"families_engaged": done} if done else {}
    assert of(closing(**proven), today)[DutyKind.FAMILIES].state is state


def test_school_taught_again_in_time_offers_instruction_and_engages_nobody() -> None:
    found = of(closing(again=date(2025, 9, 12)), date(2025, 9, 12))
    assert found[DutyKind.INSTRUCTION].state is DutyState.MET
    assert found[DutyKind.STUDY].why == "school was taught again on 2025-09-12"
    assert found[DutyKind.FAMILIES].state is DutyState.AT_RISK


def test_a_day_the_calendar_will_teach_is_not_yet_taught() -> None:
    assert of(closing(again=date(2025, 9, 12)), date(2025, 9, 11))[DutyKind.STUDY].state is DutyState.AT_RISK
    late = of(closing(again=date(2025, 9, 19)), date(2025, 9, 19))
    assert late[DutyKind.STUDY].state is DutyState.BROKEN
    assert late[DutyKind.INSTRUCTION].state is DutyState.MET
