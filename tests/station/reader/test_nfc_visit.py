"""A card that speaks is asked who it is, then whether it is still there, and sometimes who it is again."""

import pytest

from station.clock import HandClock
from station.reader import Credential, ReaderSettings, Reason
from station.reader.hold import Sight
from station.reader.nfc_chip import open_usb
from station.reader.nfc_device import NfcDevice
from station.reader.nfc_visit import ASK_AGAIN_MS, ASK_AGAIN_TIMES
from station.simulator.cards import MifareClassic
from station.simulator.isodep import NOT_FOUND, App, IsoDepCard, bank_app
from station.simulator.phone import Phone, phone_card, stray_phone
from station.simulator.sun import SunTag, sun_card
from tests.fakes.usb_reader import UsbStick

PHONE = bytes.fromhex("0123456789abcdef")
TAG = bytes.fromhex("04DE5F1EACC040")
LIST, TALK = 0x4A, 0x42
# The ATS of a card that wants five seconds for every answer (FWI 14).
SLOW_ATS = bytes.fromhex("057880e002")
LONGEST_WAIT_INDEX = 12


class Room:
    """A reader that looks when it is told to, at a time that stands still meanwhile."""

    def __init__(self) -> None:
        self.stick = UsbStick()
        self.clock = HandClock()
        settings = ReaderSettings("desk", "nfc-usb", "usb")
        chip = open_usb(settings, lambda _seconds: None, self.stick.plug_in)
        self.device = NfcDevice(chip, self.clock, lambda _wall_ms: bytes(28))

    def look(self, after_ms: int = 0) -> Sight:
        self.clock.advance(after_ms)
        return self.device.look()[0]

    def did(self, code: int) -> int:
        return self.stick.chip.executed.get(code, 0)


@pytest.fixture
def room() -> Room:
    return Room()


def _phone(*, is_locked: bool = False) -> Phone:
    phone = stray_phone(PHONE, 1_789_000_000)
    phone.is_locked = is_locked
    return phone


class Counting:
    """An application that counts how often it is asked for by name, and is never there."""

    def __init__(self) -> None:
        self.asked = 0

    def begin(self) -> App:
        return self._answer

    def _answer(self, apdu: bytes) -> bytes:
        self.asked += b"ROLLBOOK" in apdu
        return bank_app(apdu)


def test_a_phone_unlocked_while_it_lies_there_is_read_within_a_second(room: Room) -> None:
    phone = _phone(is_locked=True)
    room.stick.put(phone_card(phone, bytes))
    assert room.look() is Reason.FOREIGN
    listed = room.did(LIST)
    phone.is_locked = False
    assert room.look(ASK_AGAIN_MS - 1) is Reason.FOREIGN
    found = room.look(1)
    assert isinstance(found, Credential)
    assert found.value == PHONE.hex()
    # Not listed anew: many phones are slower after the field went off than their owners are patient.
    assert room.did(LIST) == listed


def test_a_card_of_others_is_asked_once_a_second_ten_times_and_then_left_alone(room: Room) -> None:
    counting = Counting()
    room.stick.put(IsoDepCard(counting.begin, bytes.fromhex("4A1B2C3D")))
    tenth = ASK_AGAIN_MS // 10
    asked = []
    for _ in range(ASK_AGAIN_TIMES + 5):
        sights = {room.look(tenth) for _ in range(10)}
        assert sights == {Reason.FOREIGN}
        asked.append(counting.asked)
    assert asked == [*range(1, ASK_AGAIN_TIMES + 1), *5 * [ASK_AGAIN_TIMES + 1]]


def test_a_card_that_came_back_is_asked_afresh(room: Room) -> None:
    counting = Counting()
    card = IsoDepCard(counting.begin, bytes.fromhex("4A1B2C3D"))
    for visit in range(1, 4):
        room.stick.put(card)
        assert room.look() is Reason.FOREIGN
        assert counting.asked == visit
        room.stick.remove()
        assert room.look() is None


def test_a_tag_s_message_is_read_once_however_long_it_lies(room: Room) -> None:
    tag = SunTag(TAG)
    room.stick.put(sun_card(tag, bytes, is_random=True))
    sights = {room.look(1_000) for _ in range(20)}
    assert len(sights) == 1
    assert tag.counter == 1


def test_a_tag_without_a_name_that_misses_one_question_is_not_taken_for_another(room: Room) -> None:
    tag = SunTag(TAG)
    room.stick.put(sun_card(tag, bytes, is_random=True))
    first, unheard = room.look(), [1]

    def spoils(code: int) -> bool:
        unheard[0] -= code == TALK
        return code == TALK and unheard[0] >= 0

    room.stick.spoils = spoils
    assert room.look() is first
    assert (tag.counter, unheard[0]) == (1, -1)


def test_a_fault_of_the_line_does_not_make_a_tag_prove_itself_again(room: Room) -> None:
    tag = SunTag(TAG)
    room.stick.put(sun_card(tag, bytes, is_random=True))
    first = room.look()
    room.stick.fault("silence", 1)
    with pytest.raises(OSError, match="Input/output"):
        room.look()
    room.device.recover(lambda _seconds: None)
    assert room.look() is first


def test_the_next_card_is_read_in_the_look_that_misses_the_phone(room: Room) -> None:
    room.stick.put(phone_card(_phone(), bytes))
    room.look()
    room.stick.put(MifareClassic(bytes.fromhex("82ACB95D")))
    assert room.look() == Credential("uid", "82acb95d", "nfc-a", 1, None)


def test_who_left_is_waited_for_a_fifth_of_a_second_whatever_the_card_asked_for(room: Room) -> None:
    room.stick.put(IsoDepCard(lambda: lambda _apdu: NOT_FOUND, bytes.fromhex("4A1B2C3D"), ats=SLOW_ATS))
    assert room.look() is Reason.FOREIGN
    room.look()
    # 0.1 ms, doubled at each step: 204.8 ms at the twelfth.
    assert room.stick.chip._timeout_index <= LONGEST_WAIT_INDEX
