"""Enlist stations: make, list and take back the one-time tokens by which each brings the key born on it."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from central.errors import InputError, RefusedError
from central.store.models import AuditEvent, EnrolmentToken, Room, School, Staff, Station, StationKey
from central.work import rights
from central.work.tool_rights import Right, Tool, require

LIFETIME: Final = timedelta(days=14)
TOKEN_BYTES: Final = 24
TOLD_FOR: Final = timedelta(days=400)
"""So long after its last moment a token is refused by name, and not as one nobody knows."""
_MOST_ROOM: Final = 80
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)

Author = Staff | str
"""A member of staff, who needs the right; or a text that names who types at the server, who needs none."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, when, and where what nobody can guess comes from."""

    by: Author
    at: datetime
    entropy: Callable[[int], bytes]

    def author(self, right: Right) -> str:
        """Return the name the log of acts gets; raises RefusedError for staff without the right."""
        if isinstance(self.by, str):
            return self.by
        require(self.by, Tool.STATION_KEYS, right)
        return self.by.number


@dataclass(frozen=True, slots=True)
class Wish:
    """A station that is to be, and its room as the roster writes it."""

    station: str
    room: str


@dataclass(frozen=True, slots=True)
class Made:
    """A token just made: its secret is in `token` and nowhere else."""

    station: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Enlisted:
    """The tokens made, and for every other station the reason why it got none."""

    made: Sequence[Made]
    left: Sequence[tuple[str, str]]


def enlist(
    wishes: Sequence[Wish], asking: Asking, *, is_again: bool = False, may_make_rooms: bool = False
) -> Enlisted:
    """Make a token for every station that has neither a key nor an open token.

    With `is_again` an open token is taken back and made anew. Raises InputError naming every station
    that cannot be, RefusedError; then no token is made at all.
    """
    author = asking.author(Right.ADD)
    with transaction.atomic():
        school = School.objects.get()
        rooms = _rooms(school, wishes, asking.at, may_make_rooms=may_make_rooms)
        keyed = set(_good_keys(asking.at).values_list("station_id", flat=True))
        # One that was taken out of use and may still bring what it holds has a key beside its new one.
        spoken = set(StationKey.objects.filter(revoked_at=None).values_list("station_id", flat=True))
        waiting = set(open_tokens().filter(expires_at__gt=asking.at).values_list("station_code", flat=True))
        made, left = [], []
        for wish in wishes:
            if wish.station in keyed:
                left.append((wish.station, "it has its key; replace it if its card is lost"))
            elif wish.station in waiting and not is_again:
                left.append((wish.station, "its token is not used yet; ask for it again to make a new one"))
            else:
                _take_back(wish.station, "a new token was made", asking.at)
                room, follows = rooms[wish.room], wish.station in spoken
                made.append(_make(school, wish.station, room, asking, author, replaces=follows))
        _note("enlist", school.code, author, asking.at, {"stations": [each.station for each in made]})
    return Enlisted(made, left)


def replace(code: str, reason: str, asking: Asking, *, is_stolen: bool = False) -> Made:
    """Make a token by which a new card takes over from a station's old one.

    The old card's key stays good for what the old card still holds until some time after the new one
    has brought its own; that of a stolen card is revoked at once. Raises RefusedError.
    """
    author, why = asking.author(Right.ADD), rights.reason(reason, "replacing a station")
    with transaction.atomic():
        station = _in_use(code)
        _take_back(code, "a new token was made", asking.at)
        if is_stolen:
            StationKey.objects.filter(station=station, revoked_at=None).update(revoked_at=asking.at)
        made = _make(station.school, code, station.room, asking, author, replaces=True)
        detail = {"reason": why, "revoked": is_stolen, "expires_at": made.expires_at.isoformat()}
        _note("replace-station", code, author, asking.at, detail)
    return made


def take_back(code: str, reason: str, asking: Asking) -> None:
    """Take back the open token of a station; raises RefusedError where there is none."""
    author, why = asking.author(Right.DELETE), rights.reason(reason, "taking a token back")
    with transaction.atomic():
        if not _take_back(code, why, asking.at):
            msg = f"{code} has no open token; rollbook-central enlist list shows those there are"
            raise RefusedError(msg)
        _note("take-back-token", code, author, asking.at, {"reason": why})


def open_tokens() -> QuerySet[EnrolmentToken]:
    """Return the tokens that were neither used nor taken back; some of them have expired."""
    return EnrolmentToken.objects.filter(used_at=None, revoked_at=None)


def known(school: School) -> QuerySet[EnrolmentToken]:
    """Return every token ever made, the newest first."""
    return EnrolmentToken.objects.filter(school=school).select_related("room").order_by("-made_at", "pk")


def state(token: EnrolmentToken, now: datetime) -> str:
    """Return what has become of a token, as a word: open, used, revoked or expired."""
    if token.used_at is not None:
        return "used"
    if token.revoked_at is not None:
        return "revoked"
    return "open" if now < token.expires_at else "expired"


def published(school: School, now: datetime) -> str:
    """Return what the intake is to know of tokens: their digests, never one of them."""
    retired = set(Station.objects.exclude(retired_at=None).values_list("code", flat=True))
    rows = EnrolmentToken.objects.filter(school=school, expires_at__gt=now - TOLD_FOR).order_by("pk")
    tokens = [
        {
            "digest": row.digest,
            "station": row.station_code,
            "expires_at": row.expires_at.isoformat(),
            "state": _published_state(row, retired),
            "kid": row.kid or None,
        }
        for row in rows
    ]
    return json.dumps({"v": 1, "school": school.code, "tokens": tokens})


def digest(token: str) -> str:
    """Return the SHA-256 of a token in hex, which is all that is kept of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _published_state(row: EnrolmentToken, retired: Iterable[str]) -> str:
    # A station that was taken out of use comes back by a token made after that, never by an older one.
    if row.station_code in retired and (row.used_at or row.revoked_at):
        return "retired"
    if row.revoked_at is not None:
        return "revoked"
    return "open" if row.used_at is None else "used"


def _make(
    school: School, code: str, room: Room, asking: Asking, author: str, *, replaces: bool = False
) -> Made:
    # A card in another school's net is told so: the token says whose it is.
    token = f"{school.code}-{asking.entropy(TOKEN_BYTES).hex()}"
    row = EnrolmentToken.objects.create(
        school=school,
        station_code=code,
        room=room,
        digest=digest(token),
        replaces=replaces,
        made_at=asking.at,
        made_by=author,
        expires_at=asking.at + LIFETIME,
    )
    return Made(code, token, row.expires_at)


def _take_back(code: str, why: str, now: datetime) -> bool:
    return bool(open_tokens().filter(station_code=code).update(revoked_at=now, revoked_why=why))


def _rooms(school: School, wishes: Sequence[Wish], now: datetime, *, may_make_rooms: bool) -> dict[str, Room]:
    """Return the rooms by name, those that had to be made among them; raises InputError."""
    rooms = {room.name: room for room in Room.objects.filter(school=school)}
    hung = dict(Station.objects.filter(retired_at=None).values_list("room__name", "code"))
    promised = dict(open_tokens().filter(expires_at__gt=now).values_list("room__name", "station_code"))
    problems = []
    seen: dict[str, str] = {}
    for wish in wishes:
        taken = hung.get(wish.room) or promised.get(wish.room) or seen.get(wish.room)
        if not _CODE.fullmatch(wish.station) or wish.station in seen.values():
            problems.append(f"{wish.station!r} is no name for a station, or comes twice; write st-r101")
        elif taken not in {None, wish.station}:
            problems.append(f"{wish.station}: {wish.room} has the station {taken}; retire that one first")
        elif wish.room not in rooms and not (may_make_rooms and 0 < len(wish.room.strip()) <= _MOST_ROOM):
            problems.append(f"{wish.station}: there is no room {wish.room!r}; take in the roster first")
        seen[wish.room] = wish.station
    if problems:
        msg = "no station was enlisted"
        raise InputError(msg, problems)
    for name in seen.keys() - rooms.keys():
        rooms[name] = Room.objects.create(school=school, name=name)
    return rooms


def _good_keys(now: datetime) -> QuerySet[StationKey]:
    good = Q(ends_at=None) | Q(ends_at__gt=now)
    return StationKey.objects.filter(good, revoked_at=None, station__retired_at=None)


def _in_use(code: str) -> Station:
    station = Station.objects.filter(code=code, retired_at=None).select_related("room", "school").first()
    if station is None:
        msg = f"there is no station {code} in use; rollbook-central check lists the stations"
        raise RefusedError(msg)
    return station


def _note(verb: str, subject: str, author: str, now: datetime, detail: dict[str, object]) -> None:
    AuditEvent.objects.create(at=now, by=author, verb=verb, subject=subject, detail=detail)
