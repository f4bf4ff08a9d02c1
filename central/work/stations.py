"""How the stations fare, on one line each."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from central.store.evidence import Contact, Evidence
from central.store.models import School, Station, StationCertificate, StationDoubt, Tap
from central.work import doubts
from central.work.doubts import Aside
from central.work.local_days import local_date
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
    doubts: list[StationDoubt]
    """What nobody has cleared yet, the oldest first."""
    doubted_taps: int
    """How many taps wait for that."""
    aside: list[Aside]
    """What central keeps of it and does not count, by reason."""
    certificate: StationCertificate | None
    """The newest revision of the newest day's."""


def glance(school: School, now: datetime, evidence: Evidence) -> list[StationLine]:
    """Return every station in use, by room."""
    today = local_date(school, now)
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
    in_doubt, doubted, aside = open_doubts(school), doubts.waiting(), doubts.aside(evidence)
    certificates = newest_certificates(school)
    return [
        StationLine(
            station=station,
            contact=(contact := contacts.get(station.code)),
            taps_today=taps[station.code],
            unsettled=unsettled[station.code],
            is_silent=contact is None or now - contact.at > SILENT_AFTER,
            occurrences=occurrences.get(station.code, []),
            doubts=in_doubt[station.code],
            doubted_taps=doubted[station.code],
            aside=aside.get(station.code, []),
            certificate=certificates.get(station.code),
        )
        for station in stations
    ]


def open_doubts(school: School) -> dict[str, list[StationDoubt]]:
    """Return by station what nobody has cleared yet, the oldest first."""
    found: dict[str, list[StationDoubt]] = defaultdict(list)
    still = StationDoubt.objects.filter(station__school=school, cleared_at=None)
    for doubt in still.order_by("since_at", "quarantine_id"):
        found[doubt.station_id].append(doubt)
    return found


def newest_certificates(school: School) -> dict[str, StationCertificate]:
    """Return each station's newest certificate, without the text that was signed."""
    ours = StationCertificate.objects.filter(station__school=school)
    newest_first = ours.filter(station=OuterRef("station")).order_by("-on", "-revision").values("pk")[:1]
    rows = ours.filter(pk=Subquery(newest_first)).defer("signed")
    return {row.station_id: row for row in rows}
