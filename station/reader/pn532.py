"""Find a PN532 on a serial port at whatever speed it was left, and bring it to the speed wanted.

Frames and commands are those of the NXP user manual UM0701-02 (PN532), sections 6.2.1 and 7.2.
"""

from collections.abc import Callable

from station.errors import ReaderError
from station.reader.port import SerialPort

ACK = bytes.fromhex("0000ff00ff00")
FIRST_BAUD = 115200
# The speeds this chip is ever left at, the one after power-on first.
BAUDS = {115200: 4, 921600: 7, 460800: 6, 230400: 5}

_GET_FIRMWARE_VERSION = 0x02
_SET_SERIAL_BAUD_RATE = 0x10
_SAM_CONFIGURATION = 0x14
_NORMAL_MODE = bytes([0x01, 0x00, 0x00])
_PN532 = 0x32
_TO_CHIP = 0xD4
_FROM_CHIP = 0xD5

# A sleeping chip misses the first bytes. Ten zeros do after power-on; the second round is louder and
# begins with an ACK, which ends whatever command a process that died left running.
_WAKE_UP = (bytes(10), ACK + b"\x55\x55" + bytes(14))
ANSWER_S = 0.1
_SETTLE_S = 0.005


def bring_up(port: SerialPort, baud: int, pause: Callable[[float], object]) -> int:
    """Find the chip, wake it and set its speed; return the speed it was found at.

    Needed because a chip keeps its speed when the process that set it dies, and only a power cut
    makes it forget. `pause` waits the seconds it is given. Raises ReaderError, OSError or termios.error.
    """
    found, wake_up = _find(port)
    if _ask(port, wake_up, _SAM_CONFIGURATION, _NORMAL_MODE) is None:
        _fail("no-answer")
    if found != baud:
        if _ask(port, wake_up, _SET_SERIAL_BAUD_RATE, bytes([BAUDS[baud]])) is None:
            _fail("no-answer")
        # The chip changes over when it sees this ACK, so it must be out before the port changes too.
        port.write(ACK)
        port.flush()
        pause(_SETTLE_S)
        port.baudrate = baud
    return found


def _find(port: SerialPort) -> tuple[int, bytes]:
    for wake_up in _WAKE_UP:
        for baud in BAUDS:
            port.baudrate = baud
            version = _ask(port, wake_up, _GET_FIRMWARE_VERSION)
            if version is not None and version[:1] == bytes([_PN532]):
                return baud, wake_up
    return _fail("no-answer")


def _fail(word: str) -> tuple[int, bytes]:
    raise ReaderError(word)


def _ask(port: SerialPort, wake_up: bytes, code: int, data: bytes = b"") -> bytes | None:
    """Send a command and return the answer's data, or None when none came or it was damaged."""
    port.reset_input_buffer()
    port.write(wake_up + _frame(code, data))
    port.timeout = ANSWER_S
    if port.read(len(ACK)) != ACK:
        return None
    head = port.read(5)
    if len(head) < 5 or not head.startswith(b"\x00\x00\xff") or (head[3] + head[4]) & 0xFF:  # noqa: PLR2004 (00 00 FF LEN LCS)
        return None
    body = port.read(head[3] + 2)
    is_whole = len(body) == head[3] + 2 and not sum(body) & 0xFF
    return body[2:-2] if is_whole and body[:2] == bytes([_FROM_CHIP, code + 1]) else None


def _frame(code: int, data: bytes) -> bytes:
    body = bytes([_TO_CHIP, code]) + data
    return b"\x00\x00\xff" + bytes([len(body), -len(body) & 0xFF]) + body + bytes([-sum(body) & 0xFF, 0])
