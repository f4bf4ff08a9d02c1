"""The stations, the gaps in what they say, and what people say about both."""

from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.responses import Status

from central.store.evidence import Evidence
from central.store.models import Staff, Station
from central.web import clock
from central.web.access import rooms_seen_by
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import Code, DayOrNone, Form, Reason, Words
from central.work import doubts
from central.work import gaps as registry
from central.work.gaps import Gap
from central.work.journal_signs import Sources
from central.work.stations import StationLine, glance
from central.work.tool_rights import Right, Tool

PAGES = ("stations", "gaps")


class KnownStation(Schema):
    """A station in use: when it was last heard of, and what waits."""

    code: str
    room: str
    heard_at: datetime | None
    is_silent: bool
    taps_today: int
    unsettled: int
    doubts: list[str]
    doubted_taps: int


class KnownStations(Schema):
    """Every station in use, by room."""

    stations: list[KnownStation]


class Cleared(Schema):
    """How many doubts of a station were ended."""

    doubts: int


class KnownGap(Schema):
    """A place where evidence is missing or doubted."""

    id: str
    station: str
    kind: str
    from_at: datetime | None
    to_at: datetime | None
    missing: int | None
    says: str
    explanation: str | None
    explained_by: str | None
    explained_at: datetime | None


class KnownGaps(Schema):
    """The gaps of a day."""

    on: date
    gaps: list[KnownGap]


class ExplanationAsked(Form):
    """Which gap, and what happened."""

    gap: Words
    reason: Words


class Explained(Schema):
    """An explanation as it is kept beside a gap."""

    id: str
    gap: str
    reason: str
    by: str
    at: datetime


def stations(request: Asked) -> KnownStations:
    """List every station in use, by room."""
    lines = glance(request.auth.staff.school, clock.now(), Evidence(settings.CONFIG.evidence_at))
    return KnownStations(stations=[_station(line) for line in lines])


def clear(request: Asked, code: Code, form: Reason) -> Status[Cleared]:
    """End the doubts of a station, with the reason; what waited is judged within seconds."""
    station = get_object_or_404(Station, school=request.auth.staff.school, code=code)
    return Status(201, Cleared(doubts=doubts.clear(station, request.auth.staff, form.reason, clock.now())))


def gaps(request: Asked, on: DayOrNone = None) -> KnownGaps:
    """List the gaps of a day, today's where none is named."""
    staff = request.auth.staff
    day = on or clock.today(staff.school)
    known = registry.register(staff.school, day, day, Sources.of(settings.CONFIG), clock.now())
    return KnownGaps(on=day, gaps=[_gap(gap) for gap in known if _concerns(staff, gap)])


def explain(request: Asked, form: ExplanationAsked) -> Status[Explained]:
    """Explain a gap; the gap stays, and of several explanations the last counts."""
    now, staff = clock.now(), request.auth.staff
    gap = registry.find(staff.school, form.gap, Sources.of(settings.CONFIG), now)
    if not _concerns(staff, gap):
        msg = "this station stands in none of your rooms; ask the clerk"
        raise PermissionDenied(msg)
    kept = registry.explain(gap, staff, form.reason, now)
    made = Explained(id=str(kept.pk), gap=gap.full_name, reason=kept.reason, by=staff.number, at=kept.at)
    return Status(201, made)


def _concerns(staff: Staff, gap: Gap) -> bool:
    rooms = rooms_seen_by(staff, clock.today(staff.school))
    return rooms is None or gap.station.room_id in rooms


def _station(line: StationLine) -> KnownStation:
    return KnownStation(
        code=line.station.code,
        room=line.station.room.name,
        heard_at=line.contact.at if line.contact else None,
        is_silent=line.is_silent,
        taps_today=line.taps_today,
        unsettled=line.unsettled,
        doubts=[doubt.reason for doubt in line.doubts],
        doubted_taps=line.doubted_taps,
    )


def _gap(gap: Gap) -> KnownGap:
    said = gap.explanation
    return KnownGap(
        id=gap.full_name,
        station=gap.station.pk,
        kind=gap.kind,
        from_at=gap.from_at,
        to_at=gap.to_at,
        missing=gap.missing,
        says=str(gap),
        explanation=said.reason if said else None,
        explained_by=said.by.number if said else None,
        explained_at=said.at if said else None,
    )


OPERATIONS = (
    Operation("stations", "GET", "/stations", stations, KnownStations, Tool.STATIONS),
    Operation(
        "clearStation",
        "POST",
        "/stations/{code}/clearings",
        clear,
        Cleared,
        Tool.STATIONS,
        Right.WRITE,
    ),
    Operation("gaps", "GET", "/gaps", gaps, KnownGaps, Tool.GAPS),
    Operation(
        "explainGap",
        "POST",
        "/gaps/explanations",
        explain,
        Explained,
        Tool.GAPS,
        Right.WRITE,
    ),
)
