"""Cards that are known by a number alone: NTAG213, MIFARE Classic, FeliCa, and the crc they speak with."""

from typing import Protocol

_READ = 0x30
_GET_VERSION = 0x60
_NTAG213_VERSION = bytes.fromhex("0004040201000f03")
_NTAG_PAGES = 45
_REFUSAL = b"\x00"
_FELICA_PMM = bytes.fromhex("0120220427674eff")
_FELICA_SYSTEM = bytes.fromhex("8008")


class TypeACard(Protocol):
    """A card that ISO 14443-3 type A can list and talk to; `sens_res` is in the chip's byte order."""

    uid: bytes
    sens_res: bytes
    sel_res: int

    def power_off(self) -> None:
        """Lose the field, and with it everything that was going on."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Return the answer to a frame without its CRC, or None for silence."""


class Ntag213:
    """An NTAG213 sticker: seven-byte UID, READ and GET_VERSION."""

    sens_res = bytes.fromhex("0044")
    sel_res = 0x00

    def __init__(self, uid: bytes) -> None:
        self.uid = uid
        self._pages = (uid[:3] + b"\x00" + uid[3:7]).ljust(4 * _NTAG_PAGES, b"\x00")

    def power_off(self) -> None:
        """Forget nothing: this card keeps no state."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer READ and GET_VERSION, and refuse what this card does not know."""
        if frame[:1] == bytes([_GET_VERSION]):
            return _NTAG213_VERSION
        if len(frame) == 2 and frame[0] == _READ and frame[1] < _NTAG_PAGES:  # noqa: PLR2004 (READ, page)
            start = 4 * frame[1]
            return (self._pages + self._pages)[start : start + 16]
        return _REFUSAL


class MifareClassic:
    """A MIFARE Classic 1K: it tells its UID and, without a key, nothing else."""

    sens_res = bytes.fromhex("0004")
    sel_res = 0x08

    def __init__(self, uid: bytes) -> None:
        self.uid = uid

    def power_off(self) -> None:
        """Forget nothing: this card keeps no state."""

    def transceive(self, _frame: bytes) -> bytes | None:
        """Stay silent."""
        return None


class Felica:
    """A FeliCa card, polled at 212 kbps by its own technology."""

    def __init__(self, idm: bytes) -> None:
        self.idm = idm

    def poll(self, system_wanted: bytes, request: int) -> bytes | None:
        """Return the polling answer (01, IDm, PMm, system code if asked for), or None for silence."""
        if any(want not in (0xFF, have) for want, have in zip(system_wanted, _FELICA_SYSTEM, strict=True)):
            return None
        return b"\x01" + self.idm + _FELICA_PMM + (_FELICA_SYSTEM if request == 1 else b"")


def crc_a(data: bytes) -> bytes:
    """Return the two CRC bytes of ISO 14443-3 type A, low byte first."""
    crc = 0x6363
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc.to_bytes(2, "little")
