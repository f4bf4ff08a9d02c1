"""Every fault of the line to the chip, with one oracle: the next good card is read."""

import pytest

from station.reader import Presented, Reader, ReaderUp, Removed
from station.simulator.faults import FAULTS
from tests.fakes.simulator import Listener, PractiseBench

# More than the reader forgives in a row, so that opening suffers too.
TIMES = 4
# What comes after a whole answer is thrown away with the next command.
HARMLESS = ("trailing-noise",)
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
def test_a_phone_held_through_a_fault_is_one_tap(
    fault: str, bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        bench.do("put phone 0123456789abcdef")
        listener.wait_for(Presented)
        bench.do(f"fault {fault} 2")
        listener.wait_until(lambda: bench.do("status")["faults_left"] == 0)
        listener.let_cycles_pass(3)
        bench.do("remove")
        listener.wait_for(Removed)
    assert listener.about_cards() == ["0123456789abcdef", "Removed"]


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
