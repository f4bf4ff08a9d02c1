"""Published: a year track by track: its school months, days and minutes, and the periods they make."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from central.domain.calendar import SchoolMonth, TrackCalendar
from central.domain.calendar import SchoolYear as Year
from central.domain.errors import DomainError
from central.domain.period import PeriodKind
from central.law.months import school_months
from central.law.periods import divisor_days, months_in
from central.store.models import CalendarDay, ExcludedWeek, SchoolYear
from central.store.queries.calendars import track_calendars

_WEEKDAYS = 7


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One school month of a track: its weeks and days, what was taught, the periods it belongs to."""

    month: SchoolMonth
    weeks: Sequence[Sequence[tuple[date, CalendarDay | None]]]
    days_taught: int
    minutes: int
    periods: Sequence[str]


@dataclass(frozen=True, slots=True)
class TrackYear:
    """One track: its months, its totals, and the weeks somebody decided to keep out."""

    code: str
    months: Sequence[MonthLine]
    days_taught: int
    minutes: int
    without_minutes: int
    excluded: Sequence[ExcludedWeek]
    problem: str = ""


def of_year(year: SchoolYear) -> list[TrackYear]:
    """Return every track of a year that has a calendar; one without lawful months says why."""
    rows: dict[str, dict[date, CalendarDay]] = {}
    for day in CalendarDay.objects.filter(track__school_year=year).select_related("track"):
        rows.setdefault(day.track.code, {})[day.on] = day
    excluded = list(ExcludedWeek.objects.filter(track__school_year=year).select_related("track"))
    return [
        _track(calendar, rows[code], [week for week in excluded if week.track.code == code])
        for code, calendar in track_calendars(year.school_id, Year(year.name)).items()
    ]


def _track(
    calendar: TrackCalendar, days: dict[date, CalendarDay], excluded: Sequence[ExcludedWeek]
) -> TrackYear:
    taught = divisor_days(calendar)
    minutes = [day.minutes_offered for day in days.values() if day.is_taught]
    months: list[MonthLine] = []
    problem = ""
    try:
        every = school_months(calendar)
        of_period = {kind: months_in(kind, every, calendar.school_year) for kind in PeriodKind}
    except DomainError as error:
        every, of_period, problem = (), {}, str(error)
    for month in every:
        periods = [kind.value for kind, held in of_period.items() if month in held]
        weeks = [_week(monday, days) for monday in month.weeks]
        offered = sum(
            day.minutes_offered or 0
            for week in weeks
            for _on, day in week
            if day is not None and day.is_taught
        )
        months.append(MonthLine(month, weeks, sum(month.holds(on) for on in taught), offered, periods))
    return TrackYear(
        calendar.track,
        months,
        len(taught),
        sum(each or 0 for each in minutes),
        sum(each is None for each in minutes),
        sorted(excluded, key=lambda week: week.monday),
        problem,
    )


def _week(monday: date, days: dict[date, CalendarDay]) -> list[tuple[date, CalendarDay | None]]:
    dates = [monday + timedelta(n) for n in range(_WEEKDAYS)]
    return [(on, days.get(on)) for on in dates if on.weekday() < _WEEKDAYS - 2 or on in days]
