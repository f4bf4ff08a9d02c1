"""Cards and phones on a PN532, read by the real driver from an emulated chip."""

import base64
import hashlib
import hmac
import logging
import subprocess
import sys

import pytest

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
from tests.fakes.simulator import ROOT, Listener, PractiseBench

LIST, TALK, POWER_DOWN = "4a", "42", "16"
PHONE = "0123456789abcdef"

CARDS = [
    ("ntag 04A1B2C3D4E580", ("uid", "04a1b2c3d4e580", "nfc-a", 1)),
    ("classic 82ACB95D", ("uid", "82acb95d", "nfc-a", 1)),
    ("ntag 04A1B2C3D4E580112233", ("uid", "04a1b2c3d4e580112233", "nfc-a", 1)),
    ("felica 0112AB3C4D5E0120", ("idm", "0112ab3c4d5e0120", "nfc-f", 1)),
    (f"phone {PHONE}", ("sc1", PHONE, "iso-dep", 3)),
]
NO_CREDENTIALS = [
    ("ntag 08A1B2C3", Reason.RANDOM_UID),
    ("classic 00000000", Reason.RANDOM_UID),
    ("felica 01FE4D5E01200102", Reason.RANDOM_UID),
    ("bank", Reason.FOREIGN),
    ("bank 08A1B2C3", Reason.FOREIGN),
    (f"phone {16 * '0'}", Reason.MALFORMED),
    ("hostile status-only", Reason.MALFORMED),
    ("hostile falls-silent", Reason.TORN),
    ("hostile short-ats", Reason.TORN),
    ("hostile bare-ats", Reason.TORN),
    ("hostile empty-ats", Reason.TORN),
    ("hostile empty-answer", Reason.TORN),
    ("hostile one-byte", Reason.TORN),
    ("hostile no-uid", Reason.RANDOM_UID),
    ("hostile endless-wtx", Reason.TOO_SLOW),
    ("hostile endless-chain", Reason.TOO_SLOW),
    ("hostile endless-receipt", Reason.TOO_SLOW),
]


def _codes(trace: list[str]) -> list[str]:
    """Return the command codes the host sent, each listing that found something marked by a star."""
    codes: list[str] = []
    for line in trace:
        who, frame = line.split()
        if who == ">>>" and frame != "0000ff00ff00":
            codes.append(frame[12:14])
        elif frame[10:14] == "d54b" and frame[14:16] != "00":
            codes[-1] += "*"
    return codes


def _difference(before: dict[str, int], after: dict[str, int], code: str) -> int:
    return after.get(code, 0) - before.get(code, 0)


@pytest.mark.parametrize(("card", "expected"), CARDS, ids=[card for card, _ in CARDS])
def test_each_kind_of_card_becomes_its_credential(
    card: str, expected: tuple[str, str, str, int], bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        bench.do(f"put {card}")
        assert listener.wait_for(Presented).credential[:4] == expected


@pytest.mark.parametrize(("card", "reason"), NO_CREDENTIALS, ids=[card for card, _ in NO_CREDENTIALS])
def test_a_card_that_identifies_nobody_is_no_student_and_the_next_card_is_read(
    card: str, reason: Reason, bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        bench.do(f"put {card}")
        assert listener.wait_for(Unreadable).reason == reason
        bench.do("put classic 82ACB95D")
        assert listener.wait_for(Presented).credential.value == "82acb95d"
    assert listener.about_cards() == ["Unreadable", "82acb95d"]


def test_a_card_with_a_number_costs_four_commands_and_is_never_activated(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        bench.trace()
        bench.do("put ntag 04A1B2C3D4E580")
        listener.wait_for(Presented)
        listener.let_cycles_pass(5)
        codes = _codes(bench.trace())
    found = [at for at, code in enumerate(codes[:-4]) if code == "4a*"]
    assert found
    # Field off, listing, receiver mode read and set; then the next look begins.
    assert {tuple(codes[at - 1 : at + 4]) for at in found} == {("32", "4a*", "06", "08", "32")}
    assert TALK not in codes


def test_a_phone_proves_itself_in_sixteen_commands(bench: PractiseBench, nfc_reader: Reader) -> None:
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        bench.trace()
        bench.do(f"put phone {PHONE}")
        listener.wait_for(Presented)
        codes = _codes(bench.trace())
    first = codes.index("4a*") - 1
    exchange = ["06", "08", "32", "42"]
    assert codes[first : first + 16] == ["32", "4a*", "32", "4a*", *3 * exchange]


def test_the_evidence_of_a_phone_is_its_answer_to_a_fresh_challenge(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    asked = set()
    with Listener(nfc_reader) as listener:
        for _ in range(2):
            bench.do(f"put phone {PHONE}")
            evidence = listener.wait_for(Presented).credential.evidence
            assert evidence is not None
            proof = base64.urlsafe_b64decode(evidence + "=" * (-len(evidence) % 4))
            challenge, identity, answer = proof[:20], proof[20:28], proof[28:]
            assert identity.hex() == PHONE
            key = hashlib.sha256(b"practise" + identity).digest()
            assert hmac.compare_digest(answer, hmac.digest(key, challenge + identity, "sha256"))
            asked.add(challenge[:16])
            bench.do("remove")
            listener.wait_for(Removed)
    assert len(asked) == 2


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
    with Listener(nfc_reader) as listener:
        for card, (_, value, _, _) in CARDS:
            bench.do(f"put {card}")
            assert listener.wait_for(Presented).credential.value == value
            bench.do("fault bad-checksum 2")
            listener.let_cycles_pass(3)
            logging.getLogger("test").info("%r", listener.events[-1])
        bench.do("unplug")
        listener.wait_for(ReaderDown)
    text = caplog.text.lower()
    assert "reader.down" in text
    assert "presented" in text
    assert [value for _, (_, value, _, _) in CARDS if value in text or value[2:] in text] == []


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
