"""Record which vacation weeks stay out of the school months, and prove that the months come out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.calendar import SchoolMonth, TrackCalendar
from central.domain.calendar import SchoolYear as Year
from central.domain.errors import DomainError
from central.exchange.calendar_csv import MonthWindow
from central.exchange.problem import Problem, Where
from central.law.months import school_months
from central.store.models import ExcludedWeek, Track


@dataclass(frozen=True, slots=True)
class Week:
    """A week by its Monday, for one track, or for all where `track` is empty."""

    track: str
    monday: date


@dataclass(frozen=True, slots=True)
class Decided:
    """Which weeks somebody decided to leave out, and which to put back."""

    year: Year
    left_out: Sequence[Week]
    put_back: Sequence[Week]
    by: str
    at: datetime


def write(
    tracks: Mapping[str, Track], decided: Decided, changes: Counter[str], problems: list[Problem]
) -> None:
    """Add and take back decisions; one that stands already is left as it was made."""
    option = Where("--exclude-week")
    for track, monday in _expanded(tracks, decided.left_out, option, problems):
        if monday.weekday() != 0:
            problems.append(Problem(option, f"{monday} is no Monday; name a week by its Monday"))
        elif not decided.year.holds(monday):
            problems.append(Problem(option, f"{monday} is not in {decided.year.name}"))
        else:
            _, is_new = ExcludedWeek.objects.get_or_create(
                track=track, monday=monday, defaults={"decided_by": decided.by, "decided_at": decided.at}
            )
            changes["weeks left out"] += is_new
    option = Where("--include-week")
    for track, monday in _expanded(tracks, decided.put_back, option, problems):
        gone, _ = ExcludedWeek.objects.filter(track=track, monday=monday).delete()
        changes["weeks put back"] += gone
        if not gone:
            problems.append(Problem(option, f"the week of {monday} is not left out for track {track.code}"))


def require_months(
    calendars: Mapping[str, TrackCalendar], windows: Sequence[MonthWindow], problems: list[Problem]
) -> None:
    """Refuse calendars without lawful school months, and windows that are not those months."""
    months: dict[str, tuple[SchoolMonth, ...]] = {}
    for code, calendar in calendars.items():
        try:
            months[code] = school_months(calendar)
        except DomainError as error:
            remedy = "correct its days, or the weeks left out (--include-week)"
            problems.append(Problem(Where("calendar"), f"{error} (EC 37201, EC 41601); {remedy}"))
    for window in windows:
        if window.track not in calendars:
            problems.append(Problem(window.where, f"track {window.track!r} has no calendar", "track"))
        elif window.track in months:
            _require_same(window, months[window.track], calendars[window.track], problems)
    for code in {window.track for window in windows} & months.keys():
        named = {window.number for window in windows if window.track == code}
        missing = [str(month.number) for month in months[code] if month.number not in named]
        if missing:
            text = f"track {code} also has school months {', '.join(missing)}, which the file leaves out"
            problems.append(Problem(Where(windows[0].where.file), text))


def _expanded(
    tracks: Mapping[str, Track], weeks: Sequence[Week], option: Where, problems: list[Problem]
) -> list[tuple[Track, date]]:
    expanded = []
    for week in weeks:
        if week.track and week.track not in tracks:
            problems.append(Problem(option, f"track {week.track!r} has no calendar"))
        kept = tracks.values() if not week.track else [tracks[week.track]] if week.track in tracks else []
        expanded += [(track, week.monday) for track in kept]
    return expanded


def _require_same(
    window: MonthWindow, months: Sequence[SchoolMonth], calendar: TrackCalendar, problems: list[Problem]
) -> None:
    """Compare the days taught: schools write a month's ends as Mondays, first days or Fridays."""
    month = next((month for month in months if month.number == window.number), None)
    if month is None:
        text = f"the days taught make {len(months)} school months; there is no {window.number}"
        problems.append(Problem(window.where, text, "number"))
        return
    weekdays = calendar.weekdays_taught
    counted = {on for on in weekdays if month.holds(on)}
    claimed = {on for on in weekdays if window.since <= on <= window.until}
    if counted != claimed:
        text = (
            f"four kept weeks a month make it {month.starts_on} to {month.ends_on}; correct the window, "
            "or the weeks left out (--exclude-week, --include-week)"
        )
        problems.append(Problem(window.where, text, "start"))
