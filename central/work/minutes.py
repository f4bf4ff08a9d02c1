"""Take the minutes of each grade into the records, and say what the law finds in those of the year."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from central.domain.calendar import SchoolYear as Year
from central.domain.calendar import TrackCalendar
from central.domain.closure import StateRequest
from central.domain.enrolment import Grade
from central.domain.finding import Finding, Severity
from central.domain.minutes import DayMinutes, YearMinutes
from central.domain.school import LeaKind
from central.exchange.minutes_csv import MinutesLine, read_minutes
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, refuse
from central.law import classroom
from central.law import minutes as law_of_minutes
from central.law import tracks as law_of_tracks
from central.law.emergency import credit
from central.store.models import CalendarDay, GradeMinutes, SchoolYear
from central.store.queries.calendars import track_calendars
from central.store.queries.closures import requests
from central.store.queries.minutes import day_minutes
from central.work import years_in_step
from central.work.imported import remember
from central.work.upsert import upsert


@dataclass(frozen=True, slots=True)
class MinutesOutcome:
    """What changed, by noun, and what the law says about the minutes as they stand now."""

    changes: dict[str, int]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class MinutesKept:
    """What the records hold of a year's minutes: the days, the calendars, the requests to the state."""

    days: Sequence[DayMinutes]
    calendars: Mapping[str, TrackCalendar]
    asked: Sequence[StateRequest]


def import_minutes(
    year: SchoolYear, file: NamedFile, decided_by: str, now: datetime, by: str
) -> MinutesOutcome:
    """Take in the minutes of grades; days and grades the file does not name keep theirs.

    A line about one date goes before one about a range. Raises InputError with every problem found;
    nothing is written then.
    """
    problems: list[Problem] = []
    lines = read_minutes(file.name, file.data, Year(year.name), problems)
    refuse("the minutes are not taken in; nothing was written:", problems)
    changes: Counter[str] = Counter()
    with transaction.atomic():
        with years_in_step.in_step(year.school):
            _write(year, _chosen(year, lines, problems), changes)
            refuse("the minutes are not taken in; nothing was written:", problems)
        done = remember("minutes", (file,), changes, now, f"{by} for {decided_by}")
    return MinutesOutcome(done, tuple(findings_on_the_year(year, minutes_kept(year))))


def minutes_kept(year: SchoolYear) -> MinutesKept:
    """Return what the records hold of a year's minutes, read once for all who ask about them."""
    span = Year(year.name)
    calendars = track_calendars(year.school_id, span)
    return MinutesKept(day_minutes(year.school_id, span), calendars, requests(year))


def findings_on_the_year(year: SchoolYear, kept: MinutesKept) -> Iterator[Finding]:
    """Yield what the law finds in the minutes of a year as the calendars plan it, the site's share too.

    Minutes the state has approved for closed days count as offered, but not as offered at the site. A
    grade some of whose days have no minutes in the records is not judged; that is a finding itself.
    """
    on = Year(year.name).starts_on
    taught = {track: len(calendar.weekdays_taught) for track, calendar in kept.calendars.items()}
    found = law_of_minutes.minutes_of_the_year(kept.days)
    whole = [minutes for minutes in found if minutes.days >= taught[minutes.track]]
    yield from _not_kept(year, found, taught)
    for track, grades in _offered(whole, kept.asked).items():
        for grade, minutes in grades.items():
            for finding in law_of_minutes.findings_on_minutes(grade, minutes, on):
                yield replace(finding, subject=f"track {track} {finding.subject}")
        if _is_charter(year) and len(taught) > 1:
            yield from law_of_tracks.findings_on_minutes_of_track(track, grades, on)
    if _is_charter(year):
        yield from classroom.findings_on_time_offered(whole, on)
        yield from classroom.findings_on_time_required(whole, on)


def _not_kept(year: SchoolYear, found: Sequence[YearMinutes], taught: Mapping[str, int]) -> Iterator[Finding]:
    """Say of which days nobody knows the minutes; a notice where none are kept at all."""
    missing = {
        f"track {minutes.track} grade {minutes.grade.value}": taught[minutes.track] - minutes.days
        for minutes in found
        if minutes.days < taught[minutes.track]
    }
    if missing or not found:
        some = "; ".join(f"{count} days of {subject}" for subject, count in sorted(missing.items()))
        yield Finding(
            rule="R-MIN-01",
            citation="EC 47612.5(a)(1)",
            subject=year.school.code,
            on=None,
            says="the minutes offered are not in these records, so neither they nor the site's share of them "
            f"were examined{': ' if some else ''}{some}",
            remedy="take them in with rollbook-central import-minutes",
            severity=Severity.WARNING if missing else Severity.NOTICE,
        )


def _is_charter(year: SchoolYear) -> bool:
    return LeaKind(year.school.kind) is LeaKind.CHARTER


def _offered(found: Sequence[YearMinutes], asked: Sequence[StateRequest]) -> dict[str, dict[Grade, int]]:
    """Return the minutes offered and those the state has approved, by track and grade."""
    credited = {track: credit(asked, track).as_filed.minutes for track in {row.track for row in found}}
    offered: dict[str, dict[Grade, int]] = defaultdict(dict)
    for row in found:
        offered[row.track][row.grade] = row.offered + credited[row.track]
    return dict(offered)


def _chosen(
    year: SchoolYear, lines: Sequence[MinutesLine], problems: list[Problem]
) -> dict[tuple[int, Grade], MinutesLine]:
    """Return for each day and grade the line that says its minutes: a date's own before a range's."""
    days: dict[str, list[tuple[date, int, str]]] = defaultdict(list)
    rows = CalendarDay.objects.filter(track__school_year=year, is_taught=True).order_by("on")
    for track, on, day, kind in rows.values_list("track__code", "on", "pk", "kind"):
        days[track].append((on, day, kind))
    chosen: dict[tuple[int, Grade], MinutesLine] = {}
    for line in sorted(lines, key=lambda line: line.is_one_date):
        meant = [
            (on, day)
            for on, day, kind in days.get(line.track, ())
            if line.since <= on <= line.until and line.kind in {"", kind}
        ]
        if not meant:
            problems.append(Problem(line.where, _no_day(line, days), "track"))
        for on, day in meant:
            for grade in line.grades:
                before = chosen.get((day, grade))
                if before is not None and before.is_one_date == line.is_one_date:
                    text = f"row {before.where.row} says the minutes of grade {grade.value} on {on} already"
                    problems.append(Problem(line.where, text))
                chosen[day, grade] = line
    return chosen


def _no_day(line: MinutesLine, days: Mapping[str, Sequence[object]]) -> str:
    if line.track not in days:
        return f"track {line.track!r} is taught on no day; take in its calendar first"
    kind = f"{line.kind} " if line.kind else ""
    when = f"on {line.since}" if line.is_one_date else f"from {line.since} to {line.until}"
    return f"the track has no {kind}day that is taught {when}; correct the dates, or the calendar"


def _write(year: SchoolYear, chosen: Mapping[tuple[int, Grade], MinutesLine], changes: Counter[str]) -> None:
    present = {
        f"{row.day_id} {row.grade}": row
        for row in GradeMinutes.objects.filter(day__track__school_year=year)
        if (row.day_id, row.grade) in chosen
    }
    wanted = {
        f"{day} {grade.value}": {
            "day_id": day,
            "grade": grade.value,
            "minutes_offered": line.offered,
            "minutes_on_site": line.on_site,
            "minutes_required": line.required,
        }
        for (day, grade), line in chosen.items()
    }
    upsert(GradeMinutes, present, wanted, changes)
