"""Published: the register of gaps: where evidence is missing, how much, and how a person explains it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from central.domain.local_day import end_of, start_of
from central.errors import RefusedError
from central.store.models import (
    AuditEvent,
    GapExplanation,
    Occurrence,
    School,
    Staff,
    Station,
    StationDoubt,
)
from central.store.timetable import Bell, Timetable
from central.work import rights
from central.work.journal_signs import Sources
from central.work.life_signs import Hush, Span, hushes
from central.work.occurrences import how_many, told
from central.work.tool_rights import Right, Tool, require
from station.tap import Kind

DOUBTED: Final = "in doubt (%(what)s); its taps wait"
SILENT: Final = "silent while a class was held; nothing was recorded"
UNHEARD: Final = "not heard of; what it recorded may still come in"
SENTENCES: Final = frozenset({DOUBTED, SILENT, UNHEARD})
"""Every sentence there is beside those of occurrences, for those who translate them."""
_REPORTED: Final = (Kind.GAP, Kind.SALVAGE, Kind.ERR)


@dataclass(frozen=True, slots=True)
class Gap:
    """One place where evidence is missing or doubted, whatever the cause."""

    name: str
    """What the register calls it: the same for the same gap whenever it is asked for."""
    station: Station
    kind: str
    """gap, salvage, err, doubt, silent or unheard."""
    from_at: datetime | None
    to_at: datetime | None
    """Where it lies; None where nothing bounds it."""
    missing: int | None
    """How many entries or taps, where that is known."""
    sentence: str
    figures: dict[str, str] = field(default_factory=dict)
    explanation: GapExplanation | None = None

    @property
    def full_name(self) -> str:
        """Return what tells it from every other gap: its station and its name."""
        return f"{self.station.pk}/{self.name}"

    def __str__(self) -> str:
        """Say it in English."""
        return self.sentence % self.figures


def gaps_of(station: Station, on: date) -> list[Gap]:
    """Return what the records know of a station's gaps on a date: reported ones and doubts, explained or not.

    One whose time is not known in full counts on every date it may have been. Silences are not among
    them: those take reading the evidence (`register`).
    """
    zone = ZoneInfo(station.school.time_zone)
    span = (start_of(on, zone), end_of(on, zone))
    return _explained(_known([station], span))


def register(
    school: School, since: date, until: date, sources: Sources, now: datetime, station: Station | None = None
) -> list[Gap]:
    """Return the gaps of a school's stations from one date to another, both included, by time.

    Silences are looked for in the hours of the bell schedule, up to `now`; a gap whose time is not
    known at all comes first.
    """
    zone = ZoneInfo(school.time_zone)
    stations = _stations(school, station)
    found = _known(stations, (start_of(since, zone), end_of(until, zone)))
    timetable = Timetable(school)
    for on in (since + timedelta(n) for n in range((until - since).days + 1)):
        hours = _hours(timetable.bells(on))
        for each in stations:
            if each.room_id in hours:
                found += _silences(each, on, _span(on, hours[each.room_id], zone), sources, now)
    return sorted(_explained(found), key=_by_time)


def silent_hours(school: School, on: date, sources: Sources, now: datetime) -> dict[str, set[int]]:
    """Return the hours of a date, by station, with a class in which it was silent or is not heard of."""
    zone, found = ZoneInfo(school.time_zone), dict[str, set[int]]()
    for gap in register(school, on, on, sources, now):
        if gap.kind in {"silent", "unheard"} and gap.from_at and gap.to_at:
            first, last = gap.from_at.astimezone(zone), gap.to_at.astimezone(zone)
            # A silence until ten sharp is none of the hour that begins then.
            ends = last.hour if last.minute or last.second else last.hour - 1
            found.setdefault(gap.station.pk, set()).update(range(first.hour, ends + 1))
    return found


def explain(gap: Gap, by: Staff, reason: str, at: datetime) -> GapExplanation:
    """Keep a person's explanation beside a gap; the gap stays, and of several explanations the last counts.

    Raises RefusedError for a person without the right and an empty reason.
    """
    require(by, Tool.GAPS, Right.WRITE)
    reason = rights.reason(reason, "explaining a gap")
    with transaction.atomic():
        kept = GapExplanation.objects.create(station=gap.station, gap=gap.name, by=by, at=at, reason=reason)
        subject = f"{gap.station.pk} {gap.name}"
        AuditEvent.objects.create(
            at=at, by=by.number, verb="explain-gap", subject=subject, detail={"reason": reason}
        )
    return kept


def find(school: School, named: str, sources: Sources, now: datetime) -> Gap:
    """Return the gap of a full name, `station/name`; raises RefusedError where there is none."""
    code, _, name = named.partition("/")
    station = Station.objects.filter(school=school, code=code).select_related("school", "room").first()
    if station is not None:
        for gap in _candidates(station, name, sources, now):
            if gap.name == name:
                return gap
    msg = f"there is no gap {named!r}; rollbook-central gaps lists them"
    raise RefusedError(msg)


def _candidates(station: Station, name: str, sources: Sources, now: datetime) -> list[Gap]:
    kind, _, rest = name.partition("/")
    if kind not in {"silent", "unheard"}:
        return _explained(_known([station], (None, None)))
    try:
        on = date.fromisoformat(rest.partition("/")[0])
    except ValueError:
        return []
    return register(station.school, on, on, sources, now, station)


def _stations(school: School, station: Station | None) -> list[Station]:
    if station is not None:
        return [station]
    rows = Station.objects.filter(school=school, retired_at=None)
    return list(rows.select_related("school", "room").order_by("room__name", "code"))


def _known(stations: Sequence[Station], span: tuple[datetime | None, datetime | None]) -> list[Gap]:
    by_code = {station.pk: station for station in stations}
    rows = Occurrence.objects.filter(station__in=by_code, kind__in=_REPORTED)
    doubts = StationDoubt.objects.filter(station__in=by_code)
    if span[0] is not None:
        rows, doubts = rows.exclude(latest_at__lt=span[0]), doubts.exclude(cleared_at__lt=span[0])
    if span[1] is not None:
        rows, doubts = rows.exclude(earliest_at__gte=span[1]), doubts.filter(since_at__lt=span[1])
    reported = [_reported(row, by_code[row.station_id]) for row in rows.order_by("epoch", "sequence")]
    doubted = [_doubted(row, by_code[row.station_id]) for row in doubts.order_by("quarantine_id")]
    return reported + doubted


def _reported(row: Occurrence, station: Station) -> Gap:
    line = told(row)
    return Gap(
        name=f"{row.kind}/{row.epoch}/{row.sequence}",
        station=station,
        kind=row.kind,
        from_at=row.earliest_at,
        to_at=row.latest_at,
        missing=how_many(row),
        sentence=line.sentence,
        figures=dict(line.figures),
    )


def _doubted(doubt: StationDoubt, station: Station) -> Gap:
    return Gap(
        name=f"doubt/{doubt.quarantine_id}",
        station=station,
        kind="doubt",
        from_at=doubt.since_at,
        to_at=doubt.cleared_at,
        missing=None,
        sentence=DOUBTED,
        figures={"what": doubt.reason},
    )


def _silences(station: Station, on: date, span: Span, sources: Sources, now: datetime) -> Iterator[Gap]:
    """Yield the stretches of a station's class hours without any entry, as far as they have passed."""
    since_at = max(span[0], station.commissioned_at)
    until_at = min(span[1], now, station.retired_at or span[1])
    if since_at >= until_at:
        return
    for hush in hushes(sources, station.pk, (since_at, until_at)):
        yield _silence(station, on, hush)


def _silence(station: Station, on: date, hush: Hush) -> Gap:
    kind = "silent" if hush.is_over else "unheard"
    return Gap(
        # By the entry it lies behind: its bounds may become known better, its place does not move.
        name=f"{kind}/{on}/{hush.epoch}/{hush.after}",
        station=station,
        kind=kind,
        from_at=hush.from_at,
        to_at=hush.to_at,
        missing=None,
        sentence=SILENT if hush.is_over else UNHEARD,
    )


def _explained(gaps: Sequence[Gap]) -> list[Gap]:
    """Put beside each gap what was said about it last."""
    about = GapExplanation.objects.filter(station__in={gap.station.pk for gap in gaps})
    said = {(row.station_id, row.gap): row for row in about.select_related("by").order_by("pk")}
    return [replace(gap, explanation=said.get((gap.station.pk, gap.name))) for gap in gaps]


def _hours(bells: Sequence[Bell]) -> dict[int, tuple[time, time]]:
    """Return by room from when to when classes are held there."""
    hours: dict[int, tuple[time, time]] = {}
    for bell in bells:
        starts, ends = hours.get(bell.room_id, (bell.starts, bell.ends))
        hours[bell.room_id] = min(starts, bell.starts), max(ends, bell.ends)
    return hours


def _span(on: date, hours: tuple[time, time], zone: ZoneInfo) -> Span:
    return datetime.combine(on, hours[0], zone), datetime.combine(on, hours[1], zone)


def _by_time(gap: Gap) -> tuple[bool, float, str, str]:
    at = gap.from_at or gap.to_at
    return at is not None, at.timestamp() if at else 0.0, gap.station.pk, gap.name
