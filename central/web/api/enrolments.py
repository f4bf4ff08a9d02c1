"""How stations come into use and go out of it: tokens made and taken back, cards replaced."""

import os
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.responses import Status

from central.store.models import EnrolmentToken, Station
from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Form, Offset, Reason
from central.work import enrolment, enrolment_file, orders, retiring
from central.work.enrolment import Asking, Wish
from central.work.tool_rights import Right, Tool

PAGES = ()


class Place(Form):
    """A station that is to be, and its room as the roster writes it."""

    station: Code
    room: Code


class EnlistingAsked(Form):
    """The stations to be; open tokens stay as they are unless asked for again."""

    stations: list[Place]
    again: bool = False
    new_rooms: bool = False


class NewToken(Schema):
    """A station's token: it is shown this once."""

    station: str
    token: str
    expires_at: datetime


class Left(Schema):
    """A station that got no token, and why."""

    station: str
    why: str


class Enlisting(Schema):
    """What cards of this school must know of central, and the tokens made."""

    school: str
    server_ack: str
    server_config: str
    key_id: str
    tokens: list[NewToken]
    left: list[Left]


class ReplacementAsked(Reason):
    """Why a new card takes over, and whether the old one was stolen."""

    stolen: bool = False


class StationToken(Schema):
    """What became of a token; the token itself is kept nowhere."""

    station: str
    room: str
    state: str
    replaces: bool
    made_at: datetime
    made_by: str
    expires_at: datetime
    kid: str | None


class StationTokens(Schema):
    """Some tokens, newest first, and how many there are."""

    count: int
    tokens: list[StationToken]


class RetirementAsked(Reason):
    """Why a station goes out of use, and whether what it still holds may come in."""

    keep_key: bool = False


class StationActed(Schema):
    """The station something was done to."""

    station: str


def enlist(request: Asked, form: EnlistingAsked) -> Status[Enlisting]:
    """Make a token for each station that has no key yet; each is shown this once."""
    wishes = [Wish(place.station, place.room) for place in form.stations]
    enlisted = enrolment.enlist(wishes, _asking(request), is_again=form.again, may_make_rooms=form.new_rooms)
    left = [Left(station=station, why=why) for station, why in enlisted.left]
    return Status(201, _shown(enlisted.made, left))


def replace(request: Asked, code: Code, form: ReplacementAsked) -> Status[Enlisting]:
    """Make a token by which a new card takes over from a station's old one."""
    made = enrolment.replace(code, form.reason, _asking(request), is_stolen=form.stolen)
    return Status(201, _shown([made], []))


def take_back(request: Asked, code: Code, form: Reason) -> Status[StationActed]:
    """Take back the open token of a station, with the reason."""
    enrolment.take_back(code, form.reason, _asking(request))
    return Status(201, StationActed(station=code))


def retire(request: Asked, code: Code, form: RetirementAsked) -> Status[StationActed]:
    """Take a station out of use, with the reason; its key is revoked unless it is to be kept."""
    retiring.retire(code, form.reason, _asking(request), keeps_key=form.keep_key)
    return Status(201, StationActed(station=code))


def rotate(request: Asked, code: Code, form: Reason) -> Status[StationActed]:
    """Order a station to change its signing key; the key before stays good for a week."""
    staff = request.auth.staff
    station = get_object_or_404(Station, school=staff.school, code=code)
    orders.order(orders.Wish(station, "rotate-key", form.reason), staff, os.urandom, clock.now())
    return Status(201, StationActed(station=code))


def tokens(request: Asked, offset: Offset = 0) -> StationTokens:
    """List what became of the tokens ever made, newest first."""
    rows, now = enrolment.known(request.auth.staff.school), clock.now()
    return StationTokens(
        count=rows.count(), tokens=[_token(row, now) for row in rows[offset : offset + MOST]]
    )


def _asking(request: Asked) -> Asking:
    return Asking(request.auth.staff, clock.now(), os.urandom)


def _shown(made: Sequence[enrolment.Made], left: list[Left]) -> Enlisting:
    known = enrolment_file.school_and_keys(settings.CONFIG)
    tokens = [NewToken(station=each.station, token=each.token, expires_at=each.expires_at) for each in made]
    return Enlisting(**known, tokens=tokens, left=left)


def _token(row: EnrolmentToken, now: datetime) -> StationToken:
    return StationToken(
        station=row.station_code,
        room=row.room.name,
        state=enrolment.state(row, now),
        replaces=row.replaces,
        made_at=row.made_at,
        made_by=row.made_by,
        expires_at=row.expires_at,
        kid=row.kid or None,
    )


_ONE = "/stations/{code}"
OPERATIONS = (
    Operation("enrolments", "GET", "/enrolments", tokens, StationTokens, Tool.STATION_KEYS),
    Operation("enlistStations", "POST", "/enrolments", enlist, Enlisting, Tool.STATION_KEYS, Right.ADD),
    Operation(
        "takeBackToken",
        "POST",
        "/enrolments/{code}/withdrawal",
        take_back,
        StationActed,
        Tool.STATION_KEYS,
        Right.DELETE,
    ),
    Operation(
        "replaceStation", "POST", f"{_ONE}/replacement", replace, Enlisting, Tool.STATION_KEYS, Right.ADD
    ),
    Operation("rotateKey", "POST", f"{_ONE}/key-rotation", rotate, StationActed, Tool.FLEET, Right.ADD),
    Operation(
        "retireStation", "POST", f"{_ONE}/retirement", retire, StationActed, Tool.STATION_KEYS, Right.DELETE
    ),
)
