"""Each alert by its cause, as a station told it or the evidence shows it, and none without one."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from central.errors import RefusedError
from central.store.models import AlertSilence, EnrolmentRefusal, StationKey
from central.work import fleet_facts
from central.work.doubts import read_doubts
from central.work.fleet_alerts import ALERTS, Severity
from central.work.fleet_conditions import CONDITIONS
from central.work.orders import Wish, order
from central.work.project import project
from central.work.prove import Prover
from central.work.silence import LONGEST, Silence, silence
from station.tap import Kind
from tests.fakes.doubtful import set_aside
from tests.fakes.evidence_file import SERVER_KEY
from tests.fakes.school import MONDAY, at
from tests.fakes.telling_stations import NOON, WELL, TellingStations, but

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=31)
CLOCK = WELL["clock"]


@pytest.fixture
def fleet(tmp_path: Path) -> TellingStations:
    return TellingStations(tmp_path)


def test_every_alert_has_one_condition_and_words_that_end_in_a_full_stop() -> None:
    assert set(ALERTS) == set(CONDITIONS)
    for alert in ALERTS.values():
        assert alert.sentence.endswith((".", ")."))
        assert alert.remedy.endswith(".")


def test_a_station_that_lacks_nothing_has_no_alert(fleet: TellingStations) -> None:
    fleet.tell(but())
    assert fleet.codes() == []


@pytest.mark.parametrize(
    ("health", "code", "says"),
    [
        (but(readers={}), "station-stopped", "does not run"),
        (
            but(readers={"nfc": {"state": "down", "resets": 1, "fault": "no-port"}}),
            "reader-down",
            "The reader nfc does not answer (no-port).",
        ),
        (but(readers={"nfc": "down"}), "reader-down", "The reader nfc does not answer (no word why)."),
        (but(inbox_refused=2), "files-refused", "(2 files)"),
        (but(low_voltage=True, low_voltage_since_boot=True), "low-voltage", "too weak at this moment"),
        (but(low_voltage_since_boot=True), "was-low-voltage", "at times"),
        (but(disk_free_mb=499), "disk-full", "Only 499 MB"),
        (but(flush_ms=2_000), "disk-slow", "2000 ms"),
        (but(temp_c=75), "hot", "75 °C"),
        (but(clock_refused=True), "clock-refused", "how good its clock is"),
        (but(clock=CLOCK | {"synced": False}), "clock-unsynced", "not set by any time server"),
        (but(clock=CLOCK | {"off_ms": -5_000}), "clock-off", "-5 seconds off"),
        (but(clock=CLOCK | {"rate_ppm": 200.0}), "clock-drifts", "200.0 millionths"),
        (but(waiting=1_000), "backlog", "1000 entries wait"),
        (but(waiting=7, oldest_tap_s=3_600), "backlog", "for 60 minutes"),
        (but(readers={"nfc": {"state": "ready", "resets": 11}}), "reader-resets", "10 times"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_station_tells_raises_the_alert_it_is_the_cause_of_and_no_other(
    fleet: TellingStations, health: dict[str, Any], code: str, says: str
) -> None:
    # Resets are counted from what it told before.
    fleet.tell(but(readers={"nfc": {"state": "ready", "resets": 1}}), NOON - timedelta(hours=2))
    fleet.tell(health)
    (raised,) = fleet.alerts()
    assert raised.alert.code == code
    assert says in raised.says


@pytest.mark.parametrize(
    "health",
    [
        but(disk_free_mb=500),
        but(flush_ms=1_999),
        but(temp_c=74),
        but(clock=CLOCK | {"off_ms": 4_999}),
        but(clock=CLOCK | {"rate_ppm": -199.9}),
        but(waiting=999, oldest_tap_s=3_599),
        but(clock=None, temp_c=None, disk_free_mb=None, waiting=None, low_voltage=None),
    ],
)
def test_what_is_still_within_bounds_or_was_not_told_is_no_alert(
    fleet: TellingStations, health: dict[str, Any]
) -> None:
    fleet.tell(health)
    assert fleet.codes() == []


def test_a_station_is_told_silent_half_an_hour_after_it_was_last_heard_of(fleet: TellingStations) -> None:
    assert fleet.codes() == ["never-heard"]
    fleet.tell(but())
    assert fleet.codes(LATER) == ["silent"]
    assert fleet.alerts(LATER)[0].says == "Nothing was heard of it for 30 minutes."


def test_a_station_that_sends_and_says_nothing_of_itself_is_noticed(fleet: TellingStations) -> None:
    fleet.tell({})
    assert fleet.codes() == ["tells-nothing"]
    fleet.tell(but(), NOON + timedelta(minutes=2))
    fleet.tell({"practice": True}, NOON + timedelta(minutes=70))
    assert fleet.codes(NOON + timedelta(minutes=71)) == ["tells-nothing"]


def test_a_journal_that_lost_taps_or_was_salvaged_is_told_for_a_week(fleet: TellingStations) -> None:
    journal = fleet.journal()
    journal.write(at(MONDAY, "11:00"), Kind.GAP, {"lost": 3, "reason": "SQLITE_FULL"})
    journal.write(at(MONDAY, "11:01"), Kind.SALVAGE, {"missing": [[3, 4]], "tail": "known"})
    fleet.tell(but(), NOON)
    fleet.tell(but(), NOON + timedelta(seconds=30))
    project(fleet.evidence, SERVER_KEY.verify_key, Prover(None))
    assert fleet.codes() == ["taps-lost", "salvaged"]
    fleet.tell(but(), NOON + timedelta(days=8))
    assert fleet.codes(NOON + timedelta(days=8, minutes=1)) == []


def test_two_histories_of_one_station_are_told(fleet: TellingStations) -> None:
    fleet.tell(but())
    set_aside(fleet.file.path, "st-r101", "clone", at(MONDAY, "11:00"))
    read_doubts(fleet.evidence)
    assert fleet.codes() == ["in-doubt"]


def test_a_strangers_key_under_its_name_is_told_for_a_week(fleet: TellingStations) -> None:
    fleet.tell(but())
    brought = {"station_code": "st-r101", "kid": "a1", "received_at": at(MONDAY, "11:00")}
    EnrolmentRefusal.objects.create(reason="token-expired", digest="1" * 64, **brought)
    assert fleet.codes() == []
    EnrolmentRefusal.objects.create(reason="token-used", digest="2" * 64, **brought)
    assert fleet.codes() == ["key-refused"]
    fleet.tell(but(), NOON + timedelta(days=8))
    assert fleet.codes(NOON + timedelta(days=8, minutes=1)) == []


def test_a_station_that_is_started_again_and_again_is_told(fleet: TellingStations) -> None:
    for hour in range(5):
        fleet.journal().boot = hour + 1
        fleet.tell(but(), NOON - timedelta(hours=4 - hour))
    assert fleet.codes() == ["keeps-restarting"]
    assert fleet.codes(NOON + timedelta(minutes=20, days=0)) == ["keeps-restarting"]


def test_a_key_of_more_than_a_year_is_told(fleet: TellingStations) -> None:
    fleet.tell(but())
    key = {"station": fleet.small.station_101, "public_key": "0" * 64}
    StationKey.objects.filter(station=fleet.small.station_101).delete()
    StationKey.objects.create(kid="a", since_at=NOON - timedelta(days=401), **key)
    assert fleet.codes() == ["old-key"]
    StationKey.objects.create(kid="b", since_at=NOON - timedelta(days=1), **key)
    assert fleet.codes() == []


def test_a_station_behind_the_release_it_should_run_is_told(
    fleet: TellingStations, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.tell(but())
    monkeypatch.setattr(fleet_facts, "wanted_releases", lambda *_: defaultdict(lambda: "0.2.0"))
    (raised,) = fleet.alerts()
    assert raised.says == "It runs release 0.1.0 and should run 0.2.0."
    monkeypatch.setattr(fleet_facts, "wanted_releases", lambda *_: defaultdict(lambda: "0.1.0"))
    assert fleet.codes() == []


def test_a_practice_station_in_a_real_school_is_told(fleet: TellingStations) -> None:
    fleet.tell(but(practice=True))
    assert fleet.codes() == ["practice"]
    fleet.small.school.is_practice = True
    fleet.small.school.save()
    assert fleet.codes() == []


@pytest.mark.parametrize(
    ("result", "after", "codes"),
    [
        ("", timedelta(minutes=29), []),
        ("", timedelta(minutes=61), ["order-undone"]),
        ("done", timedelta(minutes=61), []),
        ("failed", timedelta(minutes=2), ["order-undone"]),
        ("expired", timedelta(minutes=2), ["order-undone"]),
    ],
)
def test_an_order_that_was_not_done_is_told(
    fleet: TellingStations, result: str, after: timedelta, codes: list[str]
) -> None:
    by = fleet.small.staff["it"]
    made = order(Wish(fleet.small.station_101, "report", "a try"), by, bytes, NOON)
    told = [{"id": made.id, "verb": "report", "result": result}] if result else []
    fleet.tell(but(orders=told), NOON + after - timedelta(seconds=30))
    assert fleet.codes(NOON + after) == codes


def test_an_alert_somebody_knows_of_is_silent_until_its_time_and_says_who_and_why(
    fleet: TellingStations,
) -> None:
    station, it = fleet.small.station_101, fleet.small.staff["it"]
    fleet.tell(but(temp_c=80, disk_free_mb=10))

    def hush(until: datetime, reason: str = "a fan is ordered") -> AlertSilence:
        return silence(Silence(station, "hot", until, reason), it, NOON)

    hush(NOON + timedelta(minutes=10))
    first, second = fleet.alerts()
    assert (first.alert.code, first.is_open) == ("disk-full", True)
    assert second.silence is not None
    assert (second.silence.by, second.silence.reason) == (it, "a fan is ordered")
    assert all(each.is_open for each in fleet.alerts(NOON + timedelta(minutes=10)))
    hush(NOON)
    assert all(each.is_open for each in fleet.alerts())
    with pytest.raises(RefusedError, match="reason"):
        hush(LATER, " ")
    with pytest.raises(RefusedError, match="60 days at most"):
        hush(NOON + LONGEST + timedelta(seconds=1))
    with pytest.raises(RefusedError, match="no alert 'warm'"):
        silence(Silence(station, "warm", LATER, "why"), it, NOON)
    with pytest.raises(RefusedError, match="may not change fleet"):
        silence(Silence(station, "hot", LATER, "why"), fleet.small.clerk, NOON)


def test_what_keeps_taps_from_being_recorded_is_urgent() -> None:
    urgent = {code for code, alert in ALERTS.items() if alert.severity is Severity.URGENT}
    assert {"station-stopped", "reader-down", "taps-lost", "silent", "low-voltage"} <= urgent
