"""What a station reports beside taps reaches IT in plain words, with the time that is proven."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from central.store.evidence import Evidence
from central.store.models import Occurrence, ProjectorPosition, StationTimeline
from central.web import clock
from central.work import occurrence_rows
from central.work.occurrences import OccurrenceLine, newest
from central.work.project import project
from station.tap import Json, Kind
from tests.fakes import school as schools
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOON = at(MONDAY, "12:00")
SALVAGE: Json = {"epoch": 7, "kept": [[1, 812], [815, 900]], "missing": [[813, 814]], "tail": "known"}


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


@pytest.fixture
def station(small: SmallSchool, evidence: EvidenceFile) -> JournallingStation:
    journalling = JournallingStation(small.station_101.code, at(MONDAY, "06:00"))
    evidence.receive(journalling.exchange(at(MONDAY, "08:00")))
    return journalling


def deliver(station: JournallingStation, evidence: EvidenceFile, *clocks: str) -> None:
    evidence.receive(*(station.exchange(at(MONDAY, clock)) for clock in clocks))
    project(Evidence(evidence.path), SERVER_KEY.verify_key)


def told(small: SmallSchool) -> list[OccurrenceLine]:
    return newest(small.school, NOON).get(small.station_101.code, [])


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        (Kind.ERR, {"what": "the disk is low"}, "error: the disk is low"),
        (Kind.ERR, {}, "error: ?"),
        (Kind.ERR, {"what": "x" * 500}, "error: " + "x" * 120),
        (Kind.GAP, {"lost": 3, "reason": "SQLITE_FULL"}, "taps shown as not recorded: 3; ask the room"),
        (Kind.SALVAGE, SALVAGE, "entries missing: 2"),
        (Kind.SALVAGE, {"missing": [], "tail": "unknown"}, "entries missing: 0, perhaps more at its end"),
        (Kind.SALVAGE, {"missing": "everything"}, "entries missing: ?"),
        (Kind.SALVAGE, {"missing": [[1]]}, "entries missing: ?"),
        (Kind.STAFF, {"did": "outage", "token": "AAAA"}, "staff marked an outage"),
        (Kind.STAFF, {"did": "enrol", "card": "AAAA"}, "staff laid down a card to be enrolled"),
        (Kind.STAFF, {"did": "self-test", "ok": True, "found": []}, "self-test by staff: all is well"),
        (Kind.STAFF, {"did": "self-test", "ok": False, "found": ["nfc", "disk"]}, "found: nfc, disk"),
        (Kind.STAFF, {"did": "sing"}, "staff did: sing"),
        (Kind.ANCHOR, {"token": "AAAA", "says_ms": None}, "staff attested the time"),
        (
            Kind.ANCHOR,
            {"token": "AAAA", "says_ms": 1, "refuted": True},
            "staff attested a time that proofs deny",
        ),
        (Kind.ERR, ["no", "object"], "error: ?"),
        (Kind.ERR, {"what": "y" * 10_000, "n": 1}, "error: ?"),
    ],
)
def test_each_kind_is_told_in_words(
    small: SmallSchool,
    evidence: EvidenceFile,
    station: JournallingStation,
    kind: str,
    payload: Json,
    words: str,
) -> None:
    station.write(at(MONDAY, "08:20"), kind, payload)
    deliver(station, evidence, "08:30", "08:31")
    (line,) = told(small)
    assert words in str(line)
    assert line.is_exact
    assert line.at is not None
    assert abs(line.at - at(MONDAY, "08:20")) < timedelta(seconds=2)


def test_what_is_everyday_is_not_told(
    small: SmallSchool, evidence: EvidenceFile, station: JournallingStation
) -> None:
    station.write(at(MONDAY, "08:20"), Kind.ALIVE, {})
    station.tap(at(MONDAY, "08:21"), small.token(small.ana))
    deliver(station, evidence, "08:30")
    assert told(small) == []


def test_a_time_that_becomes_known_later_is_renewed(
    small: SmallSchool, evidence: EvidenceFile, station: JournallingStation
) -> None:
    station.reboot(at(MONDAY, "08:10"))
    station.write(at(MONDAY, "08:20"), Kind.GAP, {"lost": 1})
    deliver(station, evidence, "08:30")
    (before,) = told(small)
    deliver(station, evidence, "08:31", "08:32")
    (after,) = told(small)
    assert (before.is_exact, after.is_exact) == (False, True)


def test_the_newest_come_first_and_no_more_than_a_page_can_hold(
    small: SmallSchool,
    evidence: EvidenceFile,
    station: JournallingStation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(occurrence_rows, "KEPT", 7)
    for count in range(20):
        station.write(at(MONDAY, f"08:{20 + count}"), Kind.GAP, {"lost": count})
        deliver(station, evidence, f"08:{20 + count}:30")
    assert [line.figures["what"] for line in told(small)] == ["19", "18", "17", "16", "15"]
    kept = list(Occurrence.objects.order_by("sequence").values_list("sequence", flat=True))
    assert len(kept) == 7
    for model in (Occurrence, StationTimeline, ProjectorPosition):
        model.objects.all().delete()
    project(Evidence(evidence.path), SERVER_KEY.verify_key)
    assert list(Occurrence.objects.order_by("sequence").values_list("sequence", flat=True)) == kept


def test_what_is_long_past_is_not_told(
    small: SmallSchool, evidence: EvidenceFile, station: JournallingStation
) -> None:
    station.write(at(MONDAY, "08:20"), Kind.GAP, {"lost": 1})
    deliver(station, evidence, "08:30")
    assert newest(small.school, NOON + timedelta(days=31)) == {}


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "taps shown as not recorded: 3"), ("es", "registros mostrados como no guardados: 3")],
)
def test_it_reads_it_on_the_page_of_the_station_in_its_language(
    small: SmallSchool,
    evidence: EvidenceFile,
    station: JournallingStation,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    words: str,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    station.write(at(MONDAY, "08:20"), Kind.GAP, {"lost": 3, "reason": "<b>"})
    deliver(station, evidence, "08:30", "08:31")
    client = Client()
    client.force_login(schools.give_login(small.staff["it"]))
    page = client.get("/stations/st-r101/", headers={"Accept-Language": language}).content.decode()
    assert words in page
    assert "8:20 AM" in page
