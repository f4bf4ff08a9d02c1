"""Independent study: when a student brings so little attendance that the school must act."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from central.domain.calendar import monday_of
from central.domain.enrolment import Grade
from central.law.minutes import minimum_day
from central.law.provision import number, share

_WEEK = timedelta(days=7)
_WEEKEND = timedelta(days=3)
"""From a Friday to the Monday after it."""


def needs_engagement(failing_minutes: int, required_minutes: int, on: date) -> bool:
    """Tell whether so much of four weeks' required time brought no attendance that it must be acted on.

    Exactly the share does not yet. For students in study of 16 schooldays or more.

    Cites: EC 51747(d) (R-IS-07).
    """
    return failing_minutes > share("study_time_that_may_fail", on) * required_minutes


def misses_synchronous_time(missed_minutes: int, scheduled_minutes: int, on: date) -> bool:
    """Tell whether a student missed so much of a school month's synchronous time that it must be acted on.

    Exactly the share does not yet. For students in study of 16 schooldays or more.

    Cites: EC 51747(d) (R-IS-07).
    """
    return missed_minutes > share("synchronous_time_that_may_be_missed", on) * scheduled_minutes


def weeks_to_act_on(grades: Mapping[date, Grade], earned: Collection[date], until: date) -> tuple[date, ...]:
    """Return the Mondays at which four continuous weeks begin that brought too little attendance.

    `grades` are the days of study up to `until` with the grade of each date, `earned` those of them
    that are days of attendance; a day that is none fails with its whole minimum day. Four weeks whose
    last Friday is still to come are not looked at, nor is a student whose study is short so far.

    Cites: EC 51747(d) (R-IS-07).
    """
    if len(grades) <= number("short_study_schooldays", until):
        return ()
    found: list[date] = []
    monday = monday_of(min(grades))
    over = min(monday_of(max(grades)) + _WEEK, monday_of(until + _WEEKEND))
    while (end := monday + number("study_weeks_watched", until) * _WEEK) <= over:
        required = {on: minimum_day(grades[on], on) for on in grades if monday <= on < end}
        failing = sum(minutes for on, minutes in required.items() if on not in earned)
        if needs_engagement(failing, sum(required.values()), until):
            found.append(monday)
        monday += _WEEK
    return tuple(found)
