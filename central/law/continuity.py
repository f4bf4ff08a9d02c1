"""Instructional continuity: what a school owes once it closes, by when, and whether it was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from central.domain.emergency import Duty, DutyKind, DutyReason, DutyState
from central.law.emergency_findings import weekdays_after
from central.law.provision import choice, in_force, number

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Closing:
    """A closure as its duties ask about it: its first day, when school is taught again, and what was done.

    `done` holds the day each duty is proven to have been done on.
    """

    first_day: date
    taught_again_on: date | None
    done: Mapping[DutyKind, date]


def duties(closing: Closing, today: date) -> tuple[Duty, ...]:
    """Return the dated duties of a closure and how each stands on a day.

    Independent study is offered within ten days. From July 1, 2025 families are engaged within five
    days and instruction is offered within ten instructional days as well. School taught again in time
    offers instruction by itself, and leaves no closure for which independent study is owed.

    Cites: EC 32282; EC 46393 (R-EMG-06).
    """
    first = closing.first_day
    offer_by = first + number("study_offered_within_days", first) * _DAY
    offered = _cite("study_offered_within_days", first)
    found = [_standing(DutyKind.STUDY, offer_by, offered, closing, today)]
    if choice("continuity_plan_certified", first) == "yes":
        engage_by = first + number("families_engaged_within_days", first) * _DAY
        engaged = _cite("families_engaged_within_days", first)
        found.append(_standing(DutyKind.FAMILIES, engage_by, engaged, closing, today))
        teach_by = weekdays_after(first, number("instruction_within_schooldays", first))
        taught = _cite("instruction_within_schooldays", first)
        found.append(_standing(DutyKind.INSTRUCTION, teach_by, taught, closing, today))
    return tuple(sorted(found, key=lambda duty: (duty.due, duty.kind)))


def _standing(kind: DutyKind, due: date, citation: str, closing: Closing, today: date) -> Duty:
    done, again = closing.done.get(kind), closing.taught_again_on
    if done is not None and done <= due:
        return Duty(kind, due, DutyState.MET, DutyReason.DONE, citation, done)
    # Somebody must have spoken with families, however soon school was taught again.
    if kind is not DutyKind.FAMILIES and again is not None and again <= min(due, today):
        return Duty(kind, due, DutyState.MET, DutyReason.TAUGHT_AGAIN, citation, again)
    if done is not None:
        return Duty(kind, due, DutyState.BROKEN, DutyReason.DONE_LATE, citation, done)
    if today > due:
        return Duty(kind, due, DutyState.BROKEN, DutyReason.UNPROVEN, citation)
    return Duty(kind, due, DutyState.AT_RISK, DutyReason.WAITING, citation)


def _cite(name: str, on: date) -> str:
    return in_force(name, on).cite
