"""A USB reader that is not there: nfcpy's own driver and transport speak to the emulated chip."""

import errno
import importlib
import threading
from collections import deque
from collections.abc import Callable, Mapping
from types import ModuleType

import nfc.clf.transport

from station.reader.nfc_link import UsbLink
from station.simulator.chip import Answer, Chip
from station.simulator.faults import FaultPlan, Piece
from station.simulator.field import Card, Field
from station.simulator.frames import ACK, ERROR, Unframer, answer

DRIVERS = ("pn533", "pn531", "rcs956")

_DIAGNOSE, _VERSION, _READ, _WRITE, _RESET_MODE, _LIST = 0x00, 0x02, 0x06, 0x08, 0x18, 0x4A
_MEMORY = 0xA000
_NOT_ALLOWED = b"\x27"

libusb = nfc.clf.transport.libusb


class _UsbChip(Chip):
    """The emulated PN532, answering as its relative of the driver's name does."""

    def __init__(self, field: Field, driver: str) -> None:
        super().__init__(field)
        self._driver = driver

    def execute(self, code: int, data: bytes) -> Answer | None:
        result = super().execute(code, data)
        change = _DIFFERENCES[self._driver].get(code)
        return change(data, result) if change is not None else result


Change = Callable[[bytes, Answer | None], Answer]


def _bytes_of(result: Answer | None) -> bytes:
    return result.data if result is not None else b""


def _with_status(data: bytes, result: Answer | None) -> Answer:
    if int.from_bytes(data[:2], "big") >= _MEMORY:
        return Answer(_NOT_ALLOWED)
    return Answer(b"\x00" + _bytes_of(result))


def _as_the_pn531_lists(data: bytes, result: Answer | None) -> Answer:
    """Return SENS_RES the other way round and the UID with its cascade tag, for one card of seven bytes."""
    listed = _bytes_of(result)
    if data[1] == 0 and listed[5:6] == b"\x07":
        listed = listed[:2] + listed[3:1:-1] + listed[4:5] + b"\x08\x88" + listed[6:]
    return Answer(listed)


_DIFFERENCES: Mapping[str, Mapping[int, Change]] = {
    "pn533": {
        _VERSION: lambda _data, _result: Answer(bytes.fromhex("33020707")),
        _READ: _with_status,
        _WRITE: _with_status,
    },
    "pn531": {
        _VERSION: lambda _data, _result: Answer(bytes.fromhex("0402")),
        _LIST: _as_the_pn531_lists,
    },
    "rcs956": {
        _DIAGNOSE: lambda data, _result: Answer(data[1:]),
        _VERSION: lambda _data, _result: Answer(bytes.fromhex("33013007")),
        _WRITE: lambda _data, _result: Answer(b"\x00"),
        _RESET_MODE: lambda _data, _result: Answer(),
    },
}


class UsbStick:
    """The stick and what lies on it; all of it may be called from any thread.

    No time passes on it: what a real chip would be waited for is either there or never comes.
    """

    def __init__(self, driver: str = "pn533") -> None:
        self.field = Field()
        self.chip = _UsbChip(self.field, driver)
        self.faults = FaultPlan()
        self.spoils: Callable[[int], bool] = lambda _code: False
        self.is_plugged = True
        self.opened = 0
        self.closed = 0
        self._driver = driver
        self._lock = threading.Lock()

    def plug_in(self, path: str) -> tuple[ModuleType, UsbLink]:
        """Return the driver's module and a link to this stick, whatever the path."""
        if not self.is_plugged:
            raise OSError(errno.ENODEV, path)
        self.opened += 1
        return importlib.import_module(f"nfc.clf.{self._driver}"), _Link(_Handle(self))

    def put(self, card: Card) -> None:
        """Lay a card down, alone."""
        with self._lock:
            self.field.put(card)

    def add(self, card: Card) -> None:
        """Lay a second card beside it."""
        with self._lock:
            self.field.add(card)

    def remove(self) -> None:
        """Take everything away."""
        with self._lock:
            self.field.remove()

    def fault(self, name: str, times: int) -> None:
        """Let the next replies suffer a fault of the line."""
        with self._lock:
            self.faults.plan(name, times)

    def unplug(self) -> None:
        """Pull it out."""
        with self._lock:
            self.is_plugged = False
            self.chip.power_cut()

    def plug(self) -> None:
        """Put it back."""
        self.is_plugged = True

    def reply(self, code: int, data: bytes) -> list[Piece]:
        """Let the chip do a command and return what comes back."""
        with self._lock:
            result = self.chip.execute(code, data)
            body = Piece(ERROR) if result is None else Piece(answer(code, result.data))
            pieces = [Piece(ACK), body]
            return pieces[:1] if self.spoils(code) else self.faults.apply(code, pieces)


class _Handle:
    """libusb's handle of the device."""

    def __init__(self, stick: UsbStick) -> None:
        self._stick = stick
        self._unframer = Unframer()
        self._ready: deque[bytes] = deque()
        self._late: deque[bytes] = deque()

    def bulkWrite(self, _endpoint: int, data: bytes, _timeout: int) -> None:  # noqa: N802 (libusb's name)
        self._check()
        self._ready.clear()
        self._ready.extend(self._late)
        self._late.clear()
        for command in self._unframer.feed(data):
            if command.code is not None:
                for piece in self._stick.reply(command.code, command.data):
                    (self._late if piece.wait_s else self._ready).append(piece.data)

    def bulkRead(self, _endpoint: int, _size: int, timeout: int) -> bytes:  # noqa: N802 (libusb's name)
        self._check()
        assert timeout > 0, "nobody may wait for ever"
        if not self._ready:
            raise libusb.USBErrorTimeout
        return self._ready.popleft()

    def close(self) -> None:
        self._stick.closed += 1

    def _check(self) -> None:
        if not self._stick.is_plugged:
            raise libusb.USBErrorNoDevice


class _Endpoint:
    def getAddress(self) -> int:  # noqa: N802 (libusb's name)
        return 1

    def getMaxPacketSize(self) -> int:  # noqa: N802 (libusb's name)
        return 64


class _Link(UsbLink):
    def __init__(self, handle: _Handle) -> None:
        self.context = None
        self.usb_dev = handle
        self.usb_inp = self.usb_out = _Endpoint()
