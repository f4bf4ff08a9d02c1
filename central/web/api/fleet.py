"""How the stations are and what to do about it: listed by need, ordered, and silenced."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated

from django.conf import settings
from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.responses import Status
from pydantic import Field

from central.store.evidence import Evidence
from central.store.models import Station
from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import Code, Form, Words
from central.work import orders, silence
from central.work.fleet_alerts import Raised, need, raised
from central.work.fleet_facts import Facts, gather
from central.work.tool_rights import Right, Tool

PAGES = ("station",)


class KnownAlert(Schema):
    """One thing that is wrong with a station, and what to do."""

    code: str
    severity: str
    says: str
    do: str
    is_silenced: bool


class StationCondition(Schema):
    """How one station is; `told` is what it said last of itself, by the names of the sync API."""

    code: str
    room: str
    heard_at: datetime | None
    told_at: datetime | None
    told: dict[str, object]
    resets_of_the_day: int
    starts_of_the_day: int
    key_since_at: datetime | None
    alerts: list[KnownAlert]


class Fleet(Schema):
    """Every station in use, those first that need somebody most."""

    stations: list[StationCondition]


class OrderAsked(Form):
    """What a station is to do once, and why."""

    verb: Words
    reason: Words


class Ordered(Schema):
    """An order as it is kept; `id` is what the station is told it by."""

    id: str
    station: str
    verb: str
    until_at: datetime


class SilenceAsked(Form):
    """Which alert somebody knows of, for how many days (0 ends it), and why it can wait."""

    alert: Words
    days: Annotated[int, Field(ge=0, le=silence.LONGEST.days)]
    reason: Words


class Silenced(Schema):
    """Until when an alert is silenced."""

    station: str
    alert: str
    until_at: datetime


def fleet(request: Asked) -> Fleet:
    """Show how every station in use is, with its alerts, those first that need somebody most."""
    facts = gather(request.auth.staff.school, clock.now(), Evidence(settings.CONFIG.evidence_at))
    found = sorted(((each, raised(each)) for each in facts), key=lambda pair: need(pair[1]))
    return Fleet(stations=[_condition(each, alerts) for each, alerts in found])


def order(request: Asked, code: Code, form: OrderAsked) -> Status[Ordered]:
    """Order a station to do one of the few things on the list, once, within an hour."""
    wish = orders.Wish(_station(request, code), form.verb, form.reason)
    made = orders.order(wish, request.auth.staff, secrets.token_bytes, clock.now())
    return Status(201, Ordered(id=made.pk, station=code, verb=made.verb, until_at=made.until_at))


def silence_alert(request: Asked, code: Code, form: SilenceAsked) -> Status[Silenced]:
    """Say that somebody knows of an alert of a station, until when and why."""
    now = clock.now()
    wish = silence.Silence(_station(request, code), form.alert, now + timedelta(days=form.days), form.reason)
    kept = silence.silence(wish, request.auth.staff, now)
    return Status(201, Silenced(station=code, alert=kept.code, until_at=kept.until_at))


def _station(request: Asked, code: str) -> Station:
    return get_object_or_404(Station, school=request.auth.staff.school, code=code)


def _condition(facts: Facts, alerts: list[Raised]) -> StationCondition:
    return StationCondition(
        code=facts.station.code,
        room=facts.station.room.name,
        heard_at=facts.contact.at if facts.contact else None,
        told_at=facts.told_at,
        told=dict(facts.told),
        resets_of_the_day=facts.resets,
        starts_of_the_day=facts.boots,
        key_since_at=facts.key_since_at,
        alerts=[
            KnownAlert(
                code=each.alert.code,
                severity=str(each.alert.severity),
                says=each.says,
                do=each.alert.remedy,
                is_silenced=not each.is_open,
            )
            for each in alerts
        ],
    )


OPERATIONS = (
    Operation("fleet", "GET", "/fleet", fleet, Fleet, Tool.FLEET),
    Operation("orderStation", "POST", "/stations/{code}/orders", order, Ordered, Tool.FLEET, Right.ADD),
    Operation(
        "silenceAlert",
        "POST",
        "/stations/{code}/silences",
        silence_alert,
        Silenced,
        Tool.FLEET,
        Right.WRITE,
    ),
)
