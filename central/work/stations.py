"""How the stations fare, on one line each."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from central.store.evidence import Contact, Evidence
from central.store.models import School, Station, Tap
from central.work.occurrences import OccurrenceLine, newest

SILENT_AFTER = timedelta(minutes=30)
"""A station journals that it is alive every 15 minutes; twice that without a word is worth a look."""


@dataclass(frozen=True, slots=True)
class StationLine:
    """One station: its room, its newest contact, and what it brought on the school's present date."""

    station: Station
    contact: Contact | None
    taps_today: int
    unsettled: int
    is_silent: bool
    occurrences: list[OccurrenceLine]
    """What it reported beside taps, the newest first."""


def glance(school: School, now: datetime, evidence: Evidence) -> list[StationLine]:
    """Return every station in use, by room."""
    today = now.astimezone(ZoneInfo(school.time_zone)).date()
    contacts, occurrences = evidence.contacts(), newest(school, now)
    taps = Counter(Tap.objects.filter(school=school, on=today).values_list("station_id", flat=True))
    review = (
        Tap.Outcome.UNKNOWN_CREDENTIAL,
        Tap.Outcome.TIME_REVIEW,
        Tap.Outcome.AMBIGUOUS,
        Tap.Outcome.REFUTED,
    )
    unsettled = Counter(
        Tap.objects.filter(school=school, outcome__in=review).values_list("station_id", flat=True)
    )
    stations = (
        Station.objects.filter(school=school, retired_at=None).select_related("room").order_by("room__name")
    )
    return [
        StationLine(
            station=station,
            contact=(contact := contacts.get(station.code)),
            taps_today=taps[station.code],
            unsettled=unsettled[station.code],
            is_silent=contact is None or now - contact.at > SILENT_AFTER,
            occurrences=occurrences.get(station.code, []),
        )
        for station in stations
    ]
