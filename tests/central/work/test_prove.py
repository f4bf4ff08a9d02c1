"""What proves itself counts, what is refuted never does by itself, and keys may come later."""

from pathlib import Path

import pytest

from central.config import CentralConfig
from central.proof import SunKeys
from central.store.models import AttendanceRecord, Tap
from central.work import keys
from central.work.catch_up import catch_up
from central.work.certify import certify_session
from central.work.prove import Prover, prove_again
from central.work.resolve import resolve
from station import tap as entries
from tests.fakes import proofs
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile
from tests.fakes.one_class import absent, signed
from tests.fakes.proof_day import (
    EVENING,
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
from tests.fakes.proofs import FILE_KEY, META_KEY, TAG_UID, answered, certified, lay_keys, read, tag
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


def test_a_card_that_proves_itself_counts(small: SmallSchool, evidence: EvidenceFile, folder: Path) -> None:
    one_tap(small, evidence, "08:25", proofs.tag_token(), read(tag()))
    run(evidence, folder)
    assert told() == ("proven", "", Outcome.RECORDED)
    assert whose() == ["Ana"]


def test_a_card_with_a_random_number_is_known_by_what_it_proved(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    one_tap(small, evidence, "08:25", None, read(tag(link="enc")))
    run(evidence, folder)
    assert told() == ("proven", "", Outcome.RECORDED)
    assert whose() == ["Ana"]
    found = Tap.objects.get()
    assert (bytes(found.token or b""), found.key_id) == (proofs.tag_token(), keys.SCHOOL_KEY_ID)
    assert TAG_UID.hex() not in found.once


def test_a_phone_that_answers_at_its_station_counts(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    left = answered(PHONE, small.station_101.code, seconds("08:25"))
    one_tap(small, evidence, "08:25", proofs.phone_token(), left)
    run(evidence, folder)
    assert told() == ("proven", "", Outcome.RECORDED)
    assert whose() == ["Ben"]


def test_a_refuted_proof_is_kept_and_belongs_to_nobody_by_itself(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    forged = tag()
    forged.file_key = b"somebody's guess"
    one_tap(small, evidence, "08:25", proofs.tag_token(), read(forged))
    run(evidence, folder)
    assert told() == ("refuted", "forged", Outcome.REFUTED)
    assert whose() == []
    run(evidence, folder)
    assert told() == ("refuted", "forged", Outcome.REFUTED)


def test_what_no_key_here_can_verify_counts_like_a_bare_number(
    small: SmallSchool, evidence: EvidenceFile, tmp_path: Path
) -> None:
    one_tap(small, evidence, "08:25", proofs.tag_token(), read(tag()))
    run(evidence, lay_keys(tmp_path / "without", with_tags=False))
    assert told() == ("unproven", "no-key", Outcome.RECORDED)
    assert whose() == ["Ana"]


def test_a_bare_number_counts_as_it_always_did(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    one_tap(small, evidence, "08:25", small.token(small.chloe), "")
    run(evidence, folder)
    assert told() == ("absent", "", Outcome.RECORDED)
    assert Tap.objects.get().once == ""


def test_keys_that_come_later_prove_what_waited(
    small: SmallSchool, evidence: EvidenceFile, folder: Path, tmp_path: Path
) -> None:
    without = lay_keys(tmp_path / "without", with_tags=False)
    station = room(small)
    evidence.receive(sent(station, "08:00"))
    left = read(tag())
    station.tap(at(MONDAY, "08:25"), None, left)
    station.tap(at(MONDAY, "08:40"), None, left)
    evidence.receive(sent(station, "10:20"), sent(station, "10:21"))
    run(evidence, without)
    assert set(Tap.objects.values_list("outcome", flat=True)) == {Outcome.UNKNOWN_CREDENTIAL}
    assert prove_again(Tap.objects.filter(proof="unproven"), Prover(folder)) == 2
    resolve(EVENING)
    later = everything()
    assert [(row["proof"], row["outcome"]) for row in later] == [
        ("proven", Outcome.RECORDED),
        ("refuted", Outcome.REFUTED),
    ]
    forget()
    run(evidence, folder)
    assert everything() == later


def test_a_whole_round_proves_again_what_waited_for_a_key_and_a_short_one_does_not(
    small: SmallSchool, evidence: EvidenceFile, tmp_path: Path
) -> None:
    config = CentralConfig(data_dir=str(tmp_path))
    lay_keys(config.keys, with_tags=False)
    (config.keys / "server-ack.pub").write_text(SERVER_KEY.verify_key.public.hex())
    one_tap(small, evidence, "08:25", None, read(tag()))
    catch_up(config, EVENING)
    keys.write_sun_keys(config.keys, SunKeys(META_KEY, FILE_KEY))
    catch_up(config, EVENING, only_new=True)
    assert told() == ("unproven", "no-key", Outcome.UNKNOWN_CREDENTIAL)
    catch_up(config, EVENING)
    assert told() == ("proven", "", Outcome.RECORDED)


def test_other_keys_take_back_what_the_wrong_ones_had_said(
    small: SmallSchool, evidence: EvidenceFile, folder: Path, tmp_path: Path
) -> None:
    wrong = lay_keys(tmp_path / "wrong", with_tags=False)
    keys.write_sun_keys(wrong, SunKeys(b"m" * 16, b"f" * 16))
    one_tap(small, evidence, "08:25", proofs.tag_token(), read(tag()))
    run(evidence, wrong)
    assert whose() == []
    prove_again(Tap.objects.filter(evidence__startswith="sun."), Prover(folder))
    resolve(EVENING)
    assert told() == ("proven", "", Outcome.RECORDED)
    assert whose() == ["Ana"]


def test_a_proof_refuted_after_the_teacher_signed_leaves_the_record_to_people(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    one_tap(small, evidence, "08:25", proofs.tag_token(), read(tag()))
    run(evidence, folder)
    certify_session(small.algebra, MONDAY, signed(small), absent(small.ben, small.chloe))
    keys.write_sun_keys(folder, SunKeys(b"m" * 16, b"f" * 16))
    prove_again(Tap.objects.all(), Prover(folder))
    resolve(EVENING)
    assert told() == ("refuted", "forged", Outcome.RECORDED)
    assert AttendanceRecord.objects.get(student=small.ana).stage == "certified"


def test_a_tap_under_another_school_key_is_not_held_against_anybody(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    station = room(small)
    payload = entries.Tap(b"t" * 16, "k0", "nfc", {}, read(tag())).payload()
    station.write(at(MONDAY, "08:25"), "tap", payload)
    evidence.receive(sent(station, "08:30"), sent(station, "08:31"))
    run(evidence, folder)
    assert told()[:2] == ("unproven", "no-key")


def test_a_key_file_open_to_others_holds_no_tap_up(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    (folder / "sun.key").chmod(0o644)
    one_tap(small, evidence, "08:25", proofs.tag_token(), read(tag()))
    run(evidence, folder)
    assert told() == ("unproven", "no-key", Outcome.RECORDED)
    (folder / "sun.key").chmod(0o600)
    prove_again(Tap.objects.all(), Prover(folder))
    assert told()[0] == "proven"


def test_a_phone_certified_by_nobody_here_counts_like_a_bare_number(
    small: SmallSchool, evidence: EvidenceFile, folder: Path
) -> None:
    stranger = certified(seconds("08:00"), seed=9, issuer=bytes(range(32)))
    left = answered(stranger, small.station_101.code, seconds("08:25"))
    one_tap(small, evidence, "08:25", proofs.phone_token(), left)
    run(evidence, folder)
    assert told() == ("unproven", "no-key", Outcome.RECORDED)
