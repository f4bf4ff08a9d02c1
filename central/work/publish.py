"""Publish what stations and the intake read: a signed roster and configuration a station, and the keyring."""

import fcntl
import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from django.db.models import Q

from central.config import CentralConfig
from central.store.models import Credential, Placement, School, Station, StationKey
from central.work import enrolment, key_age, keys, orders, publish_config, published_file
from central.work.configure import values_of
from central.work.local_days import local_date
from central.work.publish_config import Wanted
from central.work.rollout import advance, wanted_releases
from station import roster
from station.errors import RosterError
from sync_agent.signing import SignatureError, SigningKey, open_text, sign_text

AHEAD: Final = timedelta(days=14)
"""A station that hears nothing for two weeks still knows who begins in them."""
LIFETIME: Final = timedelta(days=60)
PURPOSE: Final = "roster"


@dataclass(frozen=True, slots=True)
class Published:
    """How many stations there are, how many of their rosters are new, and of what they are set to."""

    stations: int
    renewed: int
    configured: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Whom a station is to expect, and who of them may do there what staff may."""

    tokens: Collection[bytes]
    staff: Collection[bytes]


def publish(config: CentralConfig, now: datetime) -> Published:
    """Bring what every station is to know, and the keyring, up to date; files are replaced whole, by rename.

    A roster or configuration gets a new version only when it says something new, or is halfway to its end.
    """
    school = School.objects.get()
    key = keys.signing_key(config.keys, keys.CONFIG)
    on = local_date(school, now)
    rosters, configs = config.data / "rosters", config.data / "configs"
    rosters.mkdir(exist_ok=True)
    configs.mkdir(exist_ok=True)
    with _alone(config.data / "publish.lock"):
        stations = list(Station.objects.filter(school=school, retired_at=None))
        expected, staff = _expected(school, on), _staff(school, on)
        renewed = 0
        for station in stations:
            listed = Listed(frozenset(expected.get(station.room_id, set()) | staff), frozenset(staff))
            renewed += _renew(rosters / f"{station.code}.json", listed, key, now)
        advance(school, now)
        wanted = wanted_releases(stations, now)
        values = values_of(stations, school)
        ordered = key_age.with_due(orders.for_notes(stations, now), stations, now)
        configured = sum(
            publish_config.renew(
                configs / f"{station.code}.json",
                Wanted(values[station.code], wanted[station.code], ordered[station.code]),
                key,
                now,
            )
            for station in stations
        )
        kept = {f"{station.code}.json" for station in stations}
        for path in (*rosters.glob("*.json"), *configs.glob("*.json")):
            if path.name not in kept:
                path.unlink()
        published_file.replace(config.data / "keyring.json", _keyring(school, now))
        published_file.replace(config.data / "enrolments.json", enrolment.published(school, now))
    return Published(len(stations), renewed, configured)


def _expected(school: School, on: date) -> dict[int, set[bytes]]:
    """Return by room the tokens of the students who have a class there now or soon."""
    cards: dict[int, list[bytes]] = defaultdict(list)
    held = Credential.objects.filter(_now_or_soon(on), school=school, student__isnull=False)
    for student, token in held.values_list("student_id", "token"):
        cards[student or 0].append(bytes(token))
    expected: dict[int, set[bytes]] = defaultdict(set)
    places = Placement.objects.filter(
        _now_or_soon(on), section__school=school, section__until__gte=on, section__room__isnull=False
    )
    for room, student in places.values_list("section__room_id", "student_id"):
        expected[room or 0].update(cards.get(student, ()))
    return expected


def _staff(school: School, on: date) -> set[bytes]:
    """Return the tokens of the staff, who are expected everywhere."""
    held = Credential.objects.filter(_now_or_soon(on), school=school, staff__isnull=False)
    return {bytes(token) for token in held.values_list("token", flat=True)}


def _now_or_soon(on: date) -> Q:
    return Q(since__lte=on + AHEAD) & (Q(until__isnull=True) | Q(until__gte=on))


def _renew(path: Path, listed: Listed, key: SigningKey, now: datetime) -> bool:
    """Write a roster if it says something new or its end comes near; tell whether it did."""
    station = path.stem
    before = _current(path, key)
    # The clock keeps versions ascending even where the file before was lost.
    version = max(before.version + 1 if before else 1, int(now.timestamp()))
    ends_at = now + LIFETIME
    text = roster.compose(station, version, keys.SCHOOL_KEY_ID, listed.tokens, ends_at, listed.staff)
    says_the_same = before and _says(before) == _says(roster.parse(text))
    if before and says_the_same and before.expires_at - now > LIFETIME / 2:
        return False
    published_file.replace(path, json.dumps(sign_text(PURPOSE, text, key)))
    return True


def _says(found: roster.Roster) -> tuple[bytes, bytes, str]:
    return found.tokens, found.staff, found.key_id


def _current(path: Path, key: SigningKey) -> roster.Roster | None:
    try:
        signed = json.loads(path.read_text(encoding="ascii"))
        return roster.parse(open_text(PURPOSE, signed, key.verify_key))
    except (OSError, ValueError, SignatureError, RosterError):
        # Missing, damaged or by another key: whatever it is, it must be made anew.
        return None


def _keyring(school: School, now: datetime) -> str:
    stations: dict[str, dict[str, object]] = {}
    rows = StationKey.objects.filter(station__school=school).select_related("station").order_by("since_at")
    for row in rows:
        entry = stations.setdefault(row.station_id, {"school": school.code, "keys": []})
        named = entry["keys"]
        if isinstance(named, list):
            is_over = row.revoked_at is not None or (row.ends_at is not None and row.ends_at <= now)
            named.append({"kid": row.kid, "public": row.public_key, "revoked": is_over})
    return json.dumps({"v": 1, "stations": stations})


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one publisher at a time choose versions: a command and the server may both publish."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
