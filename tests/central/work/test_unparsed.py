"""What nobody can interpret today is kept under its server sequence, holds nothing up, and is tried again."""

import json
from pathlib import Path

import pytest

from central.store.evidence import Evidence
from central.store.models import Occurrence, StationTimeline, Tap
from central.work import project
from central.work.project import Projected
from central.work.prove import Prover
from station import tap as tap_format
from station.errors import EntryError
from station.tap import Entry, Kind
from sync_agent import signing
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation, deliver
from tests.fakes.school import KEY_ID, MONDAY, SmallSchool, at

pytestmark = [pytest.mark.django_db, pytest.mark.fault("S5")]
EARLY = at(MONDAY, "06:00")


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


def run(evidence: EvidenceFile, prover: Prover | None = None) -> Projected:
    return project.project(Evidence(evidence.path), SERVER_KEY.verify_key, prover)


def a_morning(small: SmallSchool, evidence: EvidenceFile, *poison: bytes) -> JournallingStation:
    room = JournallingStation(small.station_101.code, EARLY)
    room.tap(at(MONDAY, "08:20"), small.token(small.ben))
    for body in poison:
        room.write_bytes(body)
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    deliver(room, evidence, [at(MONDAY, "08:26"), at(MONDAY, "08:27")])
    return room


def body_of(kind: str, payload: object) -> bytes:
    return json.dumps([1, kind, 1, 8_500_000, 8_500_000, 0, 0, 500, payload], separators=(",", ":")).encode()


@pytest.mark.invariant(11)
@pytest.mark.parametrize(
    "poison",
    [
        b"\x00",
        b"{}",
        b'[99,"tap"]',
        body_of("tap", ["AAAAAAAAAAAAAAAAAAAAAA", KEY_ID, "\ud800", {}, None]),
        body_of("tap", ["AAAAAAAAAAAAAAAAAAAAAA", KEY_ID, "nfc\x00", {}, None]),
        body_of("tap", ["AAAAAAAAAAAAAAAAAAAAAA", "\udfff", "nfc", {"\ud800": 1}, None]),
        body_of("tap", [None, None, "nfc", {}, "\ud83d"]),
        body_of("beacon", {"t1": 1, "t4": 2, "signed": {"note": "\ud800", "alg": [], "kid": {}, "sig": 7}}),
        body_of("beacon", {"t1": -1, "t4": 2**80, "signed": "text"}),
        body_of("carry", {"epoch": 5, "seq": 5, "h": "00" * 32, "body": ""}),
        body_of("anchor", {"token": "\ud800", "reader": "nfc", "says_ms": -(2**90)}),
        body_of("err", [[[[]]]] * 20),
        b'[1,"err",1,8500000,8500000,0,0,500,{"a":' + b"[" * 400 + b"]" * 400 + b"}]",
        body_of("\ud800\x00", {}),
    ],
)
def test_a_poisoned_entry_holds_no_other_up(
    small: SmallSchool, evidence: EvidenceFile, poison: bytes
) -> None:
    a_morning(small, evidence, poison)
    run(evidence)
    for student in (small.ben, small.ana):
        tap = Tap.objects.get(token=small.token(student))
        assert (tap.time_quality, tap.outcome) == ("T1", Tap.Outcome.PENDING)


@pytest.mark.invariant(11)
def test_a_program_that_fails_at_one_tap_goes_on_with_the_next(
    small: SmallSchool, evidence: EvidenceFile, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Prover):
        def judge(self, row: Tap) -> None:
            if row.token == small.token(small.ben):
                raise ZeroDivisionError

    a_morning(small, evidence)
    run(evidence, Failing(None))
    outcomes = list(Tap.objects.order_by("sequence").values_list("outcome", flat=True))
    assert outcomes == [Tap.Outcome.UNPARSED, Tap.Outcome.PENDING]
    assert "tap.unparsed station=st-r101" in caplog.text


@pytest.mark.invariant(11)
def test_two_taps_of_the_same_bytes_are_one_and_no_stumbling_block(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    room.write_bytes(room._bodies[-1])
    deliver(room, evidence, [at(MONDAY, "08:26"), at(MONDAY, "08:27")])
    assert run(evidence).taps == 1


@pytest.mark.invariant(12)
def test_what_a_later_version_can_read_keeps_its_server_sequence(
    small: SmallSchool, evidence: EvidenceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tap_format.decode

    def old_version(body: bytes) -> Entry:
        entry = real(body)
        if entry.kind in {Kind.TAP, "hologram"}:
            msg = "a format of tomorrow"
            raise EntryError(msg)
        return entry

    room = a_morning(small, evidence, body_of("hologram", {"from": "the future"}))
    with monkeypatch.context() as patched:
        patched.setattr(tap_format, "decode", old_version)
        run(evidence)
    before = list(Tap.objects.order_by("sequence").values_list("server_sequence", "position", "sequence"))
    assert set(Tap.objects.values_list("outcome", flat=True)) == {Tap.Outcome.UNPARSED}
    assert len(before) == 3

    done = project.retime(Evidence(evidence.path), SERVER_KEY.verify_key, room.code, room.epoch)
    assert done.retimed == 2
    after = list(Tap.objects.order_by("sequence"))
    assert [(tap.server_sequence, tap.position, tap.sequence) for tap in after] == [before[0], before[2]]
    assert {(tap.time_quality, tap.outcome) for tap in after} == {("T1", Tap.Outcome.PENDING)}
    assert [bytes(tap.token or b"") for tap in after] == [small.token(small.ben), small.token(small.ana)]
    assert StationTimeline.objects.get().not_taps["hologram"] == 1


def test_a_report_too_deep_to_keep_is_kept_in_part(small: SmallSchool, evidence: EvidenceFile) -> None:
    a_morning(small, evidence, body_of("err", {"what": [[[[[]]]]] * 20, "count": 3}))
    run(evidence)
    assert Occurrence.objects.get().payload == {"count": 3}


def test_a_beacon_under_another_key_is_no_beacon(small: SmallSchool, evidence: EvidenceFile) -> None:
    signed = signing.sign_note("beacon", {"station": small.station_101.code}, signing.SigningKey(bytes(32)))
    a_morning(small, evidence, body_of("beacon", {"t1": 1, "t4": 2, "signed": signed}))
    assert run(evidence).taps == 2
