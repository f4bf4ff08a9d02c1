"""How the stations are, as Prometheus reads it: one table of figures, and the text made of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from central.work.fleet_alerts import raised
from central.work.fleet_facts import Facts

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_MB: Final = 1_000_000
_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a station: its name with its unit, what it says, and where it comes from."""

    name: str
    says: str
    read: Callable[[Facts], float | None]


def _told(name: str, per: float = 1) -> Callable[[Facts], float | None]:
    """Return what reads a number the station told, in the unit of the metric."""

    def read(facts: Facts) -> float | None:
        value = facts.number(name)
        return None if value is None else value / per

    return read


def _yes(name: str) -> Callable[[Facts], float | None]:
    return lambda facts: float(facts.says(name)) if name in facts.told else None


def _off_s(facts: Facts) -> float | None:
    return None if facts.clock_off_ms is None else facts.clock_off_ms / _MS


def _synced(facts: Facts) -> float | None:
    return float(facts.clock["synced"] is True) if "synced" in facts.clock else None


def _key_age_s(facts: Facts) -> float | None:
    return None if facts.key_since_at is None else (facts.now - facts.key_since_at).total_seconds()


FIGURES: Final = (
    Figure(
        "rollbook_station_last_contact_timestamp_seconds",
        "When central last got something from the station, in seconds since 1970.",
        lambda facts: facts.contact.at.timestamp() if facts.contact else None,
    ),
    Figure(
        "rollbook_station_told_timestamp_seconds",
        "When the station last told how it is, in seconds since 1970.",
        lambda facts: facts.told_at.timestamp() if facts.told_at else None,
    ),
    Figure("rollbook_station_clock_offset_seconds", "How far its clock is ahead of central's.", _off_s),
    Figure(
        "rollbook_station_clock_rate_ppm",
        "By how many millionths the kernel corrects its clock.",
        lambda facts: facts.rate_ppm,
    ),
    Figure(
        "rollbook_station_clock_synchronized", "Whether a time server sets its clock (1) or not (0).", _synced
    ),
    Figure("rollbook_station_backlog_entries", "Entries that wait at the station.", _told("waiting")),
    Figure(
        "rollbook_station_oldest_waiting_tap_seconds",
        "For how long the oldest tap has waited at the station.",
        _told("oldest_tap_s"),
    ),
    Figure(
        "rollbook_station_disk_free_bytes",
        "Free room on its card.",
        lambda facts: None if (mb := facts.number("disk_free_mb")) is None else mb * float(_MB),
    ),
    Figure(
        "rollbook_station_disk_flush_seconds",
        "How long its card took to store one entry safely.",
        _told("flush_ms", _MS),
    ),
    Figure("rollbook_station_temperature_celsius", "How warm its board is.", _told("temp_c")),
    Figure(
        "rollbook_station_low_voltage",
        "Whether its supply is too weak now (1) or not (0).",
        _yes("low_voltage"),
    ),
    Figure(
        "rollbook_station_reader_resets_per_day",
        "How often its readers were opened anew in the last day.",
        lambda facts: float(facts.resets),
    ),
    Figure(
        "rollbook_station_starts_per_day",
        "How often it was started in the last day.",
        lambda facts: float(facts.boots),
    ),
    Figure(
        "rollbook_station_uptime_seconds",
        "For how long it had run when it last told of itself.",
        _told("uptime_s"),
    ),
    Figure("rollbook_station_key_age_seconds", "How old its signing key is.", _key_age_s),
)
ALERT: Final = "rollbook_station_alert"
RELEASE: Final = "rollbook_station_release"
COUNT: Final = "rollbook_stations"
OTHERS: Final = {
    COUNT: "Stations in use.",
    RELEASE: "1 for the release the station runs, named by the label.",
    ALERT: "1 for each alert that holds; the labels name it, how soon to look, and whether it is silenced.",
}
"""The metrics with further labels than the station's code."""


@dataclass(eq=False, slots=True)
class _Stations:
    """What the library asks for the metrics."""

    facts: Sequence[Facts]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each metric with its value for each station that has one."""
        yield GaugeMetricFamily(COUNT, OTHERS[COUNT], value=len(self.facts))
        for figure in FIGURES:
            family = GaugeMetricFamily(figure.name, figure.says, labels=["station"])
            for facts in self.facts:
                value = figure.read(facts)
                if value is not None:
                    family.add_metric([facts.station.code], value)
            yield family
        release = GaugeMetricFamily(RELEASE, OTHERS[RELEASE], labels=["station", "release"])
        alerts = GaugeMetricFamily(ALERT, OTHERS[ALERT], labels=["station", "alert", "severity", "state"])
        for facts in self.facts:
            if facts.text("sw"):
                release.add_metric([facts.station.code, facts.text("sw")], 1)
            for each in raised(facts):
                state = "open" if each.is_open else "silenced"
                alerts.add_metric([facts.station.code, each.alert.code, str(each.alert.severity), state], 1)
        yield release
        yield alerts


def text(facts: Sequence[Facts]) -> bytes:
    """Return the metrics of stations in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Stations(facts))
    return generate_latest(registry)
