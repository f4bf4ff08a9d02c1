"""Readers on USB are kept going as the PN532 is: nfcpy's own drivers on a chip that is emulated."""

from collections.abc import Iterator
from functools import partial

import pytest

from station.clock import SystemClock
from station.errors import ReaderError
from station.reader import (
    Presented,
    ReaderDown,
    ReaderSettings,
    ReaderUp,
    Reason,
    Removed,
    TwoCards,
    Unreadable,
    build,
)
from station.reader.nfc import NfcReader
from station.reader.nfc_chip import choose, open_usb
from station.reader.supervised import Pace
from station.simulator.cards import Felica, MifareClassic, Ntag213
from station.simulator.faults import FAULTS
from station.simulator.field import Card
from station.simulator.isodep import bank_card, type_b_card
from station.simulator.phone import phone_card, stray_phone
from tests.fakes.simulator import Listener
from tests.fakes.usb_reader import DRIVERS, UsbStick

SCL3711, RC_S380, ACR122U, MOUSE = (0x04E6, 0x5591), (0x054C, 0x06C3), (0x072F, 0x2200), (0x046D, 0xC077)
NTAG = bytes.fromhex("04A1B2C3D4E580")
CLASSIC = bytes.fromhex("82ACB95D")
PHONE = bytes.fromhex("0123456789abcdef")
POWER_DOWN = 0x16


def _reader(stick: UsbStick) -> NfcReader:
    return NfcReader(
        ReaderSettings("desk", "nfc-usb", "usb"),
        SystemClock(boot=1),
        lambda _wall_ms: bytes(28),
        open_chip=partial(open_usb, plug=stick.plug_in),
        pace=Pace(0.001, 0.001),
    )


@pytest.fixture(params=DRIVERS)
def stick(request: pytest.FixtureRequest) -> UsbStick:
    return UsbStick(request.param)


@pytest.fixture
def listener(stick: UsbStick) -> Iterator[Listener]:
    with Listener(_reader(stick)) as listening:
        listening.wait_for(ReaderUp)
        yield listening


def test_cards_and_phones_are_read_with_every_driver(stick: UsbStick, listener: Listener) -> None:
    cards: dict[str, Card] = {
        NTAG.hex(): Ntag213(NTAG),
        CLASSIC.hex(): MifareClassic(CLASSIC),
        "0112ab3c4d5e0120": Felica(bytes.fromhex("0112ab3c4d5e0120")),
        PHONE.hex(): phone_card(stray_phone(PHONE, 1_789_000_000), bytes),
    }
    for value, card in cards.items():
        stick.put(card)
        assert listener.wait_for(Presented).credential.value == value


def test_a_card_of_others_is_nobody_s(stick: UsbStick, listener: Listener) -> None:
    stick.put(bank_card(bytes.fromhex("4A1B2C3D")))
    assert listener.wait_for(Unreadable).reason == Reason.FOREIGN


def test_a_stick_pulled_out_and_put_back_reads_on(stick: UsbStick, listener: Listener) -> None:
    for card in (MifareClassic(CLASSIC), Ntag213(NTAG)):
        stick.unplug()
        assert listener.wait_for(ReaderDown).reason == "no-such-port"
        stick.plug()
        listener.wait_for(ReaderUp)
        stick.put(card)
        listener.wait_for(Presented)
    assert stick.opened == stick.closed + 1


def test_closing_puts_the_field_out_and_never_the_chip_to_sleep(stick: UsbStick) -> None:
    stick.put(MifareClassic(CLASSIC))
    with Listener(_reader(stick)) as listener:
        listener.wait_for(Presented)
    assert stick.closed == 1
    assert POWER_DOWN not in stick.chip.executed
    assert not stick.chip.registers[0x6304] & 0b11


@pytest.mark.parametrize("fault", FAULTS)
def test_after_every_fault_of_the_line_the_next_card_is_read(fault: str) -> None:
    stick = UsbStick()
    with Listener(_reader(stick)) as listener:
        stick.put(Ntag213(NTAG))
        listener.wait_for(Presented)
        stick.fault(fault, 4)
        listener.wait_until(lambda: stick.faults.left == 0)
        stick.remove()
        listener.wait_for(Removed)
        stick.put(MifareClassic(CLASSIC))
        listener.wait_for(Presented)
    assert listener.about_cards() == [NTAG.hex(), "Removed", CLASSIC.hex()]


def test_a_line_test_that_fails_twice_is_tried_a_third_time_before_anybody_is_told() -> None:
    stick, left = UsbStick(), [2]

    def spoils(code: int) -> bool:
        left[0] -= code == 0
        return code == 0 and left[0] >= 0

    stick.spoils = spoils
    with Listener(_reader(stick)) as listener:
        listener.wait_for(ReaderUp)
        assert stick.opened == 1
    assert listener.events == [ReaderUp("desk")]


def test_a_line_that_never_carries_the_longest_frame_is_down_and_given_back() -> None:
    stick = UsbStick()
    stick.spoils = lambda code: code == 0
    with Listener(_reader(stick)) as listener:
        assert listener.wait_for(ReaderDown).reason == "no-answer"
        listener.wait_until(lambda: stick.opened >= 2)
    assert stick.closed == stick.opened


def test_no_driver_may_wait_for_an_answer_without_end() -> None:
    # nfcpy's driver of the RC-S380 names no time at all, which USB takes for eternity.
    _, link = UsbStick().plug_in("usb")
    with pytest.raises(TimeoutError):
        link.read()


def test_a_chip_that_can_list_two_cards_tells_two_apart_and_one_that_cannot_reads_one() -> None:
    for driver, expected in (("pn531", ["TwoCards"]), ("pn533", [NTAG.hex()])):
        stick = UsbStick(driver)
        stick.put(Ntag213(NTAG))
        stick.add(MifareClassic(CLASSIC))
        with Listener(_reader(stick)) as listener:
            listener.wait_for(TwoCards if driver == "pn531" else Presented)
            listener.let_cycles_pass(5)
        assert listener.about_cards() == expected


def test_a_card_of_type_b_is_seen_by_the_chips_that_can() -> None:
    for driver, expected in (("pn533", ["Unreadable"]), ("rcs956", ["Unreadable"]), ("pn531", [])):
        stick = UsbStick(driver)
        stick.put(type_b_card(bytes.fromhex("1A2B3C4D")))
        with Listener(_reader(stick)) as listener:
            listener.let_cycles_pass(40)
        assert listener.about_cards() == expected


def test_the_first_reader_that_can_be_used_is_chosen() -> None:
    assert choose([(*MOUSE, 1, 2), (*ACR122U, 1, 3), (*SCL3711, 1, 4)]) == ("pn533", 1, 4)
    assert choose([(*RC_S380, 2, 5), (*SCL3711, 1, 4)]) == ("rcs380", 2, 5)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ([], "no-such-port"),
        ([(*MOUSE, 1, 2)], "no-such-port"),
        ([(*MOUSE, 1, 2), (*ACR122U, 1, 3)], "acr122u-unsupported"),
    ],
)
def test_without_such_a_reader_the_reason_is_a_word(
    found: list[tuple[int, int, int, int]], says: str
) -> None:
    with pytest.raises(ReaderError, match=says):
        choose(found)


def test_the_settings_choose_this_reader_and_nothing_is_opened_before_it_runs() -> None:
    reader = build(ReaderSettings("desk", "nfc-usb", "usb:001:004"), SystemClock(boot=1))
    assert (reader.name, reader.health().state) == ("desk", "opening")
