"""Bring a station into use, exchange its key, take it out of use."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from central.errors import RefusedError
from central.store.models import AuditEvent, EnrolmentToken, Room, School, Station, StationKey
from central.work import doubts
from sync_agent.signing import SignatureError, VerifyKey

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Commission:
    """A station, the room it hangs in, and the public key born on it (64 hexadecimal digits)."""

    station: str
    room: str
    public_key: str
    may_make_room: bool = False
    replaces_key: bool = False
    old_key_until: datetime | None = None
    """Until when the key before stays good for what the old card holds; None revokes it at once."""


def commission(wish: Commission, now: datetime, by: str) -> str:
    """Bring a station into use and return its key's short name; doing it twice changes nothing.

    Raises RefusedError when the room is unknown or taken, or the station has another key.
    """
    key = _key(wish)
    if not _CODE.fullmatch(wish.station):
        msg = (
            f"{wish.station!r} is no name for a station; use small letters, digits and hyphens, like st-r101"
        )
        raise RefusedError(msg)
    with transaction.atomic():
        school = School.objects.get()
        room = _room(school, wish)
        _require_free(room, wish.station)
        station, is_new = Station.objects.get_or_create(
            code=wish.station, defaults={"school": school, "room": room, "commissioned_at": now}
        )
        is_moved = station.room_id != room.pk or station.retired_at is not None
        if is_moved:
            station.room, station.retired_at = room, None
            station.save(update_fields=["room", "retired_at"])
        is_keyed = _use_key(station, key, wish, now)
        if is_new or is_moved or is_keyed:
            detail = {"room": room.name, "kid": key.kid}
            AuditEvent.objects.create(at=now, by=by, verb="commission", subject=station.code, detail=detail)
    return key.kid


def retire(code: str, now: datetime, by: str, *, keeps_key: bool = False, reason: str = "") -> None:
    """Take a station out of use; its key is revoked unless what it still holds may come in later.

    Raises RefusedError for a station that is not in use.
    """
    with transaction.atomic():
        station = Station.objects.filter(code=code).first()
        if station is None:
            msg = f"there is no station {code}; rollbook-central check lists the stations"
            raise RefusedError(msg)
        valid = StationKey.objects.filter(station=station, revoked_at=None)
        if station.retired_at is not None and (keeps_key or not valid.exists()):
            msg = f"{code} is out of use already, since {station.retired_at:%Y-%m-%d}"
            raise RefusedError(msg)
        station.retired_at = station.retired_at or now
        station.save(update_fields=["retired_at"])
        if not keeps_key:
            valid.update(revoked_at=now)
        # No card that was prepared and never started brings the station back.
        promised = EnrolmentToken.objects.filter(station_code=code, used_at=None, revoked_at=None)
        promised.update(revoked_at=now, revoked_why="the station was taken out of use")
        detail = {"revoked": not keeps_key, **({"reason": reason} if reason else {})}
        AuditEvent.objects.create(at=now, by=by, verb="retire", subject=code, detail=detail)


def _key(wish: Commission) -> VerifyKey:
    try:
        return VerifyKey.from_hex(wish.public_key)
    except SignatureError as error:
        msg = f"the station's key cannot be used ({error}); run rollbook-sync keygen on the station"
        raise RefusedError(msg) from error


def _room(school: School, wish: Commission) -> Room:
    room = Room.objects.filter(school=school, name=wish.room).first()
    if room is None and wish.may_make_room:
        return Room.objects.create(school=school, name=wish.room)
    if room is None:
        known = ", ".join(Room.objects.filter(school=school).order_by("name").values_list("name", flat=True))
        msg = f"there is no room {wish.room!r}; take in the roster first, or say --new-room (known: {known})"
        raise RefusedError(msg)
    return room


def _require_free(room: Room, code: str) -> None:
    other = Station.objects.filter(room=room, retired_at=None).exclude(code=code).first()
    if other:
        msg = f"{room.name} has the station {other.code}; retire it first"
        raise RefusedError(msg)


def _use_key(station: Station, key: VerifyKey, wish: Commission, now: datetime) -> bool:
    """Make a key the station's, and tell whether that is new."""
    valid = StationKey.objects.filter(station=station, revoked_at=None, ends_at=None)
    if StationKey.objects.filter(station=station, revoked_at=None, kid=key.kid).exists():
        return False
    if StationKey.objects.filter(station=station, kid=key.kid).exists():
        msg = f"the key {key.kid} of {station.code} was revoked and stays so; make a new one with keygen"
        raise RefusedError(msg)
    other = StationKey.objects.filter(kid=key.kid, revoked_at=None).exclude(station=station).first()
    if other is not None:
        msg = (
            f"{other.station_id} has the key {key.kid} already, so {station.code} is a copy of its disk; "
            f"make a key of its own on {station.code} with rollbook-sync keygen"
        )
        raise RefusedError(msg)
    if valid.exists() and not wish.replaces_key:
        msg = f"{station.code} has another key; say --replace-key if the station was set up anew"
        raise RefusedError(msg)
    end = {"revoked_at": now} if wish.old_key_until is None else {"ends_at": wish.old_key_until}
    if valid.update(**end):
        # No copy of the old disk can speak for the station any more.
        doubts.end(station, now, by=None, why=f"set up anew with the key {key.kid}")
    StationKey.objects.create(station=station, kid=key.kid, public_key=key.public.hex(), since_at=now)
    return True
