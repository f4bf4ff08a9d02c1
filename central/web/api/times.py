"""The taps whose time a person must say, and the word of somebody who may."""

from datetime import datetime

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.responses import Status

from central.store.evidence import Evidence
from central.store.models import Occurrence, Tap
from central.web import clock
from central.web.access import rooms_seen_by
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Form, Instant, Offset, Words, number_of
from central.web.views.times import times_of
from central.work import time_review
from central.work.time_bracket import Entry
from central.work.time_case import with_holders
from central.work.time_review import Word
from central.work.tool_rights import Right, Tool
from central.work.viewings import Seen, note

PAGES = ("times", "time")


class WaitingTap(Schema):
    """A tap whose day waits for a person."""

    station: str
    epoch: str
    sequence: str
    room: str
    earliest_at: datetime | None
    latest_at: datetime | None
    quality: str
    why: str
    holders: list[str]


class WaitingTaps(Schema):
    """Some of the taps that wait, and how many there are."""

    count: int
    taps: list[WaitingTap]


class StaffTap(Schema):
    """A tap of the staff that attests a time the station did not know."""

    id: str
    station: str
    room: str
    epoch: str
    sequence: str


class StaffTaps(Schema):
    """The staff taps whose time nobody has said yet, by station and in the order of their journals."""

    taps: list[StaffTap]


class WordGiven(Form):
    """From when to when a tap was, and how that is known."""

    since: Instant
    until: Instant
    reason: Words


class WordKept(Schema):
    """A person's word about a tap's time, as it is kept."""

    id: str
    since: datetime
    until: datetime
    by: str
    at: datetime


def times(request: Asked, offset: Offset = 0) -> WaitingTaps:
    """List the taps whose day waits for a person."""
    waiting = times_of(request.auth.staff)
    note(request.auth.staff, Seen("api times"), clock.now())
    found = [
        WaitingTap(
            station=tap.station_id,
            epoch=str(tap.epoch),
            sequence=str(tap.sequence),
            room=tap.station.room.name,
            earliest_at=tap.earliest_at,
            latest_at=tap.latest_at,
            quality=tap.time_quality,
            why=time_review.why(tap),
            holders=[holder.number for holder in holders],
        )
        for tap, holders in with_holders(waiting[offset : offset + MOST])
    ]
    return WaitingTaps(count=waiting.count(), taps=found)


def decide(request: Asked, station: Code, epoch: Code, sequence: Code, form: WordGiven) -> Status[WordKept]:
    """Say when a tap was; the journal's times are found anew."""
    staff = request.auth.staff
    rows = Tap.objects.filter(school=staff.school).select_related("station__room", "station__school")
    rooms = rooms_seen_by(staff, clock.today(staff.school))
    rows = rows if rooms is None else rows.filter(station__room__in=rooms)
    tap = get_object_or_404(rows, station=station, epoch=number_of(epoch), sequence=number_of(sequence))
    return _decided(
        Entry(tap.station, tap.epoch, tap.sequence), Word(form.since, form.until, staff, form.reason)
    )


def _decided(entry: Entry, word: Word) -> Status[WordKept]:
    config = settings.CONFIG
    kept = time_review.decide(
        entry, word, clock.now(), Evidence(config.evidence_at), time_review.retimer(config)
    )
    return Status(
        201,
        WordKept(
            id=str(kept.pk), since=kept.earliest_at, until=kept.latest_at, by=kept.by.number, at=kept.at
        ),
    )


def anchors(request: Asked) -> StaffTaps:
    """List the staff taps that attest a time nobody has said yet."""
    return StaffTaps(taps=[_anchor(row) for row in _anchors(request)])


def attest(request: Asked, identity: Code, form: WordGiven) -> Status[WordKept]:
    """Say when a staff tap attested the time; the taps around it are timed anew."""
    row = next((one for one in _anchors(request) if one.pk == number_of(identity)), None)
    if row is None:
        raise Http404
    entry = Entry(row.station, row.epoch, row.sequence)
    return _decided(entry, Word(form.since, form.until, request.auth.staff, form.reason, True))  # noqa: FBT003  what `Word` ends with


def _anchors(request: Asked) -> list[Occurrence]:
    staff = request.auth.staff
    rooms = rooms_seen_by(staff, clock.today(staff.school))
    return [row for row in time_review.anchors(staff.school) if rooms is None or row.station.room_id in rooms]


def _anchor(row: Occurrence) -> StaffTap:
    return StaffTap(
        id=str(row.pk),
        station=row.station_id,
        room=row.station.room.name,
        epoch=str(row.epoch),
        sequence=str(row.sequence),
    )


OPERATIONS = (
    Operation("times", "GET", "/times", times, WaitingTaps, Tool.TIMES),
    Operation(
        "decideTime",
        "POST",
        "/times/{station}/{epoch}/{sequence}",
        decide,
        WordKept,
        Tool.TIMES,
        Right.WRITE,
    ),
    Operation("staffTaps", "GET", "/staff-taps", anchors, StaffTaps, Tool.TIMES),
    Operation(
        "attestTime",
        "POST",
        "/staff-taps/{identity}/time",
        attest,
        WordKept,
        Tool.TIMES,
        Right.WRITE,
    ),
)
