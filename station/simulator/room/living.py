"""How a person lives in a practice room: on a screen that is drawn, or line by line."""

import os
import selectors
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self, TextIO

from station.panel.player import Player
from station.simulator.room import face
from station.simulator.room.cast import CAST
from station.simulator.room.errands import Errands
from station.simulator.room.practice import Room
from station.simulator.room.screen import Screen
from station.simulator.room.typing_line import TypingLine

_GLANCE_S: Final = 0.04
_CHUNK: Final = 4096
_END_OF_TYPING: Final = b"\x04"
_JOIN_S: Final = 2.0


class _Living:
    """Waits for what is typed and for what happens, until it is over; `refresh` shows it."""

    def __init__(self, room: Room, errands: Errands, source: int) -> None:
        self._room = room
        self._errands = errands
        self._source = source
        # Not epoll: standard input may be a file.
        self._selector = selectors.PollSelector()
        self._selector.register(source, selectors.EVENT_READ, self._take_typed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()

    def run(self) -> None:
        """Live until somebody quits, or until all that was typed has been done and no more can come."""
        self._errands.begin()
        while not self._errands.is_over:
            for key, _events in self._selector.select(_GLANCE_S):
                key.data()
            self._room.look()
            self._errands.go_on()
            self._refresh()
            if self._source not in self._selector.get_map() and self._errands.is_idle:
                return
        self._room.look()

    def _take_typed(self) -> None:
        data = os.read(self._source, _CHUNK)
        for line in self._lines(data):
            self._errands.type(line)
        if not data or _END_OF_TYPING in data:
            self._selector.unregister(self._source)

    def _lines(self, data: bytes) -> Sequence[str]:
        raise NotImplementedError

    def _refresh(self) -> None:
        raise NotImplementedError


class InLines(_Living):
    """Each thing that happens is a line, for a pipe, a file or a plain terminal."""

    def __init__(self, room: Room, errands: Errands, source: int, out: TextIO) -> None:
        super().__init__(room, errands, source)
        self._out = out
        self._rest = b""
        room.scene.hear = self._write

    def _lines(self, data: bytes) -> Sequence[str]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if not data and self._rest:
            lines.append(self._rest)
        return [line.decode(errors="replace") for line in lines]

    def _refresh(self) -> None:
        self._out.flush()

    def _write(self, what: str, line: str) -> None:
        self._out.write(f"{what:<8}{line}\n")


class OnScreen(_Living):
    """The panel is drawn and played; `terminal` are the descriptors keys come from and lines go to."""

    def __init__(
        self, room: Room, errands: Errands, player: Player, terminal: tuple[int, int], edges: int
    ) -> None:
        super().__init__(room, errands, terminal[0])
        self._screen = Screen(*terminal)
        self._player = player
        self._typing = TypingLine(self._complete)
        self._thread = threading.Thread(target=player.play, name="panel", daemon=True)
        # Drawn at the very edge of a light, not at the next glance.
        self._selector.register(edges, selectors.EVENT_READ, lambda: os.read(edges, _CHUNK))

    def __enter__(self) -> Self:
        self._screen.__enter__()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._player.stop()
        self._thread.join(_JOIN_S)
        self._screen.__exit__(kind, error, trace)
        super().__exit__(kind, error, trace)

    def _lines(self, data: bytes) -> Sequence[str]:
        return self._typing.feed(data.replace(_END_OF_TYPING, b""))

    def _refresh(self) -> None:
        size = self._screen.size()
        self._screen.show(face.draw(self._room.scene, size.columns, size.lines), self._typing)

    def _complete(self, before: Sequence[str]) -> Sequence[str]:
        if not before:
            return self._errands.verbs
        return [*CAST, *self._room.phones()]
