"""What every reader does alike, whatever its device."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import pytest

from station.clock import SystemClock
from station.reader import (
    Credential,
    Presented,
    Reader,
    ReaderDown,
    ReaderSettings,
    ReaderUp,
    Reason,
    Removed,
    Unreadable,
    build,
)
from station.reader.nfc import NfcReader
from station.reader.nfc_chip import open_usb
from station.reader.scripted import Cue, ScriptedReader
from station.simulator.cards import Ntag213
from station.simulator.isodep import bank_card
from tests.fakes.simulator import Listener, PractiseBench
from tests.fakes.usb_reader import UsbStick

CLOCK = SystemClock(boot=1)
NUMBERS = ("0a1b2c3d4e", "1122334455")
# What every number begins with, however short a card's is.
BEGINNING = slice(8)


class Bench(Protocol):
    """A reader with hands that can do to it what people do."""

    reader: Reader

    def present(self, number: str) -> None: ...
    def keep_holding(self, number: str) -> None: ...
    def present_rubbish(self) -> None: ...
    def remove(self) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...


class ScriptedBench:
    def __init__(self) -> None:
        self._script = ScriptedReader("scripted", CLOCK)
        self.reader: Reader = self._script

    def present(self, number: str) -> None:
        self._script.cue(Credential("em", number, "script", 1, None))

    def keep_holding(self, number: str) -> None:
        self.present(number)

    def present_rubbish(self) -> None:
        self._script.cue(Reason.MALFORMED)

    def remove(self) -> None:
        self._script.cue(Cue.REMOVE)

    def unplug(self) -> None:
        self._script.cue(Cue.UNPLUG)

    def plug(self) -> None:
        self._script.cue(Cue.PLUG)


class NfcBench:
    def __init__(self, bench: PractiseBench) -> None:
        self._bench = bench
        self.reader = build(ReaderSettings("nfc", "pn532", str(bench.link)), CLOCK)

    def present(self, number: str) -> None:
        self._bench.do(f"put ntag 04{number}aa")

    def keep_holding(self, number: str) -> None:
        """Do nothing: a card that lies there lies there."""

    def present_rubbish(self) -> None:
        self._bench.do("put hostile random-uid")

    def remove(self) -> None:
        self._bench.do("remove")

    def unplug(self) -> None:
        self._bench.do("unplug reader")

    def plug(self) -> None:
        self._bench.do("plug reader")


class PhoneBench(NfcBench):
    def present(self, number: str) -> None:
        self._bench.do(f"put phone 010203{number}")


class FelicaBench(NfcBench):
    def present(self, number: str) -> None:
        self._bench.do(f"put felica 011203{number}")


class ClassicBench(NfcBench):
    def present(self, number: str) -> None:
        self._bench.do(f"put classic {number[:8]}")


class SunBench(NfcBench):
    def present(self, number: str) -> None:
        self._bench.do(f"put sun 04{number}aa enc")


class UsbBench:
    def __init__(self) -> None:
        self._stick = UsbStick()
        self.reader: Reader = NfcReader(
            ReaderSettings("desk", "nfc-usb", "usb"),
            CLOCK,
            lambda _wall_ms: bytes(28),
            open_chip=partial(open_usb, plug=self._stick.plug_in),
        )

    def present(self, number: str) -> None:
        self._stick.put(Ntag213(bytes.fromhex(f"04{number}aa")))

    def keep_holding(self, number: str) -> None:
        """Do nothing: a card that lies there lies there."""

    def present_rubbish(self) -> None:
        self._stick.put(bank_card(bytes.fromhex("4A1B2C3D")))

    def remove(self) -> None:
        self._stick.remove()

    def unplug(self) -> None:
        self._stick.unplug()

    def plug(self) -> None:
        self._stick.plug()


class ScannerBench:
    def __init__(self, bench: PractiseBench, form: str) -> None:
        self._bench = bench
        self._form = form
        settings = ReaderSettings("scanner", "serial-line", str(bench.scanner_link), 9600, format=form)
        self.reader = build(settings, CLOCK)

    def present(self, number: str) -> None:
        self._bench.do(f"scan em {number}" if self._form == "rdm6300" else f"scan text em:{number}")

    def keep_holding(self, number: str) -> None:
        text = _frame(number) if self._form == "rdm6300" else f"em:{number}\r\n".encode()
        self._bench.do(f"scan bytes {(5 * text).hex()}")

    def present_rubbish(self) -> None:
        self._bench.do(
            "scan text rubbish" if self._form == "lines" else f"scan bytes {_frame('0' * 10).hex()}"
        )

    def remove(self) -> None:
        """Do nothing: these readers only ever fall silent."""

    def unplug(self) -> None:
        self._bench.do("unplug scanner")

    def plug(self) -> None:
        self._bench.do("plug scanner")


def _frame(number: str) -> bytes:
    check = 0
    for byte in bytes.fromhex(number):
        check ^= byte
    return b"\x02" + f"{number}{check:02x}".upper().encode() + b"\x03"


MAKERS: dict[str, Callable[[PractiseBench], Bench]] = {
    "scripted": lambda _bench: ScriptedBench(),
    "nfc-card": NfcBench,
    "nfc-classic": ClassicBench,
    "nfc-phone": PhoneBench,
    "nfc-sun": SunBench,
    "nfc-felica": FelicaBench,
    "nfc-usb": lambda _bench: UsbBench(),
    "rdm6300": lambda bench: ScannerBench(bench, "rdm6300"),
    "lines": lambda bench: ScannerBench(bench, "lines"),
}


@pytest.fixture(params=MAKERS)
def at_work(request: pytest.FixtureRequest, bench: PractiseBench) -> Iterator[tuple[Bench, Listener]]:
    hands = MAKERS[request.param](bench)
    with Listener(hands.reader) as listener:
        listener.wait_for(ReaderUp)
        yield hands, listener


def test_a_held_card_is_presented_once_and_removed_once(at_work: tuple[Bench, Listener]) -> None:
    bench, listener = at_work
    bench.present(NUMBERS[0])
    first = listener.wait_for(Presented)
    bench.keep_holding(NUMBERS[0])
    listener.let_cycles_pass(3)
    bench.remove()
    listener.wait_for(Removed)
    assert [type(event) for event in listener.events] == [ReaderUp, Presented, Removed]
    assert NUMBERS[0][BEGINNING] in first.credential.value
    assert first.reader == bench.reader.name


def test_the_next_student_without_a_gap_is_a_tap_of_his_own(at_work: tuple[Bench, Listener]) -> None:
    bench, listener = at_work
    for number in NUMBERS:
        bench.present(number)
        assert number[BEGINNING] in listener.wait_for(Presented).credential.value
    assert [type(event) for event in listener.events] == [ReaderUp, Presented, Removed, Presented]


def test_the_next_student_is_read_after_the_first(at_work: tuple[Bench, Listener]) -> None:
    bench, listener = at_work
    for number in NUMBERS:
        bench.present(number)
        assert number[BEGINNING] in listener.wait_for(Presented).credential.value
        bench.remove()
        listener.wait_for(Removed)


def test_what_is_no_credential_is_said_once_and_the_next_card_is_read(
    at_work: tuple[Bench, Listener],
) -> None:
    bench, listener = at_work
    bench.present_rubbish()
    listener.wait_for(Unreadable)
    listener.let_cycles_pass(2)
    bench.remove()
    bench.present(NUMBERS[1])
    listener.wait_for(Presented)
    assert [type(event) for event in listener.events].count(Unreadable) == 1


def test_a_reader_survives_being_unplugged_and_plugged_in_again(at_work: tuple[Bench, Listener]) -> None:
    bench, listener = at_work
    for number in NUMBERS:
        bench.unplug()
        listener.wait_for(ReaderDown)
        assert bench.reader.health().state == "down"
        bench.plug()
        listener.wait_for(ReaderUp)
        bench.present(number)
        assert number[BEGINNING] in listener.wait_for(Presented).credential.value
        bench.remove()
        listener.wait_for(Removed)
    assert bench.reader.health().state == "ready"
    assert bench.reader.health().resets == 2


def test_a_card_taken_away_while_the_reader_is_unplugged_is_still_removed(
    at_work: tuple[Bench, Listener],
) -> None:
    bench, listener = at_work
    bench.present(NUMBERS[0])
    listener.wait_for(Presented)
    bench.unplug()
    listener.wait_for(ReaderDown)
    bench.remove()
    bench.plug()
    listener.wait_for(Removed)


def test_a_reader_stops_when_told_even_while_it_is_unplugged(at_work: tuple[Bench, Listener]) -> None:
    bench, listener = at_work
    bench.unplug()
    listener.wait_for(ReaderDown)
    listener.stop()


def test_a_reader_counts_its_work_for_the_watchdog(at_work: tuple[Bench, Listener]) -> None:
    bench, listener = at_work
    listener.let_cycles_pass(1)
    before = bench.reader.health()
    listener.let_cycles_pass(2)
    after = bench.reader.health()
    assert before.cycle_ms is not None
    assert after.cycle_ms is not None
    assert after.cycle_ms >= before.cycle_ms
    assert (after.state, after.since_ms) == (before.state, before.since_ms)
