"""Gather what is known of a class's station on a day, for judging paper that was kept beside it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q

from central.domain.adjudication import RoomKnown, Span, why_down
from central.store.json_text import text_at
from central.store.models import Meeting, Occurrence, Section, Station, StationDoubt, Tap
from central.work.journal_signs import Sources
from central.work.life_signs import Life, life
from central.work.outage_state import spans_of
from central.work.tap_policy import tap_policy
from station.tap import Kind

_UNTOLD: Final = (
    Tap.Outcome.STAFF,
    Tap.Outcome.UNPARSED,
    Tap.Outcome.REFUTED,
    Tap.Outcome.DOUBTED_STATION,
)
"""Taps that show nothing of whether students' cards were taken."""
_EXACT: Final = timedelta(minutes=1)
_EVER: Final = datetime.max.replace(tzinfo=UTC)


class Rooms:
    """One section's room over some days: a few queries, and the evidence where nothing else tells."""

    def __init__(self, section: Section, days: Collection[date], sources: Callable[[], Sources]) -> None:
        self._section = section
        self._sources = sources
        self._zone = ZoneInfo(section.school.time_zone)
        self._policy = tap_policy(section.school)
        self._meetings = {meeting.weekday: meeting for meeting in Meeting.objects.filter(section=section)}
        self._stations = list(Station.objects.filter(room=section.room_id)) if section.room_id else []
        self._known: dict[date, RoomKnown] = {}
        codes = [station.pk for station in self._stations]
        self._taps = _taps(codes, days)
        self._outages = spans_of(section.school, codes)
        self._told = _told(codes)
        self._doubts = list(StationDoubt.objects.filter(station__in=codes)) if codes else []

    def hours(self, on: date) -> Span:
        """Return when the class begins and ends; the whole day where the bell schedule does not say."""
        meeting = self._meetings.get(on.weekday())
        if meeting is None:
            starts_at = datetime.combine(on, time.min, self._zone)
            return starts_at, datetime.combine(on + timedelta(days=1), time.min, self._zone)
        starts, ends = meeting.starts, meeting.ends
        return datetime.combine(on, starts, self._zone), datetime.combine(on, ends, self._zone)

    def on(self, on: date) -> RoomKnown:
        """Return what is known of one day; the evidence is read only where nothing else tells."""
        if on not in self._known:
            room = self.told(on)
            here = self._station(on)
            if here is not None and why_down(room) is None:
                found = life(self._sources(), here.pk, room.hours)
                room = replace(
                    room,
                    is_silent=found is Life.SILENT,
                    is_unheard=found is Life.UNHEARD,
                    is_alive=found is Life.ALIVE,
                )
            self._known[on] = room
        return self._known[on]

    def told(self, on: date) -> RoomKnown:
        """Return what is known of one day without reading the evidence."""
        starts_at, ends_at = self.hours(on)
        before = self._policy(on).opens_before
        opens_at = starts_at - before
        marked, reported = self._told
        return RoomKnown(
            hours=(starts_at, ends_at),
            has_station=self._station(on) is not None,
            others=tuple(at for at in self._taps if opens_at <= at <= ends_at),
            noted=tuple(span for span in self._outages if _touches(span, (starts_at, ends_at))),
            marked=tuple(at for at in marked if opens_at <= at <= ends_at + before),
            reported=tuple(span for span in reported if _touches(span, (starts_at, ends_at))),
            is_doubted=any(
                doubt.since_at < ends_at and (doubt.cleared_at or _EVER) > starts_at for doubt in self._doubts
            ),
        )

    def _station(self, on: date) -> Station | None:
        """Return the station in the room that day, also one that is out of use by now."""
        begins = datetime.combine(on, time.min, self._zone)
        here = [
            each
            for each in self._stations
            if each.commissioned_at < begins + timedelta(days=1) and (each.retired_at or _EVER) >= begins
        ]
        return max(here, key=lambda each: each.commissioned_at, default=None)


def _touches(span: Span, hours: Span) -> bool:
    return span[0] < hours[1] and hours[0] < span[1]


def _taps(stations: Collection[str], days: Collection[date]) -> list[datetime]:
    """Return when students' cards were taken, where that is known to the minute."""
    if not stations:
        return []
    rows = Tap.objects.filter(station__in=stations, on__in=days, token__isnull=False)
    rows = rows.exclude(outcome__in=_UNTOLD)
    found = rows.order_by("earliest_at").values_list("earliest_at", "latest_at")
    return [since for since, until in found if since and until and until - since <= _EXACT]


def _told(stations: Collection[str]) -> tuple[list[datetime], list[Span]]:
    """Return when staff marked an outage at the stations, and where these reported taps as not recorded."""
    marked: list[datetime] = []
    reported: list[Span] = []
    if not stations:
        return marked, reported
    told = Q(kind=Kind.STAFF, did="outage") | Q(kind__in=(Kind.GAP, Kind.SALVAGE))
    rows = Occurrence.objects.alias(did=text_at("payload__did"))
    rows = rows.filter(told, station__in=stations, latest_at__isnull=False)
    for row in rows.order_by("latest_at"):
        if row.earliest_at is None or row.latest_at is None:
            continue
        if row.kind != Kind.STAFF:
            reported.append((row.earliest_at, row.latest_at + timedelta(seconds=1)))
        elif row.latest_at - row.earliest_at <= _EXACT:
            marked.append(row.latest_at)
    return marked, reported
