"""Published: gather how a school's stations fared from the beginning of the school year up to a day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from central.domain.local_day import start_of
from central.reports.fleet_findings import find
from central.reports.fleet_year import FleetReport, StationDay, StationYear
from central.reports.occasion import Occasion, occasion
from central.store.evidence import Evidence
from central.store.models import SchoolYear, Station
from central.store.queries import fleet_year
from central.store.queries.fleet_year import Reported
from central.store.queries.standing import backlog
from central.work.certified_days import ended_days, is_in_use
from central.work.occurrences import how_many
from sync_agent.certificate import Certificate

TITLE: Final = "The stations at a glance"
ABOUT: Final = "Each station's year: heard of, alive, gaps, clocks, taps, faults, outages, certificates."
NONE: Final = "no certificate"


def report(year: SchoolYear, as_of: date, now: datetime) -> FleetReport:
    """Return how the stations fared up to a day.

    Taps, certificates, faults and outages are those of the span. When a station was last heard of,
    what waits and what was set aside is as it is now. Raises CentralError as `occasion` does.
    """
    of = occasion(year, as_of, now)
    gathered = _Gathered(year, of, min(now, of.before))
    stations = fleet_year.stations_of(year.school, of.before)
    told = [gathered.station(station) for station in stations]
    made = FleetReport(
        of=of,
        stations=tuple(year_of for year_of, _ in told if year_of.days_in_use or year_of.total),
        days=tuple(sorted((day for _, days in told for day in days), key=lambda day: (day.on, day.code))),
        faults_elsewhere=gathered.faults.get("", Counter()),
        outages_of_school=gathered.outages[""],
        unread=backlog(settings.CONFIG.evidence_at).waiting,
        findings=(),
    )
    return replace(made, findings=tuple(find(made)))


class _Gathered:
    """Everything about the stations, asked once for all of them."""

    def __init__(self, year: SchoolYear, of: Occasion, until: datetime) -> None:
        school, evidence = year.school, Evidence(settings.CONFIG.evidence_at)
        begins = start_of(of.since, ZoneInfo(of.zone))
        self._zone = ZoneInfo(of.zone)
        days = [day.on for day in ended_days(school, until)]
        self._days = [on for on in days if of.since <= on <= of.until]
        self._contacts = evidence.contacts()
        self._aside = Counter[str]()
        for station, _, count, *_ in evidence.set_aside_counts():
            self._aside[station] += count
        self._taps = fleet_year.taps_by_quality(school, of.since, of.until)
        self._undated, self._waiting = fleet_year.undated_taps(school), fleet_year.waiting_taps(school)
        self._certificates = fleet_year.newest_certificates(school, of.since, of.until, of.before)
        self._missing = fleet_year.reported_missing(school, begins, of.before)
        self._doubts = fleet_year.open_doubts(school, of.before)
        self.faults = fleet_year.faults_by_state(school, begins, of.before)
        self.outages = fleet_year.outages_by_station(school, begins, of.before)

    def station(self, station: Station) -> tuple[StationYear, list[StationDay]]:
        """Return one station's year, and its days that are not as they should be."""
        code = station.code
        used = [on for on in self._days if is_in_use(station, on, self._zone)]
        certificates = {on: each for on, each in self._certificates.get(code, {}).items() if on in set(used)}
        missing = self._missing.get(code, [])
        faults = self.faults.get(code, Counter())
        contact = self._contacts.get(code)
        retired = station.retired_at
        told = StationYear(
            code=code,
            room=station.room.name,
            since=station.commissioned_at.astimezone(self._zone).date(),
            retired_on=retired.astimezone(self._zone).date() if retired else None,
            heard_at=contact.at if contact else None,
            days_in_use=len(used),
            days_alive=sum(each.entries > 0 for each in certificates.values()),
            days_closed=sum(not each.why for each in certificates.values()),
            days_uncertified=len(used) - len(certificates),
            silences=sum(len(each.told.silences) for each in certificates.values()),
            gaps=len(missing),
            gaps_unexplained=sum(not each.is_explained for each in missing),
            missing=_sum(missing),
            taps=dict(self._taps.get(code, {})),
            undated=self._undated[code],
            waiting=self._waiting[code],
            doubts=self._doubts[code],
            aside=self._aside[code],
            faults_open=faults["open"],
            faults_solved=faults["solved"],
            outages=self.outages[code],
        )
        return told, _days(code, used, certificates)


def _sum(missing: Sequence[Reported]) -> int:
    """Return how many entries and taps are missing, as far as the station could count them."""
    return sum(how_many(each.row) or 0 for each in missing)


def _days(code: str, used: Sequence[date], certificates: Mapping[date, Certificate]) -> list[StationDay]:
    found = []
    for on in used:
        each = certificates.get(on)
        if each is None:
            found.append(StationDay(code, on, NONE, 0, 0, 0, 0, ()))
        elif each.why or each.told.silences:
            told = each.told
            silences = len(told.silences)
            found.append(
                StationDay(
                    code,
                    on,
                    each.state,
                    each.entries,
                    told.taps,
                    told.alive_minutes,
                    silences,
                    tuple(each.why),
                )
            )
    return found
