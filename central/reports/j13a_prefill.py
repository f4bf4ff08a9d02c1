"""Published: the days of a request to the state as calendar, attendance and outages know them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from central.domain.calendar import SchoolYear as Year
from central.domain.closure import RequestDay, RequestKind
from central.errors import RefusedError
from central.law.emergency import is_material_decrease
from central.reports import render_csv
from central.reports.rounding import half_up
from central.store.models import EmergencyDay, SchoolYear
from central.store.queries import day_totals
from central.store.queries.closures import closed_days
from central.work.outage_state import outages_of, standing

_OCTOBER, _MAY = 10, 5
_COLUMNS = {
    RequestKind.CLOSURE: ("track", "date", "minutes"),
    RequestKind.MATERIAL_DECREASE: ("track", "date", "normal", "attended"),
    RequestKind.LOST_RECORDS: ("track", "date"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """For which kind of request, and between which days."""

    kind: RequestKind
    since: date
    until: date
    is_emergency_declared: bool = False


def days(year: SchoolYear, asked: Asked) -> list[RequestDay]:
    """Return the days a request would be about.

    Of a closure those the calendar calls one, with the minutes that were to be offered; of a decrease
    those on which attendance fell enough, beside the average of October, or of May where October
    has none; of lost records those on which an outage was put down. Raises RefusedError for none.
    """
    find = {
        RequestKind.CLOSURE: _closed,
        RequestKind.MATERIAL_DECREASE: _decreased,
        RequestKind.LOST_RECORDS: _lost,
    }[asked.kind]
    found = sorted(find(year, asked), key=lambda day: (day.track, day.on))
    if not found:
        msg = f"nothing on file between {asked.since} and {asked.until} asks for a request of this kind"
        raise RefusedError(msg)
    return found


def as_csv(kind: RequestKind, found: Sequence[RequestDay]) -> str:
    """Return the days in the columns `j13a request --days` takes."""
    lines: list[Sequence[str | int]] = [_COLUMNS[kind]]
    for day in found:
        start = (day.track, day.on.isoformat())
        if kind is RequestKind.CLOSURE:
            lines.append((*start, day.minutes))
        elif kind is RequestKind.MATERIAL_DECREASE:
            lines.append((*start, str(half_up(day.normal or Fraction(0))), day.attended or 0))
        else:
            lines.append(start)
    return render_csv.table(lines)


def _closed(year: SchoolYear, asked: Asked) -> Iterable[RequestDay]:
    usual = day_totals.usual_minutes(year)
    planned: dict[tuple[str, date], int] = {}
    rows = EmergencyDay.objects.filter(track__school_year=year, is_closed=True).order_by("pk")
    for track, on, was in rows.values_list("track__code", "on", "was"):
        if was.get("minutes_offered"):
            planned[track, on] = was["minutes_offered"]
    for track, closed in closed_days(year.school_id, Year(year.name)).items():
        for on in closed:
            if asked.since <= on <= asked.until:
                yield RequestDay(track, on, planned.get((track, on), usual.get(track, 0)))


def _decreased(year: SchoolYear, asked: Asked) -> Iterable[RequestDay]:
    seen = day_totals.attended(year, asked.since, asked.until)
    for track, taught in day_totals.taught(year, asked.since, asked.until).items():
        normal = normal_attendance(year, track)
        if normal is None:
            continue
        for on in taught:
            # Kept to the hundredth, as the request keeps it: what is judged is what is asked for.
            day = RequestDay(track, on, 0, Fraction(half_up(normal)), seen.get((track, on), 0))
            if is_material_decrease(day, is_emergency_declared=asked.is_emergency_declared):
                yield day


def normal_attendance(year: SchoolYear, track: str) -> Fraction | None:
    """Return the average attendance of a track in October, or in May; None before either was taught."""
    named = Year(year.name)
    for month, of in ((_OCTOBER, named.starts_on.year), (_MAY, named.ends_on.year)):
        since = date(of, month, 1)
        until = date(of, month + 1, 1) - timedelta(days=1)
        taught = day_totals.taught(year, since, until).get(track, [])
        seen = day_totals.attended(year, since, until)
        total = sum(seen.get((track, on), 0) for on in taught)
        if taught and total:
            return Fraction(total, len(taught))
    return None


def _lost(year: SchoolYear, asked: Asked) -> Iterable[RequestDay]:
    zone = ZoneInfo(year.school.time_zone)
    out: set[date] = set()
    for each in standing(outages_of(year.school).prefetch_related("steps")):
        first = max(each.since_at.astimezone(zone).date(), asked.since)
        last = min(each.until_at.astimezone(zone).date() if each.until_at else asked.until, asked.until)
        if not each.is_withdrawn:
            out |= {first + timedelta(n) for n in range((last - first).days + 1)}
    for track, taught in day_totals.taught(year, asked.since, asked.until).items():
        yield from (RequestDay(track, on) for on in taught if on in out)
