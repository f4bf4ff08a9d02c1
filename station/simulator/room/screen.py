"""A terminal taken over for drawing, and given back as it was whatever happens."""

import os
import termios
import tty
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from station.simulator.room.face import PROMPT, Line
from station.simulator.room.typing_line import TypingLine

_ENTER: Final = "\x1b[?1049h\x1b[2J"
_LEAVE: Final = "\x1b[?1049l\x1b[?25h\x1b[0m"


class Screen:
    """Two descriptors of one terminal: keys come from `source`, lines are drawn on `out`."""

    def __init__(self, source: int, out: int) -> None:
        self._source = source
        self._out = out
        self._before = termios.tcgetattr(source)
        self._drawn: list[str] = []
        self._bottom = ""
        self._size = os.terminal_size((0, 0))

    def __enter__(self) -> Self:
        """Take the terminal; Ctrl-C stays a signal."""
        tty.setcbreak(self._source)
        self._write(_ENTER)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it back."""
        self._write(_LEAVE)
        termios.tcsetattr(self._source, termios.TCSADRAIN, self._before)

    def size(self) -> os.terminal_size:
        """Return columns and lines as they are now."""
        return os.get_terminal_size(self._out)

    def show(self, lines: Sequence[Line], typing: TypingLine) -> None:
        """Draw what changed, then the line being typed with the cursor in its place."""
        size = self.size()
        drawn = [_styled(line) for line in lines]
        is_new = size != self._size
        before = [] if is_new else self._drawn
        text = "\x1b[2J" if is_new else ""
        for at, line in enumerate(drawn):
            if before[at : at + 1] != [line]:
                text += f"\x1b[{at + 1};1H{line}\x1b[0m\x1b[K"
        room = size.columns - len(PROMPT) - 2
        start = max(0, typing.cursor - room)
        column = 2 + len(PROMPT) + typing.cursor - start
        shown = f" {PROMPT}{typing.text[start : start + room]}"
        bottom = f"\x1b[{len(drawn) + 1};1H{shown}\x1b[K\x1b[{len(drawn) + 1};{column}H"
        if text or bottom != self._bottom:
            self._write(f"\x1b[?25l{text}{bottom}\x1b[?25h")
        self._drawn, self._bottom, self._size = drawn, bottom, size

    def _write(self, text: str) -> None:
        data = text.encode()
        while data:
            data = data[os.write(self._out, data) :]


def _styled(line: Line) -> str:
    return "".join(f"\x1b[{style}m{text}\x1b[0m" if style else text for text, style in line)
