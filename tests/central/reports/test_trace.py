"""An auditor follows a student's day down to the bytes a station signed, and every forgery shows."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from central.exchange.named_file import NamedFile
from central.reports import render_trail
from central.reports.audit_trail import Trail, trace
from central.store.evidence import Evidence
from central.store.models import StationKey, Tap
from central.work import paper, project
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.resolve import resolve
from station import chain
from sync_agent import signing, wire
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation, SentBatch
from tests.fakes.register import flat
from tests.fakes.school import MONDAY, SmallSchool, at, signing_key

pytestmark = pytest.mark.django_db
EVENING = at(MONDAY, "18:00")


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


def a_day(small: SmallSchool, evidence: EvidenceFile) -> list[SentBatch]:
    """Let Ana and Ben tap in and out, in batches of their own, and resolve it."""
    room = JournallingStation(small.station_101.code, at(MONDAY, "06:00"))
    sent = [room.exchange(at(MONDAY, "06:01"))]
    for student, clock in [(small.ana, "08:25"), (small.ben, "08:40"), (small.ana, "09:55")]:
        room.tap(at(MONDAY, clock), small.token(student))
        sent.append(room.exchange(at(MONDAY, f"{clock}:30")))
    sent.append(room.exchange(at(MONDAY, "10:30")))
    evidence.receive(*sent)
    project.project(Evidence(evidence.path), SERVER_KEY.verify_key)
    resolve(EVENING)
    return sent


def traced(small: SmallSchool, evidence: EvidenceFile) -> Trail:
    return trace(small.ana, MONDAY, Evidence(evidence.path))


def shown(trail: Trail) -> str:
    """Return the trail's text without its line breaks."""
    return flat(render_trail.render(trail))


def test_a_record_is_followed_through_its_decisions_to_proven_taps(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    a_day(small, evidence)
    others = [Change(small.chloe.pk, Action.ABSENT)]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, at(MONDAY, "10:05")), others)
    trail = traced(small, evidence)
    (record,) = trail.records
    assert trail.is_proven
    assert [tap.tap.outcome for tap in record.taps] == [Tap.Outcome.RECORDED] * 2
    assert [decision.stage_to for decision in record.decisions] == ["provisional", "certified"]
    assert max(map(len, render_trail.render(trail).splitlines())) <= render_trail.WIDTH
    text = shown(trail)
    assert "provisional -> certified, present, signed by totp, revision 1" in text
    assert f"PROVEN: signed by key {signing_key('st-r101').kid}" in text
    assert bytes(record.taps[0].tap.leaf).hex() in text
    assert "Soto" not in text
    assert "Robin" not in text


def test_a_changed_byte_in_the_evidence_ends_the_proof_there(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    sent = a_day(small, evidence)
    lines = _expanded(sent[3])
    forged = lines.replace(b'"nfc"', b'"nfd"')
    assert forged != lines
    evidence.overwrite(sent[3].first, _squeezed(forged))
    trail = traced(small, evidence)
    proven = [tap.is_proven for tap in trail.records[0].taps]
    assert proven == [True, False]
    assert not trail.is_proven
    assert "NOT PROVEN: batch 4 does not verify" in shown(trail)


def test_a_forger_who_repairs_every_hash_still_lacks_the_stations_key(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    last = a_day(small, evidence)[3]
    batch = wire.unpack(last.data, wire.MAX_MESSAGE_BYTES)
    bodies = [body.replace(b'"nfc"', b'"nfd"') for body in batch.bodies]
    head = batch.envelope.prev
    for body in bodies:
        head = chain.link(head, body)
    evidence.overwrite(last.first, wire.pack(replace(batch.envelope, batch_h=head), bodies, forged))
    (tap,) = Tap.objects.filter(server_sequence=4)
    Tap.objects.filter(pk=tap.pk).update(leaf=chain.leaf(bodies[tap.position]))
    assert [each.is_proven for each in traced(small, evidence).records[0].taps] == [True, False]


def forged(data: bytes) -> signing.Signature:
    """Sign with a key of one's own under the station's name."""
    theirs = signing.SigningKey(bytes(32)).sign(data)
    return signing.Signature(signing_key("st-r101").kid, "ed25519", theirs.sig)


def test_a_batch_of_another_life_of_the_journal_is_not_fitted_in(small: SmallSchool, tmp_path: Path) -> None:
    (tmp_path / "mixed").mkdir()
    mixed = EvidenceFile(tmp_path / "mixed")
    lives = [JournallingStation(small.station_101.code, at(MONDAY, "06:00"), boot=n) for n in (1, 2)]
    first = [life.exchange(at(MONDAY, "06:02")) for life in lives]
    lives[1].tap(at(MONDAY, "08:25"), small.token(small.ana))
    mixed.receive(first[0], lives[1].exchange(at(MONDAY, "08:26")), lives[1].exchange(at(MONDAY, "08:27")))
    project.project(Evidence(mixed.path), SERVER_KEY.verify_key)
    resolve(EVENING)
    assert "does not follow entry 1" in shown(traced(small, mixed))


def test_a_batch_signed_by_a_stranger_proves_nothing(small: SmallSchool, evidence: EvidenceFile) -> None:
    a_day(small, evidence)
    stranger = signing.SigningKey(bytes(32)).verify_key
    StationKey.objects.update(kid=stranger.kid, public_key=stranger.public.hex())
    assert not traced(small, evidence).is_proven


def test_a_tap_changed_in_the_records_alone_is_found_out(small: SmallSchool, evidence: EvidenceFile) -> None:
    a_day(small, evidence)
    first = Tap.objects.filter(token=small.token(small.ana)).order_by("sequence")[:1]
    Tap.objects.filter(pk__in=first.values("pk")).update(leaf=b"\1" * 32, sequence=77)
    trail = traced(small, evidence)
    assert "entry 77 of the evidence is not this tap" in shown(trail)
    assert not trail.is_proven


def test_a_missing_batch_ends_the_proof(small: SmallSchool, evidence: EvidenceFile, tmp_path: Path) -> None:
    sent = a_day(small, evidence)
    (tmp_path / "rest").mkdir()
    rest = EvidenceFile(tmp_path / "rest")
    rest.receive(sent[0], *sent[2:])
    assert not traced(small, rest).is_proven


def test_a_tap_behind_no_record_is_shown_as_well(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = JournallingStation(small.station_102.code, at(MONDAY, "06:00"))
    room.tap(at(MONDAY, "07:00"), small.token(small.ana))
    evidence.receive(room.exchange(at(MONDAY, "07:01")), room.exchange(at(MONDAY, "07:02")))
    project.project(Evidence(evidence.path), SERVER_KEY.verify_key)
    resolve(EVENING)
    trail = traced(small, evidence)
    assert not trail.records
    assert [tap.tap.outcome for tap in trail.loose] == [Tap.Outcome.NO_SESSION]
    assert trail.loose[0].is_proven


def test_paper_behind_a_record_is_named_with_its_file(small: SmallSchool, evidence: EvidenceFile) -> None:
    a_day(small, evidence)
    file = NamedFile("s.csv", b"student_number,date,mark\n001001,2024-09-09,absent\n")
    paper.accept(paper.read(file, small.algebra, "S-7"), small.clerk, EVENING)
    text = shown(traced(small, evidence))
    assert "Paper sheet S-7, row 2: absent; conflicts" in text
    assert "employee E004" in text


def test_a_day_without_a_record_is_said_to_be_one(small: SmallSchool, evidence: EvidenceFile) -> None:
    trail = traced(small, evidence)
    assert not trail.is_proven
    assert "There is no record" in render_trail.render(trail)


def _expanded(batch: SentBatch) -> bytes:
    return gzip.decompress(batch.data)


def _squeezed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
