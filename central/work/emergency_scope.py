"""Published: what an emergency is asked about: its days so far, its classes, and who learned from afar."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from central.store.models import CalendarDay, CheckIn, CheckInVerdict, Emergency, Participation, Section
from central.store.queries.emergencies import ClosedDay, closed_for, end_of, is_extended, tracks_of
from central.work.emergency_learning import FROM_AFAR
from central.work.local_days import local_date


@dataclass(frozen=True, slots=True)
class Scope:
    """An emergency with its days so far, its classes, and which days of theirs were closed."""

    emergency: Emergency
    since: date
    until: date
    sections: dict[int, Section]
    closed: frozenset[tuple[int, date]]
    """Sections by key with the days they were closed."""
    everybody_closed: frozenset[date]
    """Days on which no track of the school was taught."""
    is_extended: bool


def scope_of(emergency: Emergency, now: datetime) -> Scope:
    """Return what an emergency is asked about, up to the day it is."""
    closed = closed_for(emergency)
    tracks = [track.pk for track in tracks_of(emergency)]
    rows = Section.objects.filter(school_year=emergency.school_year_id)
    sections = {row.pk: row for row in rows.filter(track__in=tracks) | rows.filter(track=None)}
    today = local_date(emergency.school_year.school, now)
    return Scope(
        emergency=emergency,
        since=emergency.first_day,
        until=min(end_of(emergency).on, today),
        sections=sections,
        closed=frozenset(_closed_sections(sections, closed)),
        everybody_closed=_everybody_closed(emergency, closed),
        is_extended=is_extended(emergency, closed),
    )


def check_ins_of(scope: Scope) -> list[CheckIn]:
    """Return the check-ins from afar of the closed days of an emergency's classes."""
    days = {on for _, on in scope.closed}
    rows = CheckIn.objects.filter(section__in=scope.sections, on__in=days, way__in=FROM_AFAR)
    kept = rows.select_related("student", "section").order_by("on", "section__code", "pk")
    return [row for row in kept if (row.section_id, row.on) in scope.closed]


def verdicts_of(rows: Sequence[CheckIn]) -> dict[int, CheckInVerdict]:
    """Return the last verdict on each check-in that has one."""
    found: dict[int, CheckInVerdict] = {}
    for verdict in CheckInVerdict.objects.filter(check_in__in=rows).order_by("pk"):
        found[verdict.check_in_id] = verdict
    return found


def parts_of(emergency: Emergency) -> dict[tuple[int, date], dict[str, Participation]]:
    """Return the participation that stands, by student and day."""
    last: dict[tuple[int, date, str], Participation] = {}
    for row in emergency.participations.select_related("student").order_by("pk"):
        last[row.student_id, row.on, row.way] = row
    found: dict[tuple[int, date], dict[str, Participation]] = defaultdict(dict)
    for (student, on, way), row in last.items():
        if not row.is_withdrawn:
            found[student, on][way] = row
    return found


def _closed_sections(sections: dict[int, Section], closed: Sequence[ClosedDay]) -> Iterator[tuple[int, date]]:
    by_track: dict[int, set[date]] = defaultdict(set)
    for day in closed:
        by_track[day.track.pk].add(day.on)
    for section in sections.values():
        tracks = [section.track_id] if section.track_id else list(by_track)
        for track in tracks:
            for on in by_track[track]:
                yield section.pk, on


def _everybody_closed(emergency: Emergency, closed: Sequence[ClosedDay]) -> frozenset[date]:
    days = {day.on for day in closed}
    rows = CalendarDay.objects.filter(
        track__school_year=emergency.school_year_id, on__in=days, is_taught=True
    )
    return frozenset(days - set(rows.values_list("on", flat=True)))
