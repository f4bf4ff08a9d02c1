"""Published: the charts of a school, each drawn of figures as they are now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction

from central.domain.calendar import DateSpan, TrackCalendar
from central.domain.calendar import SchoolYear as Year
from central.domain.day_bits import bits_of, days_of
from central.domain.period import PeriodKind
from central.law.day_planes import Row
from central.law.periods import divisor_days, period_ends_on
from central.reports.charts.arrivals import arrivals
from central.reports.charts.calendar_heat import DayCount, calendar_heat
from central.reports.charts.chart import Chart, Say
from central.reports.charts.cumulative import AdaToDate, cumulative
from central.reports.charts.funnel import Funnel, funnel
from central.reports.charts.station_hours import StationDay, station_hours
from central.reports.charts.student_strip import Seen, StudentLine, student_strip
from central.reports.rounding import half_up
from central.store.models import School, SchoolYear, Section
from central.store.queries import pictures
from central.store.queries.calendars import track_calendars
from central.store.queries.student_years import kept_rows
from central.work.gaps import silent_hours
from central.work.journal_signs import Sources
from central.work.policies import value

_ENDS = (PeriodKind.P1, PeriodKind.P2)


def of_calendar(year: SchoolYear, until: date, say: Say) -> Chart:
    """Draw the calendar of a year up to a day."""
    days = _counts(year)
    every = sorted({on for counts in days.values() for on in counts if on <= until})
    return calendar_heat([_together(on, days.values()) for on in every], say)


def of_ada(year: SchoolYear, until: date, say: Say) -> Chart:
    """Draw the year's ADA to date: of each track its days attended over its days taught, added up."""
    named = Year(year.name)
    tracks = [counts for counts in _counts(year).values() if counts]
    points = []
    sums: list[list[int]] = [[0, 0] for _ in tracks]
    for on in sorted({on for counts in tracks for on in counts if on <= until}):
        for track, counts in zip(sums, tracks, strict=True):
            if on in counts:
                track[0] += counts[on].attended
                track[1] += 1
        ada = sum((Fraction(attended, taught) for attended, taught in sums if taught), start=Fraction(0))
        points.append(AdaToDate(on, half_up(ada)))
    return cumulative(points, [(kind.value, period_ends_on(kind, named)) for kind in _ENDS], say)


def of_funnel(year: SchoolYear, span: DateSpan, say: Say) -> Chart:
    """Draw the student-days of some dates from enrolled to claimed."""
    counts = [count for track in _counts(year).values() for on, count in track.items() if span.holds(on)]
    present, certified = pictures.student_days(year.school, span)
    enrolled, claimed = sum(each.enrolled for each in counts), sum(each.attended for each in counts)
    return funnel(Funnel(enrolled, present, certified, claimed), say)


def of_arrivals(school: School, span: DateSpan, say: Say) -> Chart:
    """Draw when students came to class."""
    tardy_after = value(school, "tardy_after_minutes", span.until or span.since)
    return arrivals(pictures.arrival_minutes(school, span), tardy_after, say)


def of_section(section: Section, span: DateSpan, say: Say) -> Chart:
    """Draw a class student by student."""
    lines: dict[tuple[str, str], dict[date, Seen]] = defaultdict(dict)
    for day in pictures.section_days(section, span):
        lines[day.name, day.student][day.on] = _seen(day)
    students = [StudentLine(name, number, days) for (name, number), days in lines.items()]
    return student_strip(pictures.taught_on(section, span), students, say)


def of_stations(school: School, on: date, sources: Sources, now: datetime, say: Say) -> Chart:
    """Draw the taps of a day by station and hour, beside the silences the register of gaps has."""
    silent = silent_hours(school, on, sources, now)
    taps, hours = pictures.taps_by_hour(school, on), pictures.class_hours(school, on)
    days = [
        StationDay(code, room, taps.get(code, {}), hours.get(key, set()), silent.get(code, ()))
        for code, key, room in pictures.stations_used(school, on)
    ]
    return station_hours(days, say)


def _seen(day: pictures.SeenDay) -> Seen:
    if day.mark == "absent":
        return Seen.ABSENT
    if day.stage == "provisional":
        return Seen.PROVISIONAL
    return Seen.TARDY if day.is_tardy else Seen.PRESENT


def _counts(year: SchoolYear) -> dict[str, dict[date, DayCount]]:
    """Return, for each track and day it is divided by, how many were enrolled and how many attended."""
    named = Year(year.name)
    calendars = track_calendars(year.school_id, named)
    rows: dict[str, list[Row[int]]] = defaultdict(list)
    for row in kept_rows(year):
        rows[row[1]].append(row)
    return {code: _of_track(calendar, rows[code]) for code, calendar in calendars.items()}


def _of_track(calendar: TrackCalendar, rows: Sequence[Row[int]]) -> dict[date, DayCount]:
    year, taught = calendar.school_year, bits_of(divisor_days(calendar), calendar.school_year)
    enrolled = added_up(int.from_bytes(row[4], "little") & taught for row in rows)
    attended = added_up(int.from_bytes(row[5], "little") & taught for row in rows)
    return {
        on: DayCount(on, count_at(enrolled, bit), count_at(attended, bit))
        for on in days_of(taught, year)
        for bit in [(on - year.starts_on).days]
    }


def added_up(planes: Iterable[int]) -> list[int]:
    """Add sets of days up, all days at once: bit n of the k-th sum is bit k of how many sets hold day n."""
    sums: list[int] = []
    for plane in planes:
        carry, place = plane, 0
        while carry:
            if place == len(sums):
                sums.append(0)
            sums[place], carry = sums[place] ^ carry, sums[place] & carry
            place += 1
    return sums


def count_at(sums: Sequence[int], bit: int) -> int:
    """Return how many sets hold a day, of sums that `added_up` made."""
    return sum((plane >> bit & 1) << place for place, plane in enumerate(sums))


def _together(on: date, tracks: Iterable[dict[date, DayCount]]) -> DayCount:
    held = [counts[on] for counts in tracks if on in counts]
    return DayCount(on, sum(each.enrolled for each in held), sum(each.attended for each in held))
