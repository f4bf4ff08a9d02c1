"""Published: the taps that may tell who was in the room of a recovery session, and when."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from central.store.models import Credential, RecoverySession, SchoolYear, Station, Tap
from central.store.timetable import Dated

_EARLY_OR_LATE: Final = timedelta(minutes=30)
"""How long before a session a student may come in, and how long after it go out."""
_TELLS_NOTHING: Final = (Tap.Outcome.REFUTED, Tap.Outcome.DOUBTED_STATION)
_Holders: TypeAlias = Mapping[bytes, list[tuple[Dated, str]]]
_Seen: TypeAlias = "tuple[TapTime, bytes]"


@dataclass(frozen=True, slots=True, order=True)
class TapTime:
    """When one tap was: not before, not after."""

    earliest_at: datetime
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class SessionTaps:
    """The taps of one session by student number, oldest first, and when it began and ended.

    Without a station in its room there could be none.
    """

    begins_at: datetime
    ends_at: datetime
    has_station: bool
    taps: Mapping[str, list[TapTime]]


def session_taps(year: SchoolYear, since: date, until: date) -> dict[str, SessionTaps]:
    """Return what the station of each session's room recorded of students, by the session's code.

    Taps of students' own cards of that date, from half an hour before the session to half an hour
    after; refuted ones and those of a station in doubt tell nothing. Four queries, however many sessions.
    """
    rows = list(
        RecoverySession.objects.filter(school=year.school_id, on__range=(since, until)).order_by("on", "code")
    )
    zone = ZoneInfo(year.school.time_zone)
    holders = _holders(year.school_id)
    with_station = set(Station.objects.filter(school=year.school_id).values_list("room_id", flat=True))
    in_rooms = _in_rooms(rows)
    return {
        row.code: SessionTaps(
            datetime.combine(row.on, row.starts, zone),
            datetime.combine(row.on, row.ends, zone),
            row.room_id in with_station,
            _taps(row, zone, in_rooms.get((row.room_id, row.on), ()), holders),
        )
        for row in rows
    }


def _in_rooms(rows: Collection[RecoverySession]) -> Mapping[tuple[int | None, date], list[_Seen]]:
    """Return the taps of the sessions' rooms on their dates, oldest first, in one query."""
    taps = Tap.objects.filter(
        station__room__in={row.room_id for row in rows if row.room_id},
        on__in={row.on for row in rows},
        earliest_at__isnull=False,
        latest_at__isnull=False,
    ).exclude(outcome__in=_TELLS_NOTHING)
    found: dict[tuple[int | None, date], list[_Seen]] = defaultdict(list)
    columns = ("station__room_id", "on", "earliest_at", "latest_at", "token")
    for room, on, earliest_at, latest_at, token in taps.order_by("earliest_at", "pk").values_list(*columns):
        found[room, on].append((TapTime(earliest_at, latest_at), bytes(token or b"")))
    return found


def _taps(
    row: RecoverySession, zone: ZoneInfo, in_room: Iterable[_Seen], holders: _Holders
) -> dict[str, list[TapTime]]:
    begins_at = datetime.combine(row.on, row.starts, zone) - _EARLY_OR_LATE
    ends_at = datetime.combine(row.on, row.ends, zone) + _EARLY_OR_LATE
    seen: dict[str, list[TapTime]] = defaultdict(list)
    for when, token in in_room:
        if when.earliest_at < begins_at or when.latest_at > ends_at:
            continue
        for dated, student in holders.get(token, ()):
            if dated.holds(row.on):
                seen[student].append(when)
    return dict(seen)


def _holders(school_id: int) -> _Holders:
    cards = Credential.objects.filter(school=school_id, student__isnull=False)
    found: dict[bytes, list[tuple[Dated, str]]] = defaultdict(list)
    for card in cards.select_related("student"):
        if card.student is not None:
            found[bytes(card.token)].append((Dated(card.since, card.until), card.student.number))
    return found
