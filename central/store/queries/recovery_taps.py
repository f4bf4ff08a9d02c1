"""Published: the taps that may tell who was in the room of a recovery session, and when."""

from collections import defaultdict
from collections.abc import Mapping
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
    after; refuted ones and those of a station in doubt tell nothing.
    """
    rows = RecoverySession.objects.filter(school=year.school_id, on__range=(since, until))
    zone = ZoneInfo(year.school.time_zone)
    holders = _holders(year.school_id)
    with_station = set(Station.objects.filter(school=year.school_id).values_list("room_id", flat=True))
    return {
        row.code: SessionTaps(
            datetime.combine(row.on, row.starts, zone),
            datetime.combine(row.on, row.ends, zone),
            row.room_id in with_station,
            _taps(row, zone, holders),
        )
        for row in rows.order_by("on", "code")
    }


def _taps(row: RecoverySession, zone: ZoneInfo, holders: _Holders) -> dict[str, list[TapTime]]:
    taps = Tap.objects.filter(
        station__room=row.room_id,
        on=row.on,
        earliest_at__gte=datetime.combine(row.on, row.starts, zone) - _EARLY_OR_LATE,
        latest_at__lte=datetime.combine(row.on, row.ends, zone) + _EARLY_OR_LATE,
    ).exclude(outcome__in=_TELLS_NOTHING)
    seen: dict[str, list[TapTime]] = defaultdict(list)
    for tap in taps.order_by("earliest_at", "pk"):
        if tap.earliest_at is None or tap.latest_at is None:
            continue
        for dated, student in holders.get(bytes(tap.token or b""), ()):
            if dated.holds(row.on):
                seen[student].append(TapTime(tap.earliest_at, tap.latest_at))
    return dict(seen)


def _holders(school_id: int) -> _Holders:
    cards = Credential.objects.filter(school=school_id, student__isnull=False)
    found: dict[bytes, list[tuple[Dated, str]]] = defaultdict(list)
    for card in cards.select_related("student"):
        if card.student is not None:
            found[bytes(card.token)].append((Dated(card.since, card.until), card.student.number))
    return found
