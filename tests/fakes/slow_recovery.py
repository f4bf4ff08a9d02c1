"""The law of recovery once more, slow and without cleverness, for a student who stays in one grade."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.recovery import MinutesPolicy, RecoverySession

SATURDAY = 6
MOST_A_WEEK = 5
MOST_A_YEAR = 10


def days_earned(held: Sequence[RecoverySession], minimum: int, policy: MinutesPolicy) -> int:
    """Try every set of dates banked days could be completed on; the largest the rules allow counts.

    `held` are sessions that count, of one student alone.
    """
    hourly = policy is MinutesPolicy.DAILY_OR_HOURLY
    spent: dict[date, list[int]] = {}
    for session in held:
        spent.setdefault(session.on, []).append(session.present[0].minutes)
    whole = [on for on in spent if hourly and sum(spent[on]) >= minimum]
    earned = [on for on in whole if sum(1 for one in whole if _same_week(one, on) and one < on) < MOST_A_WEEK]
    bank = {
        on: sum(minutes - minutes % 60 for minutes in spent[on]) if hourly else min(sum(spent[on]), minimum)
        for on in sorted(spent)
        if on not in whole
    }
    for count in range(len(bank), 0, -1):
        for chosen in combinations(bank, count):
            if _has_time(chosen, bank, minimum) and _has_room([*chosen, *earned]):
                return len(earned) + count
    return len(earned)


def made_up(earned: int, absences: Sequence[FullDayAbsence], elsewhere: int, until: date) -> list[date]:
    """Walk through the days of 2025-26 and spend what was earned on one absence after the other."""
    left = min(earned, MOST_A_YEAR - elsewhere)
    found: list[date] = []
    on = date(2025, 7, 1)
    while on <= min(until, date(2026, 6, 30)):
        reasons = {absence.reason for absence in absences if absence.on == on}
        is_recoverable = reasons and reasons <= {AbsenceReason.EXCUSED, AbsenceReason.UNEXCUSED}
        if is_recoverable and on.isoweekday() < SATURDAY and left > 0:
            found.append(on)
            left -= 1
        on += timedelta(days=1)
    return found


def _has_time(chosen: Collection[date], bank: Mapping[date, int], minimum: int) -> bool:
    held = 0
    for on, minutes in bank.items():
        held += minutes - (minimum if on in chosen else 0)
        if held < 0:
            return False
    return True


def _has_room(days: Collection[date]) -> bool:
    return all(sum(1 for one in days if _same_week(one, on)) <= MOST_A_WEEK for on in days)


def _same_week(one: date, other: date) -> bool:
    return one.isocalendar()[:2] == other.isocalendar()[:2]
