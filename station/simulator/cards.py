"""Cards that are known by a number alone: NTAG213, MIFARE Ultralight and Classic, FeliCa, and their crc."""

from collections.abc import Callable
from typing import ClassVar, Protocol

_READ = 0x30
_GET_VERSION = 0x60
_FELICA_PMM = bytes.fromhex("0120220427674eff")
_FELICA_SYSTEM = bytes.fromhex("8008")


class TypeACard(Protocol):
    """A card that ISO 14443-3 type A can list and talk to; `sens_res` is in the chip's byte order."""

    uid: bytes
    sel_res: int

    @property
    def sens_res(self) -> bytes:
        """Return the answer to the first request, which tells how long the UID is."""

    def power_off(self) -> None:
        """Lose the field, and with it everything that was going on."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Return the answer to a frame without its CRC, or None for silence."""


class Mute:
    """A card that tells its number and nothing else; with `draw` another one at every loss of the field."""

    sel_res = 0x00

    def __init__(self, uid: bytes, *, draw: Callable[[], bytes] | None = None) -> None:
        self.uid = uid
        self._draw = draw

    @property
    def sens_res(self) -> bytes:
        """Return the answer to the first request."""
        return sens_res(self.uid)

    def power_off(self) -> None:
        """Forget nothing: this card keeps no state but, perhaps, its number."""
        if self._draw is not None:
            self.uid = self._draw()

    def transceive(self, _frame: bytes) -> bytes | None:
        """Stay silent."""
        return None


class MifareClassic(Mute):
    """A MIFARE Classic 1K: without a key it tells its UID alone."""

    sel_res = 0x08


class Ntag213(Mute):
    """An NTAG213 sticker: READ and GET_VERSION, and a refusal for everything else."""

    pages = 45
    version: ClassVar[bytes | None] = bytes.fromhex("0004040201000f03")
    refusal: ClassVar[bytes | None] = b"\x00"

    def __init__(self, uid: bytes) -> None:
        super().__init__(uid)
        self._memory = (uid[:3] + b"\x00" + uid[3:7]).ljust(4 * self.pages, b"\x00")

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer what a Type 2 tag is asked."""
        if frame == bytes([_GET_VERSION]) and self.version is not None:
            return self.version
        if len(frame) == 2 and frame[0] == _READ and frame[1] < self.pages:  # noqa: PLR2004 (READ, page)
            start = 4 * frame[1]
            return (self._memory + self._memory)[start : start + 16]
        return self.refusal


class Ultralight(Ntag213):
    """A MIFARE Ultralight: fewer pages, no version, and silence where a younger card refuses."""

    pages = 16
    version: ClassVar[bytes | None] = None
    refusal: ClassVar[bytes | None] = None


class Felica:
    """A FeliCa card, polled at 212 kbps by its own technology."""

    def __init__(self, idm: bytes) -> None:
        self.idm = idm

    def poll(self, system_wanted: bytes, request: int) -> bytes | None:
        """Return the polling answer (01, IDm, PMm, system code if asked for), or None for silence."""
        if any(want not in (0xFF, have) for want, have in zip(system_wanted, _FELICA_SYSTEM, strict=True)):
            return None
        return b"\x01" + self.idm + _FELICA_PMM + (_FELICA_SYSTEM if request == 1 else b"")


def sens_res(uid: bytes, high: int = 0x00) -> bytes:
    """Return SENS_RES in the chip's byte order: its bits 7 and 6 tell a UID of 4, 7 or 10 bytes."""
    return bytes([high, {4: 0x04, 10: 0x84}.get(len(uid), 0x44)])


def crc_a(data: bytes) -> bytes:
    """Return the two CRC bytes of ISO 14443-3 type A, low byte first."""
    crc = 0x6363
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc.to_bytes(2, "little")
