"""What IT sees of the stations, on pages, for Prometheus and for programs, and what it has them do."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries

from central.config import CentralConfig
from central.store.models import AlertSilence, AuditEvent, Room, Staff, Station, StationHealth, StationOrder
from central.web import clock, metrics
from central.work import tokens
from central.work.fleet_alerts import ALERTS
from central.work.tokens import TokenWish
from central.work.tool_rights import Tool
from sync_agent.orders import VERBS
from tests.fakes import school as schools
from tests.fakes.telling_stations import NOON, TellingStations, but

pytestmark = pytest.mark.django_db
DOCS = Path(__file__).parents[3] / "docs/reference"
ONE = "/stations/st-r101/"


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TellingStations:
    monkeypatch.setattr(settings, "CONFIG", CentralConfig(data_dir=str(tmp_path)))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=1))
    return TellingStations(tmp_path)


def browser(staff: Staff, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(schools.give_login(staff))
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def test_the_station_that_needs_somebody_most_stands_first_with_what_to_do(fleet: TellingStations) -> None:
    fleet.tell(but())
    fleet.tell(
        but(readers={"nfc": {"state": "down", "resets": 3, "fault": "no-port"}}),
        NOON,
        fleet.small.station_102,
    )
    client = browser(fleet.small.staff["it"])
    page = text(client, "/stations/")
    assert page.index("st-r102") < page.index("st-r101")
    for said in (
        "The reader nfc does not answer (no-port).",
        "Use paper in this room.",
        "21000 MB",
        "48 °C",
        "-8.4 ppm",
    ):
        assert said in page, said
    assert "st-r101" not in text(client, "/stations/?show=urgent")
    assert "st-r102" not in text(client, "/stations/?search=R101")
    assert "No station is like that." in text(client, "/stations/?search=nowhere")
    spanish = text(browser(fleet.small.admin, "es"), "/stations/")
    assert "El lector nfc no responde (no-port)." in spanish


def test_three_hundred_stations_are_shown_in_twelve_queries_and_fifty_to_a_page(
    fleet: TellingStations, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    school = fleet.small.school
    rooms = Room.objects.bulk_create([Room(school=school, name=f"X{n:03}") for n in range(298)])
    Station.objects.bulk_create(
        [
            Station(code=f"st-x{n:03}", school=school, room=room, commissioned_at=NOON)
            for n, room in enumerate(rooms)
        ]
    )
    StationHealth.objects.bulk_create(
        [
            StationHealth(station_id=f"st-x{n:03}", received_at=NOON, server_sequence=n, boot=1, told=but())
            for n in range(298)
        ]
    )
    client = browser(fleet.small.staff["it"])
    with django_assert_max_num_queries(12):
        page = text(client, "/stations/")
    assert page.count("<code>st-") == 50
    assert "<b>300</b>" in page
    assert text(client, "/stations/?page=6").count("<code>st-") == 50


def test_one_station_tells_all_it_told_with_its_two_weeks_as_pictures(fleet: TellingStations) -> None:
    for hour in range(3):
        fleet.tell(but(temp_c=40 + hour), NOON - timedelta(hours=2 - hour))
    page = text(browser(fleet.small.staff["it"]), ONE)
    for said in (
        "Raspberry Pi 3 Model B",
        "Debian GNU/Linux 13",
        "12 ms off",
        "21000 of 29000 MB",
        "1 reader reset",
    ):
        assert said in page, said
    assert "40 to 42 °C in two weeks; 42 °C at last" in page
    assert page.count("<svg") == 4
    assert 'style="' not in page
    assert browser(fleet.small.teacher).get(ONE).status_code == 403
    assert "Order it" not in text(browser(fleet.small.auditor), ONE)
    assert "Order it" not in text(browser(fleet.small.clerk), ONE)


def test_it_orders_a_station_with_a_reason_and_every_order_is_audited(fleet: TellingStations) -> None:
    client = browser(fleet.small.staff["it"])
    assert client.post(ONE, {"order": "blink", "reason": "which one is it?"}).status_code == 302
    made = StationOrder.objects.get()
    assert (made.verb, made.by, made.reason) == ("blink", fleet.small.staff["it"], "which one is it?")
    assert re.fullmatch("[0-9a-f]{16}", made.id)
    event = AuditEvent.objects.get(verb="order-station")
    assert (event.by, event.subject, event.detail["reason"]) == (made.by.number, "st-r101", made.reason)
    assert "on its way" in text(client, ONE)
    for refused in (
        {"order": "blink", "reason": "again"},
        {"order": "erase-journal", "reason": "why not"},
        {"order": "report", "reason": " "},
    ):
        assert client.post(ONE, refused).status_code == 409, refused
    assert browser(fleet.small.clerk).post(ONE, {"order": "report", "reason": "x"}).status_code == 403
    assert browser(fleet.small.auditor).post(ONE, {"order": "report", "reason": "x"}).status_code == 403
    assert StationOrder.objects.count() == AuditEvent.objects.filter(verb="order-station").count() == 1


def test_an_alert_is_silenced_on_the_page_by_name_and_until_when(fleet: TellingStations) -> None:
    fleet.tell(but(temp_c=80))
    client = browser(fleet.small.staff["it"])
    assert "80 °C warm" in text(client, ONE)
    for refused in ({"days": "61"}, {"days": "x"}, {"reason": ""}, {"silence": "warm"}):
        form = {"silence": "hot", "days": "3", "reason": "a fan is ordered"} | refused
        assert client.post(ONE, form).status_code == 409, refused
    assert AlertSilence.objects.count() == 0
    client.post(ONE, {"silence": "hot", "days": "3", "reason": "a fan is ordered"})
    page = text(client, ONE)
    assert "knows of it until 09/12/2024 12:01 PM: a fan is ordered" in page
    assert "1 silenced" in text(client, "/stations/")


def test_prometheus_reads_with_a_token_of_the_fleet_and_nobody_else_does(fleet: TellingStations) -> None:
    fleet.tell(but(temp_c=80))
    it = fleet.small.staff["it"]
    schools.give_login(it)

    def secret(scope: Tool, name: str) -> str:
        wish = TokenWish(name, frozenset({scope}), NOON + timedelta(days=9))
        return tokens.make(it, wish, lambda n: name.encode().ljust(n), NOON).secret

    assert Client().get("/metrics").status_code == 401
    assert Client(headers={"Authorization": "Bearer rb_wrong"}).get("/metrics").status_code == 401
    other = Client(headers={"Authorization": f"Bearer {secret(Tool.STATIONS, 'other')}"})
    assert other.get("/metrics").status_code == 403
    bearing = Client(headers={"Authorization": f"Bearer {secret(Tool.FLEET, 'watch')}"})
    assert bearing.post("/metrics").status_code == 405
    answer = bearing.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain")
    families = {each.name: each for each in text_string_to_metric_families(answer.content.decode())}
    assert set(families) == {each.name for each in metrics.FIGURES} | set(metrics.OTHERS)
    assert all(each.documentation for each in families.values())
    (warm,) = families["rollbook_station_temperature_celsius"].samples
    assert (warm.labels, warm.value) == ({"station": "st-r101"}, 80)
    assert families["rollbook_station_disk_free_bytes"].samples[0].value == 21_000_000_000
    alerts = {(each.labels["station"], each.labels["alert"]) for each in families[metrics.ALERT].samples}
    assert alerts == {("st-r101", "hot"), ("st-r102", "never-heard")}
    named = {name for each in families.values() for sample in each.samples for name in sample.labels}
    assert named == {"station", "release", "alert", "severity", "state"}


def test_programs_read_order_and_silence_as_the_pages_do(fleet: TellingStations) -> None:
    fleet.tell(but(temp_c=80))
    client = browser(fleet.small.staff["it"])
    found = client.get("/api/v1/fleet").json()["stations"]
    assert [(each["code"], [alert["code"] for alert in each["alerts"]]) for each in found] == [
        ("st-r101", ["hot"]),
        ("st-r102", ["never-heard"]),
    ]
    assert found[0]["told"]["temp_c"] == 80
    body = json.dumps({"verb": "report", "reason": "is it well?"})
    made = client.post("/api/v1/stations/st-r101/orders", body, "application/json")
    assert (made.status_code, made.json()["verb"]) == (201, "report")
    body = json.dumps({"alert": "hot", "days": 2, "reason": "known"})
    kept = client.post("/api/v1/stations/st-r101/silences", body, "application/json")
    assert (kept.status_code, kept.json()["alert"]) == (201, "hot")


def test_the_references_list_what_there_is_and_nothing_else() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (.*?) \| (.*?) \| (.*?) \|$", (DOCS / "alerts.md").read_text(), re.MULTILINE
    )
    assert rows == [
        (each.code, str(each.severity), each.sentence, each.remedy)
        for each in map(ALERTS.__getitem__, [row[0] for row in rows])
    ]
    assert {row[0] for row in rows} == set(ALERTS)
    told = dict(
        re.findall(r"^\| `(rollbook_\w+)` \| (.*?) \|$", (DOCS / "metrics.md").read_text(), re.MULTILINE)
    )
    known = {each.name: each.says for each in metrics.FIGURES} | metrics.OTHERS
    assert told.keys() == known.keys()
    assert all(told[name].startswith(says) for name, says in known.items())
    page = (DOCS.parent / "howto/it-fleet.md").read_text()
    for verb in VERBS:
        assert f"| `{verb}` |" in page
