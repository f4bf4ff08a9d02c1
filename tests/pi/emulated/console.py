"""The shell on the console of the emulated board."""

import base64
import hashlib
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.pi.waiting import Heard

_LISTENS: Final = b"the console listens"
_LINE: Final = 512
_ASKED_AGAIN: Final = 5
_TOLD: Final = re.compile(rb"([A-Za-z0-9+/]*=*) ([0-9a-f]{64}) (\d+)")


class Console:
    """Says commands to the shell and keeps all that was ever said in a file; one board, many boots."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._heard = Heard()
        self._one_at_a_time = threading.Lock()
        self._text = b""
        self._number = 0
        self._send: Callable[[bytes], None] = lambda _data: None

    def power_on(self, send: Callable[[bytes], None]) -> None:
        """Be wired to a board that was just switched on."""
        self._heard.begin()
        with self._heard:
            self._text, self._send = b"", send

    def feed(self, data: bytes) -> None:
        """Take bytes as they came from the board."""
        with self._log.open("ab") as log:
            log.write(data)
        with self._heard:
            self._text += data

    def hang_up(self, why: str) -> None:
        """Tell whoever waits that the board is off."""
        self._heard.hang_up(why)

    def wait_for_shell(self, timeout_s: float) -> None:
        """Wait until a shell listens; ConnectionError when the board is off."""
        self._wait(re.compile(_LISTENS), timeout_s)

    def run(self, command: str, timeout_s: float) -> tuple[int, str]:
        """Run a shell command as root; return its exit code and what it said, both streams in one.

        Errors: TimeoutError, and ConnectionError when the board is off; both with what was said last.
        """
        with self._one_at_a_time:
            self._number += 1
            typed = _typed(command)
            for _ in range(_ASKED_AGAIN):
                said = self._ask(typed + _answer(self._number), timeout_s)
                if said:
                    return said
                typed = b""
        msg = f"the console was talked over {_ASKED_AGAIN} times; what it said is in {self._log}"
        raise ConnectionError(msg)

    def _ask(self, typed: bytes, timeout_s: float) -> tuple[int, str] | None:
        """Return code and words, or None where others who speak on the console talked over them."""
        with self._heard:
            self._text = b""
        self._send(typed)
        mark = self._number
        heard = self._wait(re.compile(rf"<{mark}<(.*?)>{mark}>".encode(), re.DOTALL), timeout_s)
        told = _TOLD.fullmatch(heard[1])
        if not told:
            return None
        said = base64.b64decode(told[1])
        if hashlib.sha256(said).hexdigest().encode() != told[2]:
            return None
        return int(told[3]), said.decode(errors="replace")

    def _wait(self, pattern: re.Pattern[bytes], timeout_s: float) -> re.Match[bytes]:
        try:
            return self._heard.wait(
                lambda: pattern.search(self._text), timeout_s, "what the console was to say"
            )
        except OSError as error:
            error.add_note(self._text[-2000:].decode(errors="replace"))
            raise


def _typed(command: str) -> bytes:
    """Return what is typed for a command; as base64, for a terminal takes some letters for its own."""
    whole = base64.b64encode(command.encode()).decode("ascii")
    lines = "\n".join(whole[at : at + _LINE] for at in range(0, len(whole), _LINE))
    return (
        f"base64 -d > /run/asked <<.\n{lines}\n.\n"
        "bash /run/asked > /run/said 2>&1 < /dev/null; echo $? > /run/code\n"
    ).encode("ascii")


def _answer(mark: int) -> bytes:
    """Return what is typed to be told code and words, in one line that shows whether it came whole.

    The system and its services speak on the same console whenever they like.
    """
    # In two halves: what is typed must not look like what is awaited.
    told = "$(base64 -w0 /run/said) $(sha256sum < /run/said | cut -c1-64) $(cat /run/code)"
    return f"echo '<''{mark}<'\"{told}\"'>''{mark}>'\n".encode("ascii")
