"""Propose outages from what stations and staff at them told; a person confirms each, or explains the gap."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from central.domain.adjudication import Span
from central.store.json_text import text_at
from central.store.models import Occurrence, Outage, School, Station
from central.work.gaps import register
from central.work.journal_signs import Sources
from central.work.outage_state import Standing, outages_of, standing
from station.tap import Kind

MARKED: Final = "staff marked an outage at the station"
Days: TypeAlias = tuple[date, date]
"""From one date to another, both included."""
_EXACT: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A likely outage of one station nobody has put down yet."""

    found: str
    """The mark or the silence it comes from, the same whenever it is asked for."""
    station: Station
    since_at: datetime
    until_at: datetime | None
    """None where nothing tells when it was over."""
    sentence: str


def proposals(
    school: School, marked: Days, silent: Days | None, sources: Sources, now: datetime
) -> list[Proposal]:
    """Return the marks of staff and the silences of stations that no outage covers, the earliest first.

    Each is looked for in days of its own, both included: silences take reading the evidence, None looks
    for none. One that somebody has explained is no proposal, and a mark is one until it is put down.
    """
    rows = outages_of(school).select_related("station").prefetch_related("steps")
    known = standing(rows)
    found = [*_marked(school, *marked), *(_silent(school, silent, sources, now) if silent else ())]
    fresh = [each for each in found if not _is_covered(each, known)]
    return sorted(fresh, key=lambda each: (each.since_at, each.station.pk, each.found))


def _marked(school: School, since: date, until: date) -> Iterator[Proposal]:
    zone = ZoneInfo(school.time_zone)
    from_at = datetime.combine(since, time.min, zone)
    to_at = datetime.combine(until + timedelta(days=1), time.min, zone)
    rows = Occurrence.objects.alias(did=text_at("payload__did"))
    rows = rows.filter(station__school=school, kind=Kind.STAFF, did="outage")
    rows = rows.filter(latest_at__gte=from_at, earliest_at__lt=to_at).select_related("station__room")
    for row in rows.order_by("latest_at"):
        if row.earliest_at and row.latest_at and row.latest_at - row.earliest_at <= _EXACT:
            name = f"mark/{row.epoch}/{row.sequence}"
            yield Proposal(name, row.station, row.latest_at, None, MARKED)


def _silent(school: School, days: Days, sources: Sources, now: datetime) -> Iterator[Proposal]:
    for gap in register(school, *days, sources, now):
        if gap.kind in {"silent", "unheard"} and gap.explanation is None and gap.from_at is not None:
            is_over = gap.kind == "silent"
            yield Proposal(gap.name, gap.station, gap.from_at, gap.to_at if is_over else None, gap.sentence)


def _is_covered(proposal: Proposal, known: Iterable[Standing]) -> bool:
    return any(_covers(each, proposal) for each in known)


def _covers(known: Standing, proposal: Proposal) -> bool:
    """Tell whether an outage is the proposed one, or was put down for its station and time."""
    outage = known.outage
    if outage.station_id == proposal.station.pk and outage.found == proposal.found:
        return True
    is_there = outage.scope != Outage.Scope.STATION or outage.station_id == proposal.station.pk
    span: Span = known.span
    ends_at = proposal.until_at or proposal.since_at
    return is_there and not known.is_withdrawn and span[0] <= proposal.since_at and ends_at <= span[1]
