"""Emergencies: what closed days and fallen attendance are worth, and that only approval credits them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from central.domain.calendar import SATURDAY, TrackCalendar
from central.domain.closure import Credit, RequestDay, RequestKind, RequestState, StateRequest, Views
from central.domain.enrolment import Grade
from central.domain.school import LeaKind
from central.law.errors import LawError
from central.law.minutes import minimum_day
from central.law.provision import share

_GRANTED = frozenset({RequestState.APPROVED})
_HOPED_FOR = _GRANTED | {RequestState.FILED}

_MOVES: Mapping[RequestState, frozenset[RequestState]] = MappingProxyType(
    {
        RequestState.DRAFT: frozenset({RequestState.FILED}),
        RequestState.FILED: frozenset({RequestState.APPROVED, RequestState.DENIED}),
        # A decision noted by mistake is taken back; the step that noted it stays.
        RequestState.APPROVED: frozenset({RequestState.FILED}),
        RequestState.DENIED: frozenset({RequestState.FILED}),
    }
)
_SECTION = {
    RequestKind.CLOSURE: "EC 41422; EC 46200",
    RequestKind.MATERIAL_DECREASE: "EC 46392",
    RequestKind.LOST_RECORDS: "EC 46391",
}


def section_of(kind: RequestKind) -> str:
    """Return the sections of law a kind of request stands on.

    Cites: EC 41422; EC 46391; EC 46392 (R-EMG-01).
    """
    return _SECTION[kind]


def may_become(state: RequestState, other: RequestState) -> bool:
    """Tell whether a request may go from one state to another.

    Cites: 5 CCR 428; Form J-13A (R-EMG-01).
    """
    return other in _MOVES[state]


def is_day_of_instruction(kind: LeaKind, grade: Grade, minutes: int, on: date) -> bool:
    """Tell whether a day that ran for so many minutes is a day of instruction.

    A district's or county office's day that is shorter than the minimum day is none, and goes on the
    request as a closure day. A charter school has no minimum day.

    Cites: EC 41422; EC 46200 (R-EMG-02).
    """
    return minutes > 0 if kind is LeaKind.CHARTER else minutes >= minimum_day(grade, on)


def credit(requests: Iterable[StateRequest], track: str) -> Views[Credit]:
    """Return the days and minutes of closure a track is credited with.

    `as_filed` holds what is approved and nothing else: it is the only one that may be certified.
    `if_approved` adds what is filed and not decided. Drafts and denied requests are in neither. A
    date two requests name is one day with the larger minutes.

    Cites: EC 41422; EC 46200 (R-EMG-04).
    """
    kept = [request for request in requests if request.kind is RequestKind.CLOSURE]
    return Views(_credited(kept, track, _GRANTED), _credited(kept, track, _HOPED_FOR))


def divisor_calendars(
    kind: LeaKind, calendar: TrackCalendar, closed: Collection[date], requests: Iterable[StateRequest]
) -> Views[TrackCalendar]:
    """Return a track's calendar with the days its attendance is divided by.

    A charter school divides by the days it taught, whatever became of a request. A district's
    closed weekdays stay in the divisor until the request that names them is approved. Students are
    neither present nor absent on a closed day.

    Cites: EC 41422; EC 46200; 5 CCR 11960(a) (R-EMG-03).
    """
    if kind is LeaKind.CHARTER:
        return Views(calendar, calendar)
    seen = credit(requests, calendar.track)
    weekdays = {on for on in closed if on.weekday() < SATURDAY}
    return Views(
        replace(calendar, days_taught=calendar.days_taught | (weekdays - seen.as_filed.days)),
        replace(calendar, days_taught=calendar.days_taught | (weekdays - seen.if_approved.days)),
    )


def is_material_decrease(day: RequestDay, *, is_emergency_declared: bool) -> bool:
    """Tell whether so few attended on a day school was open that the loss may be asked for.

    Outside a state of emergency the Governor declared, at most the share of what is normal (October
    or May); inside one, anything less than normal.

    Raises LawError for a day without normal or actual attendance.

    Cites: EC 46392 (R-EMG-05).
    """
    normal, attended = _attendance(day)
    if is_emergency_declared:
        return attended < normal
    return attended <= share("material_decrease", day.on) * normal


def days_of_attendance_credited(requests: Iterable[StateRequest], track: str) -> Views[Fraction]:
    """Return the days of attendance a track is credited with for material decreases, exactly.

    Normal less actual, of days that qualify; of a date two requests name the larger credit is taken.
    As with closures only what is approved may be certified.

    Raises LawError for a day without normal or actual attendance.

    Cites: EC 46392 (R-EMG-04, R-EMG-05).
    """
    kept = [request for request in requests if request.kind is RequestKind.MATERIAL_DECREASE]
    return Views(_net_days(kept, track, _GRANTED), _net_days(kept, track, _HOPED_FOR))


def _credited(requests: Iterable[StateRequest], track: str, states: Collection[RequestState]) -> Credit:
    minutes: dict[date, int] = {}
    for day in _days(requests, track, states):
        minutes[day.on] = max(day.minutes, minutes.get(day.on, 0))
    return Credit(frozenset(minutes), sum(minutes.values()))


def _net_days(requests: Iterable[StateRequest], track: str, states: Collection[RequestState]) -> Fraction:
    net: dict[date, Fraction] = {}
    for request in requests:
        for day in _days([request], track, states):
            if is_material_decrease(day, is_emergency_declared=request.is_emergency_declared):
                normal, attended = _attendance(day)
                net[day.on] = max(normal - attended, net.get(day.on, Fraction(0)))
    return sum(net.values(), start=Fraction(0))


def _days(requests: Iterable[StateRequest], track: str, states: Collection[RequestState]) -> list[RequestDay]:
    return [
        day for request in requests if request.state in states for day in request.days if day.track == track
    ]


def _attendance(day: RequestDay) -> tuple[Fraction, int]:
    if day.normal is None or day.attended is None:
        msg = f"the request says neither what is normal nor who attended on {day.on}"
        raise LawError(msg)
    return day.normal, day.attended
