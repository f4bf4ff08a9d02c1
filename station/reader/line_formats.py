"""The formats serial-line readers speak, as parsers of bytes that arrive in any pieces."""

import re
from typing import Protocol, TypeAlias

from station.credential import canonical_em
from station.reader import Credential, Reason, sc1
from station.reader.hold import Request
from station.reader.settings import LINES, RDM6300

Reading: TypeAlias = Credential | Reason | Request

LINE_CAP_BYTES = 512

_STX, _ETX = 0x02, 0x03
_FRAME_BYTES = 14
_KNOWN = re.compile(
    r"(?:sc1:(?P<sc1>[0-9a-f]{16})|em:(?P<em>[0-9a-f]{10})|sc1q:(?P<qr>.+)|staff:(?P<staff>[!-~]{1,64}))",
    re.IGNORECASE,
)


class Parser(Protocol):
    """Makes sights of bytes; what is left over waits for the next bytes."""

    def feed(self, data: bytes) -> list[Reading]:
        """Take bytes as they arrived and return what they complete, oldest first."""


class Rdm6300:
    """125 kHz modules: STX, ten hex digits, two hex digits with the XOR of the five bytes, ETX (14 bytes).

    A frame that is damaged is no frame: the search goes on one byte after its STX, so a good frame
    behind (or begun inside) a bad one is not lost.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Reading]:
        """Return the tags whose frames the bytes complete."""
        self._buffer += data
        found: list[Reading] = []
        while (start := self._buffer.find(_STX)) >= 0:
            del self._buffer[:start]
            if len(self._buffer) < _FRAME_BYTES:
                return found
            tag = _rdm6300_number(bytes(self._buffer[:_FRAME_BYTES]))
            del self._buffer[: 1 if tag is None else _FRAME_BYTES]
            if tag is not None:
                found.append(_em(tag, "em4100"))
        self._buffer.clear()
        return found


class Lines:
    """Scanners that end each reading with CR, LF or both.

    A reading is `SC1Q:<Base45>` (a phone's screen), `sc1:<16 hex>` or `em:<10 hex>` (printed), or
    `staff:<words>`. A line longer than 512 bytes is dropped whole, its tail too.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._is_overlong = False

    def feed(self, data: bytes) -> list[Reading]:
        """Return what stands on the lines the bytes complete; empty lines say nothing."""
        *ends, rest = re.split(rb"[\r\n]", data)
        found: list[Reading] = []
        for piece in ends:
            self._add(piece)
            if self._is_overlong:
                found.append(Reason.MALFORMED)
            elif self._line:
                found.append(_meaning(self._line.decode("latin-1").strip()))
            self._line.clear()
            self._is_overlong = False
        self._add(rest)
        return found

    def _add(self, piece: bytes) -> None:
        self._line += piece
        if len(self._line) > LINE_CAP_BYTES:
            self._is_overlong = True
            self._line.clear()


PARSERS: dict[str, type[Rdm6300 | Lines]] = {RDM6300: Rdm6300, LINES: Lines}


def _rdm6300_number(frame: bytes) -> bytes | None:
    if frame[-1] != _ETX:
        return None
    digits = frame[1:-1]
    if re.fullmatch(rb"[0-9A-Fa-f]{12}", digits) is None:
        return None
    *number, check = bytes.fromhex(digits.decode())
    for byte in number:
        check ^= byte
    return bytes(number) if check == 0 else None


def _meaning(line: str) -> Reading:
    match = _KNOWN.fullmatch(line)
    if match is None:
        return Reason.MALFORMED
    if match["em"]:
        return _em(bytes.fromhex(match["em"]), "scanner")
    if match["qr"]:
        return sc1.shown(match["qr"])
    if match["staff"]:
        return Request(f"staff:{match['staff']}")
    value = match["sc1"].lower()
    # A printed number proves nothing: whoever photographed it has it too.
    return Credential("sc1", value, "scanner", 1, None) if value.strip("0") else Reason.MALFORMED


def _em(number: bytes, tech: str) -> Credential | Reason:
    value = canonical_em(number)
    return Credential("em", value, tech, 1, None) if value else Reason.MALFORMED
