"""Outages: what was out when, the classes each touched with their paper."""

from datetime import date, datetime
from typing import Final, Literal

from django.db.models import QuerySet
from ninja import Schema
from ninja.responses import Status

from central.errors import RefusedError
from central.store.models import Outage, OutageStep, Staff, Station
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, DayOrNone, Form, Instant, Offset, Text, Words
from central.web.outage_access import likely, touched_seen_by
from central.work import outages as verbs
from central.work.outage_classes import TouchedClass
from central.work.outage_finding import Proposal
from central.work.outage_state import Standing, outages_of, stand, standing
from central.work.tool_rights import Right, Tool

PAGES = ("outage", "outages")
_NO_STATION: Final = "no station of this school has that name; GET /api/v1/stations lists them"
_NO_END: Final = "say when the outage ended"
_NO_TIME: Final = "say from when to when the outage really was"


class KnownOutage(Schema):
    """An outage as it stands after every later word on it; `until` is empty while it lasts."""

    id: str
    scope: str
    station: str
    since: datetime
    until: datetime | None
    cause: str
    says: str
    found: str
    is_withdrawn: bool
    by: str
    at: datetime


class LikelyOutage(Schema):
    """An outage a station or its staff tell of and nobody has put down; `found` names what tells of it."""

    found: str
    station: str
    since: datetime
    until: datetime | None
    says: str


class KnownOutages(Schema):
    """Some outages, the newest first, how many there are, and those that are only likely."""

    count: int
    outages: list[KnownOutage]
    likely: list[LikelyOutage]


class OutageWord(Schema):
    """A later word on an outage: that it ended, when it really was, or that there was none."""

    kind: str
    since: datetime
    until: datetime | None
    reason: str
    by: str
    at: datetime


class ClassTouched(Schema):
    """One class's day in an outage: how many belong to it, how many tapped, and the paper that came in."""

    section: str
    on: date
    placed: int
    tapped: int
    on_paper: int
    sheets: list[str]
    is_certified: bool
    is_missing: bool


class OutageTold(Schema):
    """One outage with every word on it and some of the classes it touched."""

    outage: KnownOutage
    words: list[OutageWord]
    count: int
    missing: int
    classes: list[ClassTouched]


class OutageNoted(Form):
    """What was out, from when to when, and why; `found` is that of a likely outage that is confirmed."""

    scope: Outage.Scope = Outage.Scope.STATION
    station: Text = ""
    since: Instant
    until: Instant | None = None
    cause: Outage.Cause
    says: Words
    found: Text = ""


class OutageStepped(Form):
    """What is said of an outage later: `end` needs `until`, `correct` needs `since`."""

    do: Literal["end", "correct", "withdraw"]
    since: Instant | None = None
    until: Instant | None = None
    reason: Words


def outages(request: Asked, silent_on: DayOrNone = None, offset: Offset = 0) -> KnownOutages:
    """List the outages, newest first, and the likely ones; silences are looked for on one day asked about."""
    staff = request.auth.staff
    school = staff.school
    rows = outages_of(school).select_related("by").prefetch_related("steps").order_by("-since_at", "-pk")
    return KnownOutages(
        count=rows.count(),
        outages=[_outage(each) for each in standing(rows[offset : offset + MOST])],
        likely=[_likely(each) for each in likely(staff, silent_on, clock.today(school), clock.now())],
    )


def outage(request: Asked, identity: Code, offset: Offset = 0) -> OutageTold:
    """Show an outage, every word on it, and the classes it touched with their paper."""
    staff = request.auth.staff
    current = stand(found.row(_rows(staff), identity))
    classes = touched_seen_by(staff, current, clock.today(staff.school), clock.now())
    return OutageTold(
        outage=_outage(current),
        words=[_word(each) for each in current.steps],
        count=len(classes),
        missing=sum(each.is_missing for each in classes),
        classes=[_touched(each) for each in classes[offset : offset + MOST]],
    )


def note(request: Asked, form: OutageNoted) -> Status[KnownOutage]:
    """Put down an outage; paper of its days is judged anew."""
    staff = request.auth.staff
    station = Station.objects.filter(school=staff.school, pk=form.station).first() if form.station else None
    if form.station and station is None:
        raise RefusedError(_NO_STATION)
    word = verbs.Word(
        since_at=form.since,
        until_at=form.until,
        cause=form.cause,
        says=form.says,
        station=station,
        scope=form.scope,
        found=form.found,
    )
    return Status(201, _outage(stand(verbs.note(word, staff, clock.now()))))


def step(request: Asked, identity: Code, form: OutageStepped) -> Status[OutageWord]:
    """Say that an outage ended, when it really was, or that there was none."""
    staff, now = request.auth.staff, clock.now()
    row = found.row(_rows(staff), identity)
    if form.do == "withdraw":
        return Status(201, _word(verbs.withdraw(row, staff, form.reason, now)))
    if form.do == "end":
        if form.until is None:
            raise RefusedError(_NO_END)
        return Status(201, _word(verbs.end(row, form.until, staff, form.reason, now)))
    if form.since is None:
        raise RefusedError(_NO_TIME)
    return Status(201, _word(verbs.correct(row, (form.since, form.until), staff, form.reason, now)))


def _rows(staff: Staff) -> "QuerySet[Outage]":
    return outages_of(staff.school).select_related("school", "station", "by")


def _outage(of: Standing) -> KnownOutage:
    row = of.outage
    return KnownOutage(
        id=str(row.pk),
        scope=row.scope,
        station=row.station_id or "",
        since=of.since_at,
        until=of.until_at,
        cause=row.cause,
        says=row.says,
        found=row.found,
        is_withdrawn=of.is_withdrawn,
        by=row.by.number,
        at=row.at,
    )


def _likely(of: Proposal) -> LikelyOutage:
    return LikelyOutage(
        found=of.found, station=of.station.pk, since=of.since_at, until=of.until_at, says=of.sentence
    )


def _word(of: OutageStep) -> OutageWord:
    return OutageWord(
        kind=of.kind, since=of.since_at, until=of.until_at, reason=of.reason, by=of.by.number, at=of.at
    )


def _touched(of: TouchedClass) -> ClassTouched:
    return ClassTouched(
        section=of.section.code,
        on=of.on,
        placed=of.placed,
        tapped=of.tapped,
        on_paper=of.on_paper,
        sheets=list(of.sheets),
        is_certified=of.is_certified,
        is_missing=of.is_missing,
    )


_ONE: Final = "/outages/{identity}"
OPERATIONS = (
    Operation("outages", "GET", "/outages", outages, KnownOutages, Tool.OUTAGES),
    Operation("outage", "GET", _ONE, outage, OutageTold, Tool.OUTAGES),
    Operation("noteOutage", "POST", "/outages", note, KnownOutage, Tool.OUTAGES, Right.ADD),
    Operation("stepOutage", "POST", f"{_ONE}/steps", step, OutageWord, Tool.OUTAGES, Right.WRITE),
)
