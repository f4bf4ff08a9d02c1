"""The stations' year: what each brought, what is open, and what to do about it."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from central.reports.fleet_report import NONE, report
from central.reports.fleet_year import FleetReport, StationYear
from central.reports.paper_fleet import papers
from central.store.models import Occurrence, Outage, Station
from central.work import faults
from central.work.faults import Fault
from central.work.outages import Word, note
from tests.fakes.certified_school import TUESDAY, WEDNESDAY, CertifiedSchool
from tests.fakes.school import MONDAY, at

pytestmark = pytest.mark.django_db
EVENING = at(WEDNESDAY, "18:00")


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CertifiedSchool:
    made = CertifiedSchool(tmp_path)
    monkeypatch.setattr(settings, "CONFIG", made.config)
    return made


def made(school: CertifiedSchool, as_of: date = WEDNESDAY) -> FleetReport:
    return report(school.small.year, as_of, EVENING)


def room_101(of: FleetReport) -> StationYear:
    (found,) = of.stations
    assert found.code == "st-r101"
    return found


def says(of: FleetReport) -> list[str]:
    return [found.says for found in of.findings]


def test_a_station_that_lived_a_day_and_then_fell_silent(school: CertifiedSchool) -> None:
    school.live(MONDAY, taps=("08:25", "08:31"))
    school.live(TUESDAY, until="10:00", taps=("08:25",))
    school.certify(at(WEDNESDAY, "06:00"))
    of = made(school)
    station = room_101(of)
    # The day as of which is not over before its midnight, so Monday and Tuesday are its school days.
    assert (station.days_in_use, station.days_alive, station.days_uncertified) == (2, 2, 0)
    assert station.total == 3
    assert sum(of.taps.values()) == 3
    assert station.heard_at is not None
    assert {(each.on, each.state) for each in of.days} >= {(TUESDAY, "open")}
    assert room_101(made(school, MONDAY)).total == 2


def test_days_nobody_certified_and_faults_and_outages_are_told_with_what_to_do(
    school: CertifiedSchool,
) -> None:
    small = school.small
    faults.report(Fault("the lamp is dark", station=small.station_101), small.clerk, at(MONDAY, "12:00"))
    faults.report(Fault("the page is slow"), small.clerk, at(MONDAY, "12:00"))
    for out in (small.station_101, None):
        word = Word(
            since_at=at(MONDAY, "08:00"),
            until_at=at(MONDAY, "09:00"),
            cause="power",
            says="dark",
            station=out,
            scope=Outage.Scope.STATION if out else Outage.Scope.SCHOOL,
        )
        note(word, small.clerk, at(MONDAY, "10:00"))
    Occurrence.objects.create(
        station=small.station_101,
        epoch=1,
        sequence=9,
        kind="gap",
        payload={"lost": 4},
        earliest_at=at(MONDAY, "09:00"),
        latest_at=at(MONDAY, "09:00"),
    )
    of = made(school)
    station = room_101(of)
    assert (station.faults_open, station.outages, station.gaps, station.missing) == (1, 1, 1, 4)
    assert (of.faults_elsewhere["open"], of.outages_of_school) == (1, 1)
    assert [each.state for each in of.days] == [NONE, NONE]
    assert says(of) == [
        "never heard of while in use (1 station)",
        "entries missing that nobody has explained (1 gap)",
        "school days without a certificate (2 days)",
        "reported faults nobody has solved (1 fault)",
    ]
    assert all("rollbook-central" in found.remedy for found in of.findings)


def test_queries_do_not_grow_with_the_stations_and_no_station_is_a_report(
    school: CertifiedSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(16):
        made(school)
    Station.objects.update(commissioned_at=at(WEDNESDAY, "23:59"))
    empty = papers(report(school.small.year, MONDAY, EVENING))
    assert all(empty.written(form) for form in ("pdf", "xlsx", "csv"))
