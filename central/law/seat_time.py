"""What taps show of the time students certified present really sat in class."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from central.domain.finding import Finding, Severity
from central.domain.minutes import SeatTime

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class SeatTimePolicy:
    """From which seat time on a person is asked; no law sets these, the audit's question does.

    Somebody whose taps lie no more than `minutes_of_a_sign_in` apart signed in and left. Less than
    `least_share` of the class's scheduled time is too little to have taken part in it.
    """

    minutes_of_a_sign_in: int = 10
    least_share: Fraction = Fraction(1, 2)


class Seat(StrEnum):
    """How the proven time in class stands to the time it was scheduled for."""

    STAYED = "stayed"
    SHORT = "short"
    SIGNED_IN = "left after signing in"
    NOT_SHOWN = "not shown"


_DEFAULT = SeatTimePolicy()


def seat_of(shown: SeatTime, policy: SeatTimePolicy = _DEFAULT) -> Seat:
    """Judge one student's proven time in one class; exactly the share is enough.

    Cites: EC 47612.5(e)(1); State Auditor report 2024-106 (R-NCB-02).
    """
    if shown.proven is None:
        return Seat.NOT_SHOWN
    if shown.proven >= policy.least_share * shown.scheduled:
        return Seat.STAYED
    return Seat.SIGNED_IN if shown.proven <= policy.minutes_of_a_sign_in else Seat.SHORT


def findings_on_seat_time(
    times: Iterable[SeatTime], policy: SeatTimePolicy = _DEFAULT
) -> tuple[Finding, ...]:
    """Report classes whose students were certified present and provably sat there for far too short.

    One finding a class and kind, with the number of presences and the days that have most of them.
    Presence no second tap bounds is not reported: it is shown by the teacher's signature alone.

    Cites: EC 47612.5(e)(1); State Auditor report 2024-106 (R-NCB-02).
    """
    seats: dict[str, dict[Seat, list[date]]] = {}
    for shown in times:
        seats.setdefault(shown.section, {}).setdefault(seat_of(shown, policy), []).append(shown.on)
    found: list[Finding] = []
    for section, kinds in sorted(seats.items()):
        measured = sum(len(days) for seat, days in kinds.items() if seat is not Seat.NOT_SHOWN)
        asked = [seat for seat in (Seat.SIGNED_IN, Seat.SHORT) if seat in kinds]
        found += [_finding(section, seat, kinds[seat], measured, policy) for seat in asked]
    return tuple(found)


def _finding(
    section: str, seat: Seat, days: Sequence[date], measured: int, policy: SeatTimePolicy
) -> Finding:
    what = (
        f"end within {policy.minutes_of_a_sign_in} minutes of signing in"
        if seat is Seat.SIGNED_IN
        else f"prove less than {policy.least_share} of the scheduled time"
    )
    return Finding(
        rule="R-NCB-02",
        citation="EC 47612.5(e)(1)",
        subject=f"class {section}",
        on=min(days),
        says=f"{len(days)} of {measured} presences with two taps {what} ({_most(days)})",
        remedy="ask the teacher who certified them; correct what was no attendance before it is claimed",
        severity=Severity.WARNING,
    )


def _most(days: Sequence[date]) -> str:
    """Name the days that have most of them."""
    counted = sorted(Counter(days).items(), key=lambda row: (-row[1], row[0]))
    named = ", ".join(f"{on}: {count}" for on, count in counted[:_SHOWN])
    return named if len(counted) <= _SHOWN else f"{named} and {len(counted) - _SHOWN} more days"
