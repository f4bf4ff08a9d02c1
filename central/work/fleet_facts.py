"""Gather what is known of each station in use, in as many queries for three hundred as for one."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, Min, OuterRef, QuerySet, Subquery

from central.store.evidence import Contact, Evidence
from central.store.models import (
    AlertSilence,
    EnrolmentRefusal,
    HealthSample,
    Occurrence,
    School,
    Station,
    StationDoubt,
    StationKey,
    StationOrder,
)
from central.work.fleet_told import whole
from central.work.rollout import wanted_releases
from station.tap import Kind

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
_NOT_ITS_KEY: Final = ("token-used", "second-successor")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one station at an instant; `told` is what it said last of itself."""

    station: Station
    now: datetime
    contact: Contact | None
    told_at: datetime | None
    told: Mapping[str, object]
    boot: int | None
    key_since_at: datetime | None
    wanted: str | None
    """The release it should run, None for the one it runs."""
    is_doubted: bool = False
    losses: int = 0
    """Entries of the last week that say taps were not recorded."""
    salvages: int = 0
    """Entries of the last week that say the journal was salvaged."""
    refused_keys: int = 0
    """Other keys brought under its name in the last week: by its token, or as its next one."""
    resets: int = 0
    """How often its readers were opened again in the last day."""
    boots: int = 0
    """How often it was started in the last day."""
    order: StationOrder | None = None
    """The newest order of the last day."""
    silences: Mapping[str, AlertSilence] = field(default_factory=dict)
    """By alert's code, what somebody said last of it."""

    def text(self, name: str) -> str:
        """Return a text it told, "" where it did not."""
        value = self.told.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        """Return a whole number it told."""
        return whole(self.told, name)

    def says(self, name: str) -> bool:
        """Tell whether it said yes to something."""
        return self.told.get(name) is True

    @property
    def clock(self) -> Mapping[str, object]:
        """Return what it told of its clock."""
        value = self.told.get("clock")
        return value if isinstance(value, dict) else {}

    @property
    def clock_off_ms(self) -> int | None:
        """Return how far its clock is off central's; ahead of it is positive."""
        return whole(self.clock, "off_ms")

    @property
    def rate_ppm(self) -> float | None:
        """Return by how many millionths its kernel corrects its clock."""
        value = self.clock.get("rate_ppm")
        return float(value) if isinstance(value, int | float) else None

    @property
    def readers(self) -> Mapping[str, Mapping[str, object]]:
        """Return its readers by name, as it told of them."""
        value = self.told.get("readers")
        return value if isinstance(value, dict) else {}


def gather(school: School, now: datetime, evidence: Evidence) -> list[Facts]:
    """Return what is known of every station in use, by room."""
    return _of(Station.objects.filter(school=school, retired_at=None), now, evidence)


def of_station(station: Station, now: datetime, evidence: Evidence) -> Facts:
    """Return what is known of one station."""
    return _of(Station.objects.filter(pk=station.pk), now, evidence)[0]


def _of(rows: QuerySet[Station], now: datetime, evidence: Evidence) -> list[Facts]:
    since = StationKey.objects.filter(station=OuterRef("pk"), revoked_at=None).order_by("-since_at")
    doubts = StationDoubt.objects.filter(station=OuterRef("pk"), cleared_at=None)
    rows = rows.select_related("room", "school", "health").order_by("room__name")
    stations = list(
        rows.annotate(key_since_at=Subquery(since.values("since_at")[:1]), is_doubted=Exists(doubts))
    )
    contacts, codes = evidence.contacts(), [station.code for station in stations]
    told_of = Occurrence.objects.filter(station__in=codes, kind__in=(Kind.GAP, Kind.SALVAGE))
    reported = Counter(told_of.filter(latest_at__gte=now - WEEK).values_list("station_id", "kind"))
    before, orders, silences = _a_day_ago(codes, now), _orders(codes, now), _silences(codes)
    strangers = EnrolmentRefusal.objects.filter(station_code__in=codes, reason__in=_NOT_ITS_KEY)
    refused = Counter(strangers.filter(received_at__gte=now - WEEK).values_list("station_code", flat=True))
    wanted = wanted_releases(stations, now)
    found = []
    for station in stations:
        code, said = station.code, getattr(station, "health", None)
        resets, boot = before.get(code, (None, None))
        told = said.told if said else {}
        found.append(
            Facts(
                station=station,
                now=now,
                contact=contacts.get(code),
                told_at=said.received_at if said else None,
                told=told,
                boot=said.boot if said else None,
                key_since_at=getattr(station, "key_since_at"),  # noqa: B009  annotated by the query
                wanted=wanted[code],
                is_doubted=getattr(station, "is_doubted"),  # noqa: B009  likewise
                losses=reported[(code, Kind.GAP.value)],
                salvages=reported[(code, Kind.SALVAGE.value)],
                refused_keys=refused[code],
                resets=_risen(resets, sum(whole(each, "resets") or 0 for each in _readers(told))),
                boots=_risen(boot, said.boot) if said and boot is not None else 0,
                order=orders.get(code),
                silences=silences[code],
            )
        )
    return found


def _a_day_ago(codes: list[str], now: datetime) -> dict[str, tuple[int | None, int | None]]:
    """Return by station the least resets and the first boot of the samples of the last day."""
    recent = HealthSample.objects.filter(station__in=codes, hour_at__gte=now - DAY).values_list("station")
    return {
        station: (resets, boot)
        for station, resets, boot in recent.annotate(least=Min("resets"), first=Min("boot"))
    }


def _orders(codes: list[str], now: datetime) -> dict[str, StationOrder]:
    recent = StationOrder.objects.filter(station__in=codes, ordered_at__gte=now - DAY)
    return {order.station_id: order for order in recent.order_by("ordered_at")}


def _silences(codes: list[str]) -> dict[str, dict[str, AlertSilence]]:
    """Return by station and alert what was said last."""
    found: dict[str, dict[str, AlertSilence]] = defaultdict(dict)
    same = AlertSilence.objects.filter(station=OuterRef("station"), code=OuterRef("code")).order_by("-pk")
    newest = AlertSilence.objects.filter(station__in=codes, pk=Subquery(same.values("pk")[:1]))
    for row in newest.select_related("by"):
        found[row.station_id][row.code] = row
    return found


def _readers(told: Mapping[str, object]) -> list[Mapping[str, object]]:
    value = told.get("readers")
    return list(value.values()) if isinstance(value, dict) else []


def _risen(before: int | None, now: int) -> int:
    """Return by how much a count has risen; one that began anew counts from nothing."""
    return max(0, now - before) if before is not None else now
