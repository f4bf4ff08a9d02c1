"""What is scanned arrives from end to end, over a real port."""

import pytest

from station.clock import SystemClock
from station.reader import Asked, Presented, Reader, ReaderSettings, ReaderUp, TwoCards, Unreadable, build
from station.reader.serial_line import MOST_AT_ONCE
from tests.fakes.simulator import Listener, PractiseBench
from tests.station.reader.test_sc1 import QR_EVIDENCE, QR_TEXT


@pytest.fixture
def scanner(bench: PractiseBench) -> Reader:
    settings = ReaderSettings("scanner", "serial-line", str(bench.scanner_link), 9600, format="lines")
    return build(settings, SystemClock(boot=1))


def test_a_phone_s_screen_held_before_the_scanner_is_one_tap(bench: PractiseBench, scanner: Reader) -> None:
    with Listener(scanner) as listener:
        listener.wait_for(ReaderUp)
        line = 3 * f"SC1Q:{QR_TEXT}\r\n".encode()
        bench.do(f"scan bytes {line.hex()}")
        found = listener.wait_for(Presented)
        listener.let_cycles_pass(3)
    assert (found.credential.evidence, found.credential.assurance) == (QR_EVIDENCE, 2)
    assert listener.about_cards() == ["0123456789abcdef"]


def test_a_line_of_staff_s_is_no_tap_and_said_once(bench: PractiseBench, scanner: Reader) -> None:
    with Listener(scanner) as listener:
        listener.wait_for(ReaderUp)
        bench.do("scan text staff:time:2026-11-20T17:05Z")
        asked = listener.wait_for(Asked)
        bench.do("scan text staff:time:2026-11-20T17:05Z")
        listener.let_cycles_pass(2)
        bench.do("scan text rubbish")
        listener.wait_for(Unreadable)
    assert (asked.text, asked.reader) == ("staff:time:2026-11-20T17:05Z", "scanner")
    assert [type(event) for event in listener.events] == [ReaderUp, Asked, Unreadable]


@pytest.mark.parametrize("between", ["", "rubbish\r"])
def test_one_printed_code_that_holds_a_whole_class_is_not_read_as_one(
    bench: PractiseBench, scanner: Reader, between: str
) -> None:
    with Listener(scanner) as listener:
        listener.wait_for(ReaderUp)
        code = between.join(f"em:{number:010X}\r" for number in range(1, 31))
        bench.do(f"scan bytes {code.encode().hex()}")
        listener.wait_for(TwoCards)
        listener.let_cycles_pass(20)
        bench.do("scan text em:0A1B2C3D4E")
        listener.wait_until(lambda: listener.about_cards()[-1:] == ["0a1b2c3d4e"])
    taken = [event for event in listener.events if isinstance(event, Presented)]
    assert len(taken) <= MOST_AT_ONCE + 1


def test_a_fob_reported_over_and_over_without_a_pause_is_one_fob(
    bench: PractiseBench, scanner: Reader
) -> None:
    with Listener(scanner) as listener:
        listener.wait_for(ReaderUp)
        code = 3 * MOST_AT_ONCE * b"em:0A1B2C3D4E\r"
        bench.do(f"scan bytes {code.hex()}")
        listener.wait_for(Presented)
        listener.let_cycles_pass(3)
    assert listener.about_cards() == ["0a1b2c3d4e"]
