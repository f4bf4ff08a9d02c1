"""Every fault of the line to the chip, with one oracle: the next good card is read."""

from pathlib import Path

import pytest

from station.reader import Presented, Reader, ReaderDown, ReaderUp, Removed
from station.simulator.faults import FAULTS
from station.simulator.frames import ACK
from tests.fakes.simulator import Listener, PractiseBench

# More than the reader forgives in a row, so that opening suffers too.
TIMES = 4
FAULTS_BEFORE_OPENED_ANEW = 3
# What comes after a whole answer is thrown away with the next command.
HARMLESS = ("trailing-noise",)
# A tap takes 16 commands, and 24 of a tag with a message, whose first are the same. An exchange is four of
# them, so that every third command comes to each of the four.
PULLED_AFTER = {"phone 0123456789abcdef": range(1, 19, 3), "sun 04DE5F1EACC040": range(13, 27, 3)}
SLOW = {"late-answer": 2, "mute": 2, "late-ack": 2}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_card_held_through_a_fault_is_one_tap_and_the_next_card_is_read(
    fault: str, bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        bench.do("put ntag 04A1B2C3D4E580")
        listener.wait_for(Presented)
        bench.do(f"fault {fault} {SLOW.get(fault, TIMES)}")
        listener.wait_until(lambda: bench.do("status")["faults_left"] == 0)
        bench.do("remove")
        listener.wait_for(Removed)
        bench.do("put classic 82ACB95D")
        listener.wait_for(Presented)
    assert listener.about_cards() == ["04a1b2c3d4e580", "Removed", "82acb95d"]
    assert nfc_reader.health().counters.get("link-fault", 0) >= (fault not in HARMLESS)


@pytest.mark.parametrize("fault", ["silence", "error-frame", "truncated", "nack"])
@pytest.mark.parametrize(
    ("card", "value"),
    [("phone 0123456789abcdef", "0123456789abcdef"), ("sun 04DE5F1EACC040 random", "")],
    ids=["phone", "sun"],
)
def test_a_card_that_proves_itself_is_one_tap_through_a_fault(
    card: str, value: str, fault: str, bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        bench.do(f"put {card}")
        listener.wait_for(Presented)
        bench.do(f"fault {fault} 2")
        listener.wait_until(lambda: bench.do("status")["faults_left"] == 0)
        listener.let_cycles_pass(3)
        bench.do("remove")
        listener.wait_for(Removed)
    counted = nfc_reader.health().counters
    # A busy machine lets the chip answer too late, which is one fault more than was asked for.
    assert counted["opened"] == 1 or counted["link-fault"] >= FAULTS_BEFORE_OPENED_ANEW
    assert listener.about_cards() == [value, "Removed"] * (1 if value else counted["opened"])


def test_a_card_nobody_can_name_is_read_again_by_a_chip_that_had_to_be_opened_anew(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        bench.do("put sun 04DE5F1EACC040 random")
        listener.wait_for(Presented)
        bench.do(f"fault silence {FAULTS_BEFORE_OPENED_ANEW}")
        listener.wait_for(Removed)
        again = listener.wait_for(Presented)
    assert again.credential.evidence is not None
    assert nfc_reader.health().resets >= 1


@pytest.mark.parametrize("card", ["ntag 04A1B2C3D4E580", "classic 82ACB95D", "felica 0112AB3C4D5E0120"])
def test_a_card_held_askew_for_two_looks_is_one_tap(
    card: str, bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        bench.do(f"put {card}")
        listener.wait_for(Presented)
        for _ in range(3):
            bench.do("jitter 2")
            listener.let_cycles_pass(4)
    assert listener.about_cards() == [card.split()[1].lower()]


@pytest.mark.parametrize("card", PULLED_AFTER)
def test_a_card_pulled_away_at_any_command_of_its_tap_is_nobody_s_loss(
    card: str, bench: PractiseBench, nfc_reader: Reader, tmp_path: Path
) -> None:
    script = tmp_path / "pull"
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        for commands in PULLED_AFTER[card]:
            script.write_text(f"put {card}\nwait {commands} commands\nremove\n")
            bench.do(f"play {script}")
            listener.wait_until(lambda: _is_played(bench.do("status")))
            value = f"0400000000{commands:02x}aa"
            bench.do(f"put ntag {value}")
            while listener.wait_for(Presented).credential.value != value:
                """The phone may have been quicker than the hand."""
            listener.let_cycles_pass(2)
    read = [value for value in listener.about_cards() if value.startswith("04000000")]
    assert len(read) == len(set(read)) == len(PULLED_AFTER[card])


def _is_played(status: dict[str, object]) -> bool:
    script = status["script"]
    assert isinstance(script, dict)
    assert script["fault"] is None
    return bool(script["left"] == 0)


def test_a_reader_pulled_out_while_its_answer_is_awaited_reads_on(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        bench.do("fault mute 2")
        listener.wait_until(lambda: bench.do("status")["faults_left"] == 1)
        bench.do("unplug")
        listener.wait_for(ReaderDown)
        bench.do("fault mute 0")
        bench.do("plug")
        listener.wait_for(ReaderUp)
        bench.do("put classic 82ACB95D")
        listener.wait_for(Presented)


def test_a_wire_that_comes_loose_and_is_put_back_reads_on(bench: PractiseBench, nfc_reader: Reader) -> None:
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        # On a header there is no unplugging: the port stays, and nothing answers any more.
        bench.do("fault silence 1000000")
        assert listener.wait_for(ReaderDown).reason == "no-answer"
        bench.do("fault silence 0")
        listener.wait_for(ReaderUp)
        bench.do("put classic 82ACB95D")
        listener.wait_for(Presented)


def test_after_a_fault_the_chip_is_told_to_end_what_it_does(bench: PractiseBench, nfc_reader: Reader) -> None:
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        bench.trace()
        # The driver itself says so only when no answer came at all.
        bench.do("fault bad-checksum 1")
        listener.wait_until(lambda: bench.do("status")["faults_left"] == 0)
        listener.let_cycles_pass(1)
        assert any(line.startswith(">>>") and ACK.hex() in line for line in bench.trace())


@pytest.mark.parametrize("accident", ["stale-baud 921600", "stale-baud 230400", "power-cut"])
def test_a_chip_that_lost_its_mind_is_found_again(
    accident: str, bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        bench.do(accident)
        bench.do("put classic 82ACB95D")
        listener.wait_for(Presented)


def test_a_fault_at_every_step_of_opening_only_delays_it(bench: PractiseBench, nfc_reader: Reader) -> None:
    bench.do("fault silence 5")
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        bench.do("put classic 82ACB95D")
        listener.wait_for(Presented)
