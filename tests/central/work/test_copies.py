"""One proof counts once, whichever of its taps comes in first, and a code on a screen at its own time."""

from pathlib import Path

import pytest

from central.store.models import Credential, Decision, Tap
from central.work.prove import Prover, prove_again
from station import tap as entries
from tests.fakes import proofs
from tests.fakes import school as schools
from tests.fakes.evidence_file import EvidenceFile, JournallingStation, SentBatch
from tests.fakes.proof_day import (
    EARLY,
    PHONE,
    build,
    everything,
    forget,
    one_tap,
    room,
    run,
    seconds,
    sent,
    told,
    whose,
)
from tests.fakes.proofs import PHONE_ID, answered, lay_keys, read, screen, tag
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
Outcome = Tap.Outcome


@pytest.fixture
def small() -> SmallSchool:
    return build()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return lay_keys(tmp_path / "keys")


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


def copied_morning(small: SmallSchool) -> list[SentBatch]:
    """Return what two stations send of one proof, shown at 08:25 and copied at 08:40 elsewhere and 10:35."""
    left = read(tag())
    first, second = room(small), room(small, 102)
    batches = [sent(first, "08:00"), sent(second, "08:01")]
    first.tap(at(MONDAY, "08:25"), proofs.tag_token(), left)
    second.tap(at(MONDAY, "08:40"), proofs.tag_token(), left)
    batches += [sent(first, "08:50"), sent(second, "08:51")]
    first.tap(at(MONDAY, "10:35"), proofs.tag_token(), left)
    return [*batches, sent(first, "10:40"), sent(second, "10:41")]


@pytest.mark.parametrize("order", ["abc", "acb", "bac"])
def test_the_copy_is_what_was_shown_later_whatever_came_in_first(
    small: SmallSchool, evidence: EvidenceFile, folder: Path, order: str
) -> None:
    batches = copied_morning(small)
    parts = {"a": batches[:1] + batches[2:3], "b": [batches[1], batches[3], batches[5]], "c": batches[4:5]}
    for name in order:
        evidence.receive(*parts[name])
        run(evidence, folder)
    first, last = Tap.objects.filter(station=small.station_101).order_by("sequence")
    assert (first.proof, first.outcome) == ("proven", Outcome.RECORDED)
    assert (last.proof, last.proof_reason, last.outcome) == ("refuted", "copy", Outcome.REFUTED)
    assert told(station=small.station_102) == ("refuted", "copy", Outcome.REFUTED)
    assert whose() == ["Ana"]


def test_a_record_a_copy_had_made_is_withdrawn_when_the_first_one_comes_in(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    left = read(tag())
    away, here = room(small, 102), room(small)
    away_batches = [sent(away, "08:00")]
    away.tap(at(MONDAY, "08:20"), proofs.tag_token(), left)
    away_batches += [sent(away, "12:00"), sent(away, "12:01")]
    evidence.receive(sent(here, "08:00"))
    here.tap(at(MONDAY, "08:25"), proofs.tag_token(), left)
    evidence.receive(sent(here, "08:30"), sent(here, "08:31"))
    run(evidence, folder)
    assert whose() == ["Ana"]
    evidence.receive(*away_batches)
    run(evidence, folder)
    assert told(station=small.station_101) == ("refuted", "copy", Outcome.REFUTED)
    assert whose() == []
    assert Decision.objects.latest("pk").reason == "no tap supports it any longer"


def test_readings_that_come_in_out_of_order_are_no_copies(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    card = tag(counter=40)
    lefts = [read(card) for _ in range(3)]
    station = room(small)
    evidence.receive(sent(station, "08:00"))
    for clock, left in zip(("08:25", "09:00", "09:58"), (lefts[2], lefts[0], lefts[1]), strict=True):
        station.tap(at(MONDAY, clock), proofs.tag_token(), left)
    evidence.receive(sent(station, "10:20"), sent(station, "10:21"))
    run(evidence, folder)
    assert set(Tap.objects.values_list("proof", flat=True)) == {"proven"}


def test_an_entry_said_again_is_no_copy_of_itself(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    left = read(tag())
    for epoch in (5, 6):
        station = JournallingStation(small.station_101.code, EARLY, epoch=epoch)
        station.tap(at(MONDAY, "08:25"), proofs.tag_token(), left)
        evidence.receive(sent(station, "08:26"), sent(station, "08:27"))
        run(evidence, folder)
    assert told() == ("proven", "", Outcome.RECORDED)


def test_a_rebuild_from_the_evidence_gives_the_same(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    for batch in copied_morning(small):
        evidence.receive(batch)
        run(evidence, folder)
    piecemeal = everything()
    forget()
    run(evidence, folder)
    assert everything() == piecemeal
    assert {row["proof"] for row in piecemeal} == {"proven", "refuted"}


def test_a_code_on_a_screen_waits_for_the_proof_of_its_time(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    station = room(small)
    station.tap(at(MONDAY, "08:25"), proofs.phone_token(), screen(PHONE, seconds("08:25")))
    station.tap(at(MONDAY, "08:40"), proofs.phone_token(), screen(PHONE, seconds("08:30")))
    evidence.receive(sent(station, "08:41"))
    run(evidence, folder)
    assert set(Tap.objects.values_list("proof", "proof_reason")) == {("unproven", "untimed")}
    evidence.receive(sent(station, "08:42"))
    run(evidence, folder)
    assert [(row["proof"], row["outcome"]) for row in everything()] == [
        ("proven", Outcome.RECORDED),
        ("refuted", Outcome.REFUTED),
    ]


def test_the_same_code_held_to_the_scanner_again_is_a_repeat_and_elsewhere_a_copy(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    left = screen(PHONE, seconds("08:25"))
    here, there = room(small), room(small, 102)
    evidence.receive(sent(here, "08:00"), sent(there, "08:00"))
    here.tap(at(MONDAY, "08:25"), proofs.phone_token(), left)
    here.tap(at(MONDAY, "08:25:10"), proofs.phone_token(), left, repeat=1)
    there.tap(at(MONDAY, "08:25:20"), proofs.phone_token(), left, repeat=1)
    evidence.receive(*(sent(station, clock) for station in (here, there) for clock in ("08:30", "08:31")))
    run(evidence, folder)
    assert [(row["proof"], row["outcome"]) for row in everything()] == [
        ("proven", Outcome.RECORDED),
        ("proven", Outcome.REPEAT),
        ("refuted", Outcome.REFUTED),
    ]


@pytest.mark.parametrize(("is_synchronised", "proof"), [(1, "refuted"), (0, "proven")])
def test_a_phone_asked_at_another_time_is_refuted_only_by_a_clock_that_is_trusted(
    small: SmallSchool, evidence: EvidenceFile, folder: Path, is_synchronised: int, proof: str
) -> None:
    station = room(small)
    evidence.receive(sent(station, "08:00"))
    left = answered(PHONE, station.code, seconds("07:30"))
    wall_ms = seconds("08:25") * 1000
    raw_ms = wall_ms - round(EARLY.timestamp() * 1000) + 1_000
    reading = entries.Reading(1, raw_ms, raw_ms, wall_ms, is_synchronised, 500)
    payload = entries.Tap(proofs.phone_token(), schools.KEY_ID, "nfc", {}, left).payload()
    station.write_bytes(entries.encode(entries.Entry(1, "tap", reading, payload)))
    evidence.receive(sent(station, "08:30"), sent(station, "08:31"))
    run(evidence, folder)
    assert told()[0] == proof


def test_a_clock_that_was_disproved_refutes_nobody(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    station = room(small)
    evidence.receive(sent(station, "08:00"))
    # Half a minute wrong, and called synchronised all the same; the phone was asked by that clock.
    wall_ms = seconds("08:25") * 1000 - 30_000
    left = answered(PHONE, station.code, seconds("08:25") - 90)
    raw_ms = seconds("08:25") * 1000 - round(EARLY.timestamp() * 1000) + 1_000
    reading = entries.Reading(1, raw_ms, raw_ms, wall_ms, 1, 500)
    payload = entries.Tap(proofs.phone_token(), schools.KEY_ID, "nfc", {}, left).payload()
    station.write_bytes(entries.encode(entries.Entry(1, "tap", reading, payload)))
    evidence.receive(sent(station, "08:30"), sent(station, "08:31"))
    run(evidence, folder)
    assert Tap.objects.get().is_clock_doubted
    assert told()[0] == "proven"


def test_a_phone_issued_after_its_code_was_shown_proves_it_then(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    Credential.objects.filter(kind="sc1").update(device_key="")
    one_tap(small, evidence, "08:25", proofs.phone_token(), screen(PHONE, seconds("08:25")))
    run(evidence, folder)
    assert told() == ("unproven", "no-key", Outcome.RECORDED)
    Credential.objects.filter(kind="sc1").update(device_key=PHONE.public_key.hex())
    prove_again(Tap.objects.all(), Prover(folder))
    assert told()[0] == "proven"
    assert PHONE_ID.hex() not in Tap.objects.get().once
