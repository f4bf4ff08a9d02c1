"""What a teacher should know of a room's station before signing a class: alive, in doubt, or with gaps."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Subquery

from central.store.evidence import Contact
from central.store.models import Meeting, Occurrence, Section, Station, StationDoubt, Tap
from central.work import doubts
from central.work.gaps import Gap, gaps_of
from central.work.journal_signs import Sources
from central.work.life_signs import Life, life
from central.work.stations import SILENT_AFTER
from central.work.tap_policy import tap_policy


class Silence(StrEnum):
    """Why nobody tapped in a class, as far as the room's station tells."""

    NOBODY_CAME = (
        "Nobody tapped, and the room's station was alive all through the class: it would have recorded a tap."
    )
    DEAD = (
        "Nobody tapped, but the room's station was silent for a part of the class: "
        "do not take anybody for absent for want of a tap."
    )
    UNHEARD = (
        "Nobody tapped as far as is known, but the room's station was last heard of before the class ended: "
        "taps may still come in."
    )
    UNCLEAR = "Nobody tapped, and whether the room's station was alive during the class is not proven."
    NO_STATION = "Nobody tapped: there was no station in this room."


_SAYS = {
    Life.ALIVE: Silence.NOBODY_CAME,
    Life.SILENT: Silence.DEAD,
    Life.UNHEARD: Silence.UNHEARD,
    Life.UNCLEAR: Silence.UNCLEAR,
}
Hours: TypeAlias = tuple[datetime, datetime]
"""When a class begins and ends."""
_TOLD = frozenset({"gap", "salvage", "silent"})


@dataclass(frozen=True, slots=True)
class RoomState:
    """One class's station."""

    silence: Silence | None
    """Why nobody tapped; None where somebody did, or the class has not begun."""
    doubt: StationDoubt | None
    """The oldest that nobody has cleared."""
    doubted_taps: int
    gaps: tuple[Gap, ...]
    """What the station reported missing that day."""
    station: str = ""
    """Its code; empty where the room had none."""


def room_state(
    section: Section, meeting: Meeting | None, on: date, now: datetime, sources: Sources
) -> RoomState:
    """Return how a class's station fared on its day, as far as is known `now`."""
    station = _station(section, meeting, on)
    silence = _silence(station, section, meeting, on, now, sources) if meeting else None
    if station is None:
        return RoomState(silence, None, 0, ())
    is_doubted, reports = (getattr(station, name) for name in ("is_doubted", "reports"))
    open_doubts = StationDoubt.objects.filter(station=station, cleared_at=None).order_by("since_at")
    doubt = open_doubts.first() if is_doubted else None
    missing = [gap for gap in gaps_of(station, on) if gap.kind in _TOLD] if reports else []
    return RoomState(
        silence=silence,
        doubt=doubt,
        doubted_taps=doubts.waiting()[station.pk] if doubt else 0,
        gaps=tuple(missing),
        station=station.pk,
    )


def silent_since(contact: Contact | None, hours: Hours, now: datetime) -> datetime | None:
    """Return since when a station is silent while a class is held in its room; None while it is heard of.

    Where it was never heard of, that is since the class began.
    """
    starts_at, ends_at = hours
    heard_at = contact.at if contact else starts_at - SILENT_AFTER
    is_silent = starts_at <= now and heard_at + SILENT_AFTER < min(now, ends_at)
    return max(heard_at, starts_at - SILENT_AFTER) if is_silent else None


def _station(section: Section, meeting: Meeting | None, on: date) -> Station | None:
    """Return the station in the class's room that day, also one that is out of use by now.

    It says whether it is doubted, whether it ever reported something missing, and when the last tap
    was that began before the class ended.
    """
    here = Station.objects.filter(room=section.room_id).select_related("school", "room")
    begins = _instant(section, on, time.min)
    here = here.filter(commissioned_at__lt=begins + timedelta(days=1)).exclude(retired_at__lt=begins)
    ends_at = _instant(section, on, meeting.ends if meeting else time.max)
    # A card taken a day before is of another class, however uncertain its time.
    taps = Tap.objects.filter(station=OuterRef("pk"), earliest_at__lt=ends_at)
    taps = taps.filter(latest_at__gte=begins - timedelta(days=1)).order_by("-latest_at")
    here = here.annotate(
        last_tap_at=Subquery(taps.values("latest_at")[:1]),
        is_doubted=Exists(StationDoubt.objects.filter(station=OuterRef("pk"), cleared_at=None)),
        reports=Exists(Occurrence.objects.filter(station=OuterRef("pk"), kind__in=_TOLD)),
    )
    return here.order_by("-commissioned_at").first()


def _silence(
    station: Station | None, section: Section, meeting: Meeting, on: date, now: datetime, sources: Sources
) -> Silence | None:
    starts_at, ends_at = (_instant(section, on, clock) for clock in (meeting.starts, meeting.ends))
    if now <= starts_at or section.room_id is None:
        return None
    if station is None:
        return Silence.NO_STATION
    tapped_at = getattr(station, "last_tap_at")  # noqa: B009  annotated by the query
    if tapped_at and tapped_at >= starts_at - tap_policy(section.school)(on).opens_before:
        return None
    found = _SAYS[life(sources, station.pk, (starts_at, min(ends_at, now)))]
    # Until the class is over nobody knows what all of it was like.
    return None if found is Silence.NOBODY_CAME and now < ends_at else found


def _instant(section: Section, on: date, clock: time) -> datetime:
    return datetime.combine(on, clock, ZoneInfo(section.school.time_zone))
