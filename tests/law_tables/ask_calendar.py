"""The questions of the tables about school months, periods and tracks."""

from datetime import timedelta
from fractions import Fraction

from central.domain.calendar import TrackCalendar
from central.domain.period import PeriodKind
from central.law.ada import average_daily_attendance
from central.law.months import is_full, school_months
from central.law.periods import divisor_days, months_in, period_calendar
from central.law.tracks import (
    ada_by_track,
    ada_over_several_tracks,
    days_needed_before_april,
    findings_on_days_before_april,
    findings_on_length_of_track,
    findings_on_number_of_tracks,
)
from central.reports.rounding import half_up, total
from tests.fakes.school_days import calendar_of, some_weekdays, spread, weekdays_between
from tests.law_tables.given import Given


def _calendar(given: Given) -> TrackCalendar:
    """Teach every weekday from the first to the last day but the days off and excluded weeks."""
    weeks = given.days("excluded_weeks")
    off = {week + timedelta(days=index) for week in weeks for index in range(5)} | set(given.days("days_off"))
    days = set(weekdays_between(given.day("first_day"), given.day("last_day"))) - off
    return calendar_of(days | set(given.days("weekend_classes")), excluded_weeks=weeks)


def school_months_of(given: Given) -> dict[str, object]:
    months = school_months(_calendar(given))
    return {
        "begins": months[0].starts_on,
        "ends": [month.ends_on for month in months],
        "full": sum(1 for month in months if is_full(month)),
    }


def months_of_a_period(given: Given) -> dict[str, object]:
    calendar = _calendar(given)
    months = months_in(PeriodKind(given.word("period")), school_months(calendar), calendar.school_year)
    return {"months": [month.number for month in months]}


def divisor(given: Given) -> dict[str, object]:
    calendar = _calendar(given)
    return {
        "days": len(divisor_days(calendar)),
        "days_in_full_months_of_P1": len(period_calendar(PeriodKind.P1, calendar).days_taught),
    }


def average(given: Given) -> dict[str, object]:
    days = some_weekdays(given.number("days_taught")) or some_weekdays(1)
    calendar = calendar_of(days).within(days[: given.number("days_taught")])
    ada = average_daily_attendance(spread(given.number("attendance_days"), days), calendar)
    return {"ada": str(half_up(ada))}


def printed_total(given: Given) -> dict[str, object]:
    taught = given.number("days_taught")
    exact = [Fraction(count, taught) for count in given.numbers("attendance_days")]
    cells = [half_up(share) for share in exact]
    return {"cells": [str(cell) for cell in cells], "total": str(total(cells))}


def tracks_together(given: Given) -> dict[str, object]:
    calendars, days = {}, []
    for row in given.each("tracks"):
        taught = some_weekdays(row.number("days_taught"))
        calendars[row.word("track")] = calendar_of(taught, row.word("track"))
        days += spread(row.number("attendance_days"), taught, row.word("track"))
    cells = {track: half_up(ada) for track, ada in ada_by_track(days, calendars).items()}
    return {
        "cells": {track: str(cell) for track, cell in cells.items()},
        "total": str(total(cells.values())),
    }


def student_on_several_tracks(given: Given) -> dict[str, object]:
    calendars, days = {}, []
    for row in given.each("tracks"):
        taught = some_weekdays(row.number("days_taught"))
        calendars[row.word("track")] = calendar_of(taught, row.word("track"))
        days += spread(row.number("days_present"), taught, row.word("track"))
    (share,) = ada_over_several_tracks(days, calendars)
    return {"earned": str(half_up(share.earned, 4)), "claimable": str(half_up(share.claimable))}


def number_of_tracks(given: Given) -> dict[str, object]:
    tracks = [f"T{index}" for index in range(given.number("tracks"))]
    return {"allowed": not findings_on_number_of_tracks(tracks, given.day("on"))}


def length_of_track(given: Given) -> dict[str, object]:
    calendar = calendar_of(some_weekdays(given.number("days_taught")))
    findings = findings_on_length_of_track(calendar, is_conversion=given.flag("conversion"))
    return {"long_enough": not findings}


def days_needed_by_april(given: Given) -> dict[str, object]:
    return {"days": days_needed_before_april(given.number("days_taught"), given.day("on"))}


def days_before_april(given: Given) -> dict[str, object]:
    """Teach so many days up to April 14, and the rest from April 15 on."""
    before, after = given.number("before_april_15"), given.number("from_april_15")
    early = weekdays_between(given.day("first_day"), given.day("april_14"))[:before]
    assert len(early) == before
    late = some_weekdays(after, given.day("april_14") + timedelta(days=1))
    return {"passes": not findings_on_days_before_april(calendar_of([*early, *late]))}
