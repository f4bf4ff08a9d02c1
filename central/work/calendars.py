"""Take a school's calendar into the records: days per track, weeks left out, bell times; all or nothing."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from central.domain.calendar import SchoolYear as Year
from central.domain.calendar import TrackCalendar
from central.domain.finding import Finding
from central.domain.school import LeaKind
from central.exchange import calendar_csv, calendar_ics
from central.exchange.calendar_csv import Day
from central.exchange.calendar_ics import Teaching
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, Where, refuse
from central.law import tracks as law_of_tracks
from central.law.district_days import findings_on_district_days
from central.law.periods import divisor_days
from central.store.models import CalendarDay, School, SchoolYear, Track
from central.store.queries.calendars import track_calendars
from central.work import bell_times, calendar_weeks, years_in_step
from central.work.calendar_weeks import Decided, Week
from central.work.imported import remember
from central.work.upsert import remove, upsert


@dataclass(frozen=True, slots=True)
class CalendarWish:
    """What is to be taken in for one school year, and who decided it.

    `days` is a CSV file, or an iCalendar file where `teaching` says for which tracks and dates.
    `left_out` are weeks of winter vacation kept out of the school months (EC 37201); `put_back`
    takes such decisions back.
    """

    year: Year
    decided_by: str
    days: NamedFile | None = None
    teaching: Teaching | None = None
    passes_over_others: bool = False
    months: NamedFile | None = None
    bells: NamedFile | None = None
    left_out: tuple[Week, ...] = ()
    put_back: tuple[Week, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarOutcome:
    """What changed, by noun, and what the law says about the calendars as they stand now.

    `passed_over` counts the all-day events of an iCalendar file that named no kind of day.
    """

    changes: dict[str, int]
    findings: tuple[Finding, ...]
    passed_over: int = 0


def import_calendar(wish: CalendarWish, now: datetime, by: str) -> CalendarOutcome:
    """Take in the days, weeks and bell times of one school year.

    A track's days are replaced by those of the file. Raises InputError with every problem found;
    nothing is written then.
    """
    problems: list[Problem] = []
    days, passed_over = _days(wish, problems)
    windows = calendar_csv.read_months(wish.months.name, wish.months.data, problems) if wish.months else []
    bells = calendar_csv.read_bells(wish.bells.name, wish.bells.data, problems) if wish.bells else []
    # What cannot be read as days would only make the rest look wrong too.
    refuse("the calendar is not taken in; nothing was written:", problems)
    changes: Counter[str] = Counter()
    with transaction.atomic():
        school = School.objects.get()
        year, _ = SchoolYear.objects.get_or_create(school=school, name=wish.year.name)
        with years_in_step.in_step(school):
            _write_days(year, days, changes)
            tracks = {track.code: track for track in Track.objects.filter(school_year=year)}
            if not tracks:
                problems.append(
                    Problem(Where(wish.year.name), "this year has no days yet; name a calendar file")
                )
            decided = Decided(wish.year, wish.left_out, wish.put_back, wish.decided_by, now)
            calendar_weeks.write(tracks, decided, changes, problems)
            bell_times.write(year, bells, changes, problems)
            calendars = track_calendars(school.pk, wish.year)
            calendar_weeks.require_months(calendars, windows, problems)
            refuse("the calendar is not taken in; nothing was written:", problems)
        done = remember("calendar", (wish.days, wish.bells), changes, now, f"{by} for {wish.decided_by}")
    return CalendarOutcome(done, _findings(school, wish.year, calendars), passed_over)


def _days(wish: CalendarWish, problems: list[Problem]) -> tuple[list[Day], int]:
    if wish.days is None:
        return [], 0
    file, data = wish.days.name, wish.days.data
    if wish.teaching is None:
        return calendar_csv.read_days(file, data, wish.year, problems), 0
    read = calendar_ics.read_days(
        file, data, wish.year, wish.teaching, problems, passes_over_others=wish.passes_over_others
    )
    return read.days, read.unnamed


def _write_days(year: SchoolYear, days: Sequence[Day], changes: Counter[str]) -> None:
    by_track: dict[str, list[Day]] = defaultdict(list)
    for day in days:
        by_track[day.track].append(day)
    present = {track.code: track for track in Track.objects.filter(school_year=year)}
    wanted = {code: {"school_year": year, "code": code} for code in sorted(by_track)}
    tracks = upsert(Track, present, wanted, changes)
    for code, kept in by_track.items():
        rows = {str(row.on): row for row in CalendarDay.objects.filter(track=tracks[code])}
        fields = {str(day.on): _fields(tracks[code], day) for day in kept}
        over = [row.pk for on, row in rows.items() if on not in fields]
        remove(CalendarDay, over, changes, "taken out")
        upsert(CalendarDay, rows, fields, changes)


def _fields(track: Track, day: Day) -> dict[str, object]:
    return {
        "track_id": track.pk,
        "on": day.on,
        "is_taught": day.is_taught,
        "kind": day.kind,
        "minutes_offered": day.minutes,
        "minutes_on_site": day.on_site,
        "minutes_required": day.required,
        "note": day.note,
    }


def _findings(school: School, year: Year, calendars: Mapping[str, TrackCalendar]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    if LeaKind(school.kind) is not LeaKind.CHARTER:
        for calendar in calendars.values():
            days = len(divisor_days(calendar))
            found += findings_on_district_days(calendar.track, days, year.starts_on)
        return tuple(found)
    found += law_of_tracks.findings_on_number_of_tracks(sorted(calendars), year.starts_on)
    for calendar in calendars.values():
        found += law_of_tracks.findings_on_length_of_track(calendar, is_conversion=school.is_conversion)
        found += law_of_tracks.findings_on_days_before_april(calendar)
    return tuple(found)
