"""Stations of the small school that tell central how they are, in batches as real ones send them."""

from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from central.store.evidence import Evidence
from central.store.models import Station
from central.work.fleet_alerts import Raised, raised
from central.work.fleet_facts import Facts, of_station
from central.work.fleet_health import take_health
from tests.fakes import school as schools
from tests.fakes.evidence_file import EvidenceFile, JournallingStation
from tests.fakes.school import MONDAY, at

NOON = at(MONDAY, "12:00")
WELL: dict[str, Any] = {  # Any: health is JSON
    "agent": "0.1.0",
    "sw": "0.1.0",
    "python": "3.13.5",
    "os": "Debian GNU/Linux 13 (trixie)",
    "kernel": "6.12.25+rpt-rpi-v8",
    "model": "Raspberry Pi 3 Model B Rev 1.2",
    "panel": "READY",
    "uptime_s": 86_400,
    "disk_free_mb": 21_000,
    "disk_mb": 29_000,
    "flush_ms": 12,
    "temp_c": 48,
    "low_voltage": False,
    "low_voltage_since_boot": False,
    "throttled": False,
    "clock": {"synced": True, "error_ms": 500, "rate_ppm": -8.4, "off_ms": 12},
    "readers": {"nfc": {"state": "ready", "resets": 1}},
    "waiting": 0,
    "attempt": 0,
}
"""What a station tells that lacks nothing."""


def but(**changed: object) -> dict[str, Any]:  # Any: health is JSON
    """Return what a well station tells, some of it otherwise; None leaves a member out."""
    told = deepcopy(WELL) | changed
    return {name: value for name, value in told.items() if value is not None}


class TellingStations:
    """The small school with an evidence file into which its stations tell."""

    def __init__(self, folder: Path) -> None:
        self.small = schools.build()
        self.file = EvidenceFile(folder)
        self.evidence = Evidence(self.file.path)
        self._journals: dict[str, JournallingStation] = {}

    def journal(self, station: Station | None = None) -> JournallingStation:
        """Return the journal a station writes."""
        code = (station or self.small.station_101).code
        return self._journals.setdefault(code, JournallingStation(code, at(MONDAY, "07:00")))

    def tell(self, health: dict[str, Any], when: datetime = NOON, station: Station | None = None) -> None:
        """Send a batch that tells, and have central take it in."""
        journal = self.journal(station)
        journal.health = health
        self.file.receive(journal.exchange(when))
        take_health(self.evidence)

    def facts(self, now: datetime = NOON + timedelta(minutes=1)) -> Facts:
        """Return what is known of the station in R101."""
        return of_station(self.small.station_101, now, self.evidence)

    def alerts(self, now: datetime = NOON + timedelta(minutes=1)) -> list[Raised]:
        """Return what is wrong with the station in R101."""
        return raised(self.facts(now))

    def codes(self, now: datetime = NOON + timedelta(minutes=1)) -> list[str]:
        """Return the codes of what is wrong with it."""
        return [each.alert.code for each in self.alerts(now)]
