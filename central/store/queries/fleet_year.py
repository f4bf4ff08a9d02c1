"""Published: what a school's stations brought in some days, and what they and people reported."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, OuterRef, Q, Subquery

from central.store.models import (
    FaultReport,
    FaultStep,
    GapExplanation,
    Occurrence,
    Outage,
    OutageStep,
    School,
    Station,
    StationCertificate,
    StationDoubt,
    Tap,
)
from sync_agent.certificate import Certificate
from sync_agent.signed_text import SignedText

Counts = Mapping[str, Counter[str]]
"""By station, how many of what."""


@dataclass(frozen=True, slots=True)
class Reported:
    """One entry in which a station said that something is missing, and whether somebody explained it."""

    row: Occurrence
    is_explained: bool


def stations_of(school: School, before: datetime) -> list[Station]:
    """Return the stations commissioned before an instant, those out of use too, by room."""
    rows = Station.objects.filter(school=school, commissioned_at__lt=before)
    return list(rows.select_related("room").order_by("room__name", "code"))


def taps_by_quality(school: School, since: date, until: date) -> Counts:
    """Return the taps of some dates, both included, by how well their time is known (T1 T2 P D R X)."""
    rows = Tap.objects.filter(school=school, on__range=(since, until))
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    counted = rows.values_list("station_id", "time_quality").annotate(n=Count("pk")).order_by()
    for station, quality, count in counted:
        found[station][quality] = count
    return found


def undated_taps(school: School) -> Counter[str]:
    """Return by station the taps of all time that have no date yet."""
    rows = Tap.objects.filter(school=school, on=None).exclude(outcome=Tap.Outcome.UNPARSED)
    return Counter(dict(rows.values_list("station_id").annotate(n=Count("pk")).order_by()))


def waiting_taps(school: School) -> Counter[str]:
    """Return by station the taps of all time that wait for a person."""
    outcomes = (
        *(Tap.Outcome.UNKNOWN_CREDENTIAL, Tap.Outcome.TIME_REVIEW, Tap.Outcome.AMBIGUOUS),
        *(Tap.Outcome.REFUTED, Tap.Outcome.DOUBTED_STATION),
    )
    rows = Tap.objects.filter(school=school, outcome__in=outcomes)
    return Counter(dict(rows.values_list("station_id").annotate(n=Count("pk")).order_by()))


def newest_certificates(
    school: School, since: date, until: date, before: datetime
) -> dict[str, dict[date, Certificate]]:
    """Return the newest revision of each station's day made before an instant, by station and day."""
    ours = StationCertificate.objects.filter(
        station__school=school, on__range=(since, until), made_at__lt=before
    )
    last = (
        ours.values("station", "on")
        .annotate(last=Max("revision"))
        .filter(station=OuterRef("station"), on=OuterRef("on"))
    )
    rows = ours.filter(revision=Subquery(last.values("last")[:1])).order_by("station_id", "on")
    found: defaultdict[str, dict[date, Certificate]] = defaultdict(dict)
    for station, on, text in rows.values_list("station_id", "on", "signed").iterator():
        found[station][on] = Certificate.of(json.loads(SignedText.of(text.encode()).note))
    return found


def reported_missing(school: School, since: datetime, before: datetime) -> dict[str, list[Reported]]:
    """Return the entries in which stations said that something is missing, by station.

    One whose time is not known counts wherever it may have been.
    """
    rows = Occurrence.objects.filter(station__school=school, kind__in=("gap", "salvage"))
    rows = rows.exclude(latest_at__lt=since).exclude(earliest_at__gte=before)
    said = GapExplanation.objects.filter(station__school=school, at__lt=before)
    explained = set(said.values_list("station_id", "gap"))
    found: defaultdict[str, list[Reported]] = defaultdict(list)
    for row in rows.order_by("epoch", "sequence"):
        # The name the register of gaps calls it by.
        name = f"{row.kind}/{row.epoch}/{row.sequence}"
        found[row.station_id].append(Reported(row, (row.station_id, name) in explained))
    return found


def open_doubts(school: School, before: datetime) -> Counter[str]:
    """Return by station the doubts nobody had cleared at an instant."""
    still = Q(cleared_at=None) | Q(cleared_at__gte=before)
    rows = StationDoubt.objects.filter(still, station__school=school, since_at__lt=before)
    return Counter(rows.values_list("station_id", flat=True))


def faults_by_state(school: School, since: datetime, before: datetime) -> Counts:
    """Return the faults reported between two instants by station and state: open or solved."""
    last = FaultStep.objects.filter(fault=OuterRef("pk"), at__lt=before).exclude(
        state=FaultStep.State.ESCALATED
    )
    rows = FaultReport.objects.filter(school=school, at__gte=since, at__lt=before)
    rows = rows.annotate(state=Subquery(last.order_by("-pk").values("state")[:1]))
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for station, state in rows.values_list("station_id", "state"):
        found[station or ""]["solved" if state == FaultStep.State.SOLVED else "open"] += 1
    return found


def outages_by_station(school: School, since: datetime, before: datetime) -> Counter[str]:
    """Return the outages noted that touched a span, by station; those of the whole school under ""."""
    district = Q(scope=Outage.Scope.DISTRICT, school__lea_code=school.lea_code)
    rows = Outage.objects.filter(Q(school=school) | district, at__lt=before, since_at__lt=before)
    rows = rows.exclude(until_at__lt=since).exclude(steps__kind=OutageStep.Kind.WITHDRAWN)
    return Counter(station or "" for station in rows.values_list("station_id", flat=True))
