"""The calendar of a year, track by track, and a new calendar that is looked at before it is taken in."""

from datetime import date
from typing import Annotated

from ninja import Schema
from ninja.responses import Status
from pydantic import StringConstraints

from central.domain.calendar import SchoolYear as Year
from central.exchange.calendar_ics import Teaching
from central.reports.year_calendar import TrackYear, of_year
from central.store.models import CalendarDay
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import (
    MOST,
    Code,
    Day,
    FileSent,
    Form,
    KnownFinding,
    Offset,
    Text,
    Words,
    finding,
)
from central.work.calendar_desk import Desk, look, take_in
from central.work.calendar_weeks import Week
from central.work.calendars import CalendarOutcome, CalendarWish
from central.work.tool_rights import Right, Tool

PAGES = ("calendar",)
YearName = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}$")]


class TrackMonth(Schema):
    """One school month of a track, and the periods it belongs to."""

    number: int
    first_week: date
    last_week: date
    days_taught: int
    minutes: int
    periods: list[str]


class TrackOfYear(Schema):
    """One track of a year; without lawful months it says why."""

    track: str
    days_taught: int
    minutes: int
    days_without_minutes: int
    problem: str
    weeks_left_out: list[date]
    months: list[TrackMonth]


class Calendar(Schema):
    """A school year track by track."""

    year: str
    tracks: list[TrackOfYear]


class KnownDay(Schema):
    """One day of a track."""

    track: str
    on: date
    is_taught: bool
    kind: str
    minutes: int | None
    note: str


class CalendarDays(Schema):
    """Some days of a year, by track and date, and how many there are."""

    year: str
    count: int
    days: list[KnownDay]


class WeekNamed(Form):
    """A week by its Monday, of one track or, where none is named, of all."""

    track: Text = ""
    monday: Day


class TeachingNamed(Form):
    """For which tracks an iCalendar file is, and the first and last day of teaching."""

    tracks: list[Code]
    first_day: Day
    last_day: Day


class CalendarSent(Form):
    """Days, bell times and weeks of a year, and who decided on them."""

    decided_by: Words
    days: FileSent | None = None
    teaching: TeachingNamed | None = None
    passes_over_others: bool = False
    months: FileSent | None = None
    bells: FileSent | None = None
    left_out: list[WeekNamed] = []
    put_back: list[WeekNamed] = []


class CalendarTaken(Schema):
    """What changed or would change, by noun, and what the law says of the calendars then."""

    changes: dict[str, int]
    passed_over: int
    findings: list[KnownFinding]


def calendar(request: Asked, year: Code) -> Calendar:
    """Show a year track by track: school months, days taught, minutes, weeks left out."""
    of = found.year(request, year)
    return Calendar(year=of.name, tracks=[_track(each) for each in of_year(of)])


def days(request: Asked, year: Code, track: Text = "", offset: Offset = 0) -> CalendarDays:
    """List the days of a year, of one track or all."""
    of = found.year(request, year)
    rows = CalendarDay.objects.filter(track__school_year=of).select_related("track")
    rows = rows.filter(track__code=track) if track else rows
    shown = rows.order_by("track__code", "on")[offset : offset + MOST]
    return CalendarDays(year=of.name, count=rows.count(), days=[_day(row) for row in shown])


def rehearse(request: Asked, year: YearName, form: CalendarSent) -> Status[CalendarTaken]:
    """Tell what a calendar would change and what the law would say; nothing is written."""
    return Status(201, _taken(look(_wish(year, form), Desk(request.auth.staff, clock.now()))))


def take(request: Asked, year: YearName, form: CalendarSent) -> Status[CalendarTaken]:
    """Take a calendar in; a track's days are replaced by those of the file."""
    return Status(201, _taken(take_in(_wish(year, form), Desk(request.auth.staff, clock.now()))))


def _wish(year: str, form: CalendarSent) -> CalendarWish:
    said = form.teaching
    return CalendarWish(
        year=Year(year),
        decided_by=form.decided_by,
        days=form.days.named() if form.days else None,
        teaching=Teaching(tuple(said.tracks), said.first_day, said.last_day) if said else None,
        passes_over_others=form.passes_over_others,
        months=form.months.named() if form.months else None,
        bells=form.bells.named() if form.bells else None,
        left_out=tuple(Week(each.track, each.monday) for each in form.left_out),
        put_back=tuple(Week(each.track, each.monday) for each in form.put_back),
    )


def _taken(outcome: CalendarOutcome) -> CalendarTaken:
    return CalendarTaken(
        changes=outcome.changes,
        passed_over=outcome.passed_over,
        findings=[finding(one) for one in outcome.findings],
    )


def _track(of: TrackYear) -> TrackOfYear:
    months = [
        TrackMonth(
            number=line.month.number,
            first_week=min(line.month.weeks),
            last_week=max(line.month.weeks),
            days_taught=line.days_taught,
            minutes=line.minutes,
            periods=list(line.periods),
        )
        for line in of.months
    ]
    return TrackOfYear(
        track=of.code,
        days_taught=of.days_taught,
        minutes=of.minutes,
        days_without_minutes=of.without_minutes,
        problem=of.problem,
        weeks_left_out=[week.monday for week in of.excluded],
        months=months,
    )


def _day(row: CalendarDay) -> KnownDay:
    return KnownDay(
        track=row.track.code,
        on=row.on,
        is_taught=row.is_taught,
        kind=row.kind,
        minutes=row.minutes_offered,
        note=row.note,
    )


_YEAR = "/calendars/{year}"
OPERATIONS = (
    Operation("calendar", "GET", _YEAR, calendar, Calendar, Tool.CALENDAR),
    Operation("calendarDays", "GET", f"{_YEAR}/days", days, CalendarDays, Tool.CALENDAR),
    Operation(
        "rehearseCalendar",
        "POST",
        f"{_YEAR}/rehearsals",
        rehearse,
        CalendarTaken,
        Tool.CALENDAR,
        Right.WRITE,
    ),
    Operation("takeCalendar", "POST", _YEAR, take, CalendarTaken, Tool.CALENDAR, Right.WRITE),
)
