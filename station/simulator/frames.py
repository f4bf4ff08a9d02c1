"""The PN532's host frames as the chip sees them: commands in, acknowledgements and answers out.

Layout from the NXP user manual UM0701-02, section 6.2.1.
"""

from dataclasses import dataclass

ACK = bytes.fromhex("0000ff00ff00")
NACK = bytes.fromhex("0000ffff0000")
ERROR = bytes.fromhex("0000ff01ff7f8100")

_START = b"\x00\xff"
_TO_CHIP = 0xD4
_FROM_CHIP = 0xD5
_NORMAL_MAX = 0xFF


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the host: its code and its parameters; ACKs have neither."""

    code: int | None
    data: bytes = b""


class Unframer:
    """Cuts the host's bytes into commands; bytes that are no frame are passed over."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def clear(self) -> None:
        """Forget a frame begun."""
        self._buffer.clear()

    def feed(self, data: bytes) -> list[Command]:
        """Take bytes as they came and return the commands they complete."""
        self._buffer += data
        commands: list[Command] = []
        while (start := self._buffer.find(_START)) >= 0:
            del self._buffer[:start]
            size, command = _first(bytes(self._buffer))
            if size == 0:
                return commands
            del self._buffer[:size]
            if command is not None:
                commands.append(command)
        del self._buffer[:-1]
        return commands


def _first(data: bytes) -> tuple[int, Command | None]:
    """Return how many bytes the frame at the beginning takes (0: more are needed) and what it is."""
    if len(data) < 4:  # noqa: PLR2004 (00 FF LEN LCS)
        return 0, None
    length, check = data[2], data[3]
    if (length, check) == (0x00, 0xFF):
        return 4, Command(None)
    if (length, check) == (0xFF, 0xFF):
        if len(data) < 7:  # noqa: PLR2004 (00 FF FF FF LENm LENl LCS)
            return 0, None
        return _body(data, 7, int.from_bytes(data[4:6], "big"), sum(data[4:7]))
    return _body(data, 4, length, length + check)


def _body(data: bytes, at: int, length: int, check: int) -> tuple[int, Command | None]:
    if check & 0xFF or length < 2:  # noqa: PLR2004 (TFI and code)
        return len(_START), None
    end = at + length
    if len(data) <= end:
        return 0, None
    if sum(data[at : end + 1]) & 0xFF or data[at] != _TO_CHIP:
        return len(_START), None
    return end + 1, Command(data[at + 1], data[at + 2 : end])


def answer(code: int, data: bytes) -> bytes:
    """Return the frame that answers a command."""
    body = bytes([_FROM_CHIP, code + 1]) + data
    if len(body) <= _NORMAL_MAX:
        head = bytes([len(body), -len(body) & 0xFF])
    else:
        length = len(body).to_bytes(2, "big")
        head = b"\xff\xff" + length + bytes([-sum(length) & 0xFF])
    return b"\x00\x00\xff" + head + body + bytes([-sum(body) & 0xFF, 0])
