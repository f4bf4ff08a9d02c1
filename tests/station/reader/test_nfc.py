"""Cards and phones on a PN532, read by the real driver from an emulated chip."""

import base64
import hashlib
import logging
import subprocess
import sys
from collections.abc import Iterable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from station.clock import SystemClock
from station.reader import (
    Presented,
    Reader,
    ReaderDown,
    ReaderSettings,
    ReaderUp,
    Reason,
    Removed,
    TwoCards,
    Unreadable,
    build,
)
from station.simulator.hostile import HOSTILE
from tests.fakes.simulator import ROOT, Listener, PractiseBench

LIST, TALK, POWER_DOWN = "4a", "42", "16"
PHONE = "0123456789abcdef"

# What is laid down, what it becomes, and its finding.
CARDS = [
    ("ntag 04A1B2C3D4E580", ("uid", "04a1b2c3d4e580", "nfc-a", 1), None),
    ("ultralight 04A1B2C3D4E581", ("uid", "04a1b2c3d4e581", "nfc-a", 1), None),
    ("classic 82ACB95D", ("uid", "82acb95d", "nfc-a", 1), None),
    ("ntag 04A1B2C3D4E580112233", ("uid", "04a1b2c3d4e580112233", "nfc-a", 1), None),
    ("hostile long-uid", ("uid", "04a1b2c3d4e5f6a7b8c9", "nfc-a", 1), None),
    ("felica 0112AB3C4D5E0120", ("idm", "0112ab3c4d5e0120", "nfc-f", 1), None),
    (f"phone {PHONE}", ("sc1", PHONE, "iso-dep", 3), None),
    ("sun 04DE5F1EACC040", ("uid", "04de5f1eacc040", "iso-dep", 2), None),
    ("sun 04DE5F1EACC041 enc", ("uid", "04de5f1eacc041", "iso-dep", 2), None),
    ("sun 04DE5F1EACC042 random", ("sun", "", "iso-dep", 2), None),
    ("sun 04DE5F1EACC043 plain", ("uid", "04de5f1eacc043", "iso-dep", 1), "sun_plain"),
    ("sun 04DE5F1EACC044 mirror", ("uid", "04de5f1eacc044", "iso-dep", 1), "sun_plain"),
]
NO_CREDENTIALS = {
    "ntag 08A1B2C3": Reason.RANDOM_UID,
    "classic 00000000": Reason.RANDOM_UID,
    "felica 01FE4D5E01200102": Reason.RANDOM_UID,
    "bank": Reason.FOREIGN,
    "bank 08A1B2C3": Reason.FOREIGN,
    "desfire": Reason.FOREIGN,
    "type-b": Reason.FOREIGN,
    f"phone {PHONE} locked": Reason.FOREIGN,
    f"phone {16 * '0'}": Reason.MALFORMED,
    "sun 04DE5F1EACC045 plain random": Reason.PLAIN_MIRROR,
    "sun 04DE5F1EACC046 mirror random": Reason.PLAIN_MIRROR,
}
HOSTILE_CARDS = {
    "status-only": Reason.MALFORMED,
    "short-proof": Reason.MALFORMED,
    "long-proof": Reason.MALFORMED,
    "other-version": Reason.MALFORMED,
    "failing": Reason.FOREIGN,
    "sun-lrp": Reason.FOREIGN,
    "sun-no-mac": Reason.FOREIGN,
    "sun-words": Reason.FOREIGN,
    "sun-long": Reason.FOREIGN,
    "no-link": Reason.FOREIGN,
    "empty-file": Reason.FOREIGN,
    "short-file": Reason.FOREIGN,
    "huge-length": Reason.FOREIGN,
    "endless-file": Reason.FOREIGN,
    "falls-silent": Reason.TORN,
    "endless-silence": Reason.TORN,
    "wrong-number": Reason.TORN,
    "empty-ats": Reason.TORN,
    "short-ats": Reason.TORN,
    "bare-ats": Reason.TORN,
    "ats-without-tb": Reason.FOREIGN,
    "long-ats": Reason.FOREIGN,
    "empty-answer": Reason.TORN,
    "one-byte": Reason.TORN,
    "no-uid": Reason.RANDOM_UID,
    "zero-uid": Reason.RANDOM_UID,
    "random-uid": Reason.RANDOM_UID,
    "endless-wtx": Reason.TOO_SLOW,
    "endless-chain": Reason.TOO_SLOW,
    "endless-receipt": Reason.TOO_SLOW,
}
# These have a number like any card's.
WITH_NUMBERS = {"long-uid", "changing-uid"}


def _difference(before: dict[str, int], after: dict[str, int], code: str) -> int:
    return after.get(code, 0) - before.get(code, 0)


@pytest.mark.parametrize(("card", "expected", "finding"), CARDS, ids=[card for card, _, _ in CARDS])
def test_each_kind_of_card_becomes_its_credential(
    card: str,
    expected: tuple[str, str, str, int],
    finding: str | None,
    bench: PractiseBench,
    nfc_reader: Reader,
) -> None:
    with Listener(nfc_reader) as listener:
        bench.do(f"put {card}")
        found = listener.wait_for(Presented).credential
    assert found[:4] == expected
    assert found.finding == finding
    # Where the number is open, nothing is kept; where it is proven, the proof is.
    assert (found.evidence is not None) == (found.assurance > 1)


def _reasons(cards: Iterable[str], bench: PractiseBench, listener: Listener) -> dict[str, str]:
    """Lay each card down, and a good one after it, which must be read; return why the first was not."""
    reasons = {}
    for card in cards:
        bench.do(f"put {card}")
        reasons[card] = listener.wait_for(Unreadable).reason
        bench.do("put classic 82ACB95D")
        assert listener.wait_for(Presented).credential.value == "82acb95d"
        bench.do("remove")
        listener.wait_for(Removed)
    return reasons


def test_a_card_that_identifies_nobody_is_no_student_and_the_next_card_is_read(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        assert _reasons(NO_CREDENTIALS, bench, listener) == NO_CREDENTIALS


def test_no_hostile_card_is_a_student_or_stops_the_next(bench: PractiseBench, nfc_reader: Reader) -> None:
    assert HOSTILE_CARDS.keys() == HOSTILE.keys() - WITH_NUMBERS
    expected = {f"hostile {name}": reason for name, reason in HOSTILE_CARDS.items()}
    with Listener(nfc_reader) as listener:
        assert _reasons(expected, bench, listener) == expected


def test_a_device_with_another_number_at_every_look_soon_counts_no_more(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        bench.do("put hostile changing-uid")
        listener.wait_for(TwoCards)
        presented = len(listener.about_cards())
        listener.let_cycles_pass(10)
        assert len(listener.about_cards()) == presented
        bench.do("remove")
        listener.wait_for(Removed)
        bench.do("put classic 82ACB95D")
        assert listener.wait_for(Presented).credential.value == "82acb95d"


def test_the_evidence_of_a_phone_is_its_signed_answer_to_this_station_s_fresh_challenge(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    asked = set()
    with Listener(nfc_reader) as listener:
        for _ in range(2):
            bench.do(f"put phone {PHONE}")
            found = listener.wait_for(Presented).credential
            assert found.evidence is not None
            proof = base64.urlsafe_b64decode(found.evidence.removeprefix("sc1n.") + "==")
            challenge, certificate, signature = proof[:28], proof[28:146], proof[146:]
            assert challenge[:8] == hashlib.sha256(b"rollbook/station\nroom-204").digest()[:8]
            assert certificate[1:9].hex() == PHONE
            _verify(certificate[9:42], signature, b"rollbook/sc1/nfc\n" + certificate[1:9] + challenge)
            asked.add(challenge[8:24])
            bench.do("remove")
            listener.wait_for(Removed)
    assert len(asked) == 2


def _verify(point: bytes, signature: bytes, message: bytes) -> None:
    r, s = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


def test_a_phone_is_held_by_asking_it_not_by_its_number_which_changes(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        bench.do(f"put phone {PHONE}")
        listener.wait_for(Presented)
        before = bench.executed()
        listener.let_cycles_pass(5)
        after = bench.executed()
        # Not one new listing: the field never went off under the phone.
        assert _difference(before, after, LIST) == 0
        assert _difference(before, after, TALK) >= 5
    assert listener.about_cards() == [PHONE]


def test_of_two_cards_none_is_read_until_both_are_gone(bench: PractiseBench, nfc_reader: Reader) -> None:
    with Listener(nfc_reader) as listener:
        bench.do("put classic 82ACB95D")
        listener.wait_for(Presented)
        bench.do("also ntag 04A1B2C3D4E580")
        listener.wait_for(TwoCards)
        bench.do("put ntag 04A1B2C3D4E580")
        listener.let_cycles_pass(5)
        bench.do("remove")
        listener.wait_for(Removed)
        bench.do("put ntag 04A1B2C3D4E580")
        listener.wait_for(Presented)
    assert listener.about_cards() == ["82acb95d", "TwoCards", "Removed", "04a1b2c3d4e580"]


def test_a_phone_beside_a_card_is_two_cards(bench: PractiseBench, nfc_reader: Reader) -> None:
    with Listener(nfc_reader) as listener:
        bench.do("unplug")
        bench.do(f"put phone {PHONE}")
        bench.do("also ntag 04A1B2C3D4E580")
        bench.do("plug")
        listener.wait_for(TwoCards)
        listener.let_cycles_pass(3)
    assert listener.about_cards() == ["TwoCards"]


def test_no_log_line_holds_a_card_s_number(
    bench: PractiseBench, nfc_reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1)
    cards = [card for card, _, _ in CARDS if not card.startswith("hostile")]
    with Listener(nfc_reader) as listener:
        for card in cards:
            bench.do(f"put {card}")
            listener.wait_for(Presented)
            bench.do("fault bad-checksum 2")
            listener.let_cycles_pass(3)
            logging.getLogger("test").info("%r", listener.events[-1])
        bench.do("unplug")
        listener.wait_for(ReaderDown)
    text = caplog.text.lower()
    assert "reader.down" in text
    assert "presented" in text
    numbers = [card.split()[1].lower() for card in cards]
    assert [number for number in numbers if number in text or number[2:] in text] == []


def test_the_chip_is_never_sent_to_sleep(bench: PractiseBench, nfc_reader: Reader) -> None:
    before = bench.executed()
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
    assert _difference(before, bench.executed(), POWER_DOWN) == 0
    assert bench.trace()[-3].startswith(">>> 0000ff04fcd4320102")


def test_a_second_reader_on_the_same_port_is_told_that_it_is_in_use(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    second = build(ReaderSettings("second", "pn532", str(bench.link)), SystemClock(boot=1))
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        with Listener(second) as late:
            assert late.wait_for(ReaderDown).reason == "port-in-use"
        bench.do("put classic 82ACB95D")
        listener.wait_for(Presented)


@pytest.mark.parametrize("baud", [115200, 230400, 460800, 921600])
def test_a_reader_works_at_the_speed_it_is_set_to(baud: int, bench: PractiseBench) -> None:
    reader = build(ReaderSettings("nfc", "pn532", str(bench.link), baud), SystemClock(boot=1))
    with Listener(reader) as listener:
        listener.wait_for(ReaderUp)
        bench.do("put classic 82ACB95D")
        listener.wait_for(Presented)
        assert bench.do("status")["baud"] == baud


def test_a_station_killed_at_high_speed_reads_again_when_started(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    program = (
        "import sys, threading; from station.clock import SystemClock; "
        "from station.reader import ReaderSettings, build; "
        "build(ReaderSettings('nfc', 'pn532', sys.argv[1], 921600), SystemClock(1))"
        ".run(lambda event: print(event, flush=True), threading.Event())"
    )
    command = [sys.executable, "-c", program, str(bench.link)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as station:
        assert station.stdout is not None
        assert "ReaderUp" in station.stdout.readline()
        station.kill()
    assert bench.do("status")["baud"] == 921600
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        bench.do("put classic 82ACB95D")
        listener.wait_for(Presented)
    assert bench.do("status")["baud"] == 115200
