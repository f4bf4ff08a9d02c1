"""A PN532 as its host sees it: what each command of the user manual UM0701-02 does and answers.

Only what a reading host uses is there; any other command is answered by the error frame.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from station.simulator.cards import TypeACard, crc_a
from station.simulator.field import Field
from station.simulator.isodep import IsoDepCardB

IN_LIST_PASSIVE_TARGET = 0x4A

_BAUDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1288000)
_TX_MODE, _RX_MODE, _TX_CONTROL, _TX_AUTO, _FIFO = 0x6302, 0x6303, 0x6304, 0x6305, 0x6339
# At power-on and after each listing of type A: CRC on, 106 kbps.
_CRC_ON = 0x80
_FELICA_MODE = 0x92
_TYPE_B_MODE = 0x83
# With no card in the field the SENS_REQ is still in the FIFO; a host takes that for the sign of it.
_SENS_REQ = 0x26
_RF_TIMEOUT, _COMMAND_INVALID = 0x01, 0x27
_FIELD_ITEM, _TIMINGS_ITEM = 0x01, 0x02
_TYPE_A, _FELICA_212, _FELICA_424, _TYPE_B = 0, 1, 2, 3
_POWER_ON_TIMEOUT_INDEX = 0x0A


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's data, and how long the chip listens to the field before it gives it."""

    data: bytes = b""
    wait_s: float = 0.0


class Chip:
    """The chip with its registers, its field and its speed; `executed` counts commands by code.

    For its next `blind` listings it finds nothing, as when a card is held askew.
    """

    def __init__(self, field: Field) -> None:
        self.field = field
        self.blind = 0
        self.executed: dict[int, int] = {}
        self._saw_nothing = False
        self._commands: Mapping[int, Callable[[bytes], Answer | None]] = {
            0x00: self._diagnose,
            0x02: lambda _data: Answer(bytes.fromhex("32010607")),
            0x06: self._read_register,
            0x08: self._write_register,
            0x10: self._set_baud,
            0x12: lambda _data: Answer(),
            0x14: lambda _data: Answer(),
            0x16: lambda _data: Answer(b"\x00"),
            0x32: self._configure,
            0x42: self._communicate,
            0x44: lambda _data: Answer(b"\x00"),
            IN_LIST_PASSIVE_TARGET: self._list_targets,
            0x52: lambda _data: Answer(b"\x00"),
        }
        self.power_cut()

    def power_cut(self) -> None:
        """Be as after power-on."""
        self.baud = 115200
        self.registers = {_TX_MODE: _CRC_ON, _RX_MODE: _CRC_ON, _TX_CONTROL: 0x80, _TX_AUTO: 0x00}
        self._timeout_index = _POWER_ON_TIMEOUT_INDEX
        self._selected: TypeACard | IsoDepCardB | None = None
        self._switch_field(on=False)

    def execute(self, code: int, data: bytes) -> Answer | None:
        """Do a command and return its answer, or None for one the chip does not know or cannot parse."""
        self.executed[code] = self.executed.get(code, 0) + 1
        command = self._commands.get(code)
        return command(data) if command is not None else None

    def _diagnose(self, data: bytes) -> Answer:
        is_line_test = data[:1] == b"\x00"
        return Answer(data if is_line_test else b"\x00")

    def _read_register(self, data: bytes) -> Answer:
        addresses = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
        return Answer(bytes(self._register(address) for address in addresses))

    def _register(self, address: int) -> int:
        if address == _FIFO:
            return 0 if self.field.type_a() and not self._saw_nothing else _SENS_REQ
        return self.registers.get(address, 0)

    def _write_register(self, data: bytes) -> Answer:
        for at in range(0, len(data), 3):
            self.registers[int.from_bytes(data[at : at + 2], "big")] = data[at + 2]
        return Answer()

    def _set_baud(self, data: bytes) -> Answer | None:
        if len(data) != 1 or data[0] >= len(_BAUDS):
            return None
        # In force once the answer is out: whoever sends it reads the speed afterwards.
        self.baud = _BAUDS[data[0]]
        return Answer()

    def _configure(self, data: bytes) -> Answer | None:
        if not data:
            return None
        if data[0] == _FIELD_ITEM:
            self._switch_field(on=bool(data[1] & 1))
        if data[0] == _TIMINGS_ITEM:
            self._timeout_index = data[3]
        return Answer()

    def _switch_field(self, *, on: bool) -> None:
        self.registers[_TX_CONTROL] = 0x83 if on else 0x80
        if not on:
            self._selected = None
            self.field.fade()

    def _list_targets(self, data: bytes) -> Answer | None:
        most, speed, asked = data[0], data[1], data[2:]
        self._switch_field(on=True)
        self._saw_nothing = self.blind > 0
        if self._saw_nothing:
            self.blind -= 1
            self._selected = None
            return Answer(b"\x00")
        if speed == _TYPE_A:
            return self._list_type_a(most, asked)
        if speed == _TYPE_B:
            return self._list_type_b(most)
        if speed in (_FELICA_212, _FELICA_424):
            return self._list_felica(asked)
        return Answer(b"\x00")

    def _list_type_a(self, most: int, asked: bytes) -> Answer:
        self.registers[_TX_MODE] = self.registers[_RX_MODE] = _CRC_ON
        cards = [card for card in self.field.type_a() if not asked or _cascaded(card.uid) == asked][:most]
        # To look for a second card the chip puts the first one to sleep; it hears no more commands.
        self._selected = cards[0] if cards and most == 1 else None
        listed = b"".join(
            bytes([number]) + card.sens_res + bytes([card.sel_res, len(card.uid)]) + card.uid
            for number, card in enumerate(cards, 1)
        )
        return Answer(bytes([len(cards)]) + listed)

    def _list_type_b(self, most: int) -> Answer:
        self.registers[_TX_MODE] = self.registers[_RX_MODE] = _TYPE_B_MODE
        cards = self.field.type_b()[:most]
        self._selected = cards[0] if cards and most == 1 else None
        # The chip has activated each card by ATTRIB, whose answer is one byte.
        listed = b"".join(bytes([number]) + card.atqb + b"\x01\x00" for number, card in enumerate(cards, 1))
        return Answer(bytes([len(cards)]) + listed)

    def _list_felica(self, asked: bytes) -> Answer:
        self.registers[_TX_MODE] = self.registers[_RX_MODE] = _FELICA_MODE
        self._selected = None
        polled = [card.poll(asked[1:3], asked[3]) for card in self.field.felica()]
        answers = [answer for answer in polled if answer is not None][:1]
        listed = b"".join(b"\x01" + bytes([len(answer) + 1]) + answer for answer in answers)
        return Answer(bytes([len(answers)]) + listed)

    def _communicate(self, data: bytes) -> Answer:
        card = self._selected
        if card is None or card not in self.field.cards:
            return Answer(bytes([_RF_TIMEOUT]), self._timeout_s())
        heard = card.transceive(data)
        if heard is None:
            return Answer(bytes([_RF_TIMEOUT]), self._timeout_s())
        has_crc = not self.registers[_RX_MODE] & _CRC_ON and len(heard) > 1
        return Answer(b"\x00" + heard + (crc_a(heard) if has_crc else b""))

    def _timeout_s(self) -> float:
        return 0.0001 * 2 ** (self._timeout_index - 1) if self._timeout_index else 0.0


def _cascaded(uid: bytes) -> bytes:
    """Return a UID as a host names it: with a cascade tag before each level but the last."""
    if len(uid) > 7:  # noqa: PLR2004 (triple size)
        return b"\x88" + uid[:3] + b"\x88" + uid[3:]
    return b"\x88" + uid if len(uid) > 4 else uid  # noqa: PLR2004 (double size)
