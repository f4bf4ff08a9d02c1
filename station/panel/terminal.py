"""A panel drawn in a terminal: lamps by position, their rhythm, the sound, and the word."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from itertools import cycle, islice, pairwise
from math import ceil
from typing import Final, TextIO

from station.panel.patterns import LETTERS, Lamp, Pattern, Step, pattern
from station.panel.player import Player, Wait, wait_for
from station.verdict import Sign, State

_GRAIN_MS: Final = 10
_SLOT: Final = 100 // _GRAIN_MS
_WIDTH: Final = 24
_SOUND_WIDTH: Final = 8
_JOIN_S: Final = 2.0
_CLEAR_LINE: Final = "\r\x1b[2K"
_DIM: Final = 2
_LETTER_OF: Final = {lamps: letter for letter, lamps in LETTERS.items()}
# Colour only adds to position, rhythm and word.
_COLOURS: Final = {Lamp.LEFT: 32, Lamp.MIDDLE: 33, Lamp.RIGHT: 31, Lamp.STATUS: 36}


class TerminalPanel:
    """Plays each sign on the bottom line of a terminal; writes plain lines anywhere else.

    An answer keeps a line of its own above, so that the person at the screen can look back.
    """

    def __init__(self, stream: TextIO, *, quiet: bool = False, wait: Wait = wait_for) -> None:
        self._stream = stream
        self._quiet = quiet
        self._marks = ("●", "○", "♪") if _can_write(stream, "●○♪") else ("#", "-", "o")
        self._behind: Sign = State.READY
        self._drawing = threading.Lock()
        self._bottom = ""
        self._is_live = stream.isatty()
        self._is_closed = False
        self._player = Player(self._play, quiet=quiet, wait=wait)
        self._thread = threading.Thread(target=self._work, name="panel", daemon=True)
        if self._is_live:
            self._thread.start()

    def show(self, sign: Sign) -> None:
        """Draw the sign; on a terminal, begin to play it."""
        if self._is_closed:
            return
        if not (self._is_live and isinstance(sign, State)):
            self._write(draw(sign, self._behind, quiet=self._quiet, colour=self._is_live) + "\n")
        if isinstance(sign, State):
            self._behind = sign
        self._player.show(sign)

    def close(self) -> None:
        """Stop playing and clear the line."""
        if self._is_live and not self._is_closed:
            self._player.stop()
            self._thread.join(_JOIN_S)
            with contextlib.suppress(OSError, ValueError):
                self._write("")
        self._is_closed = True

    def _work(self) -> None:
        # On a terminal that went away nothing plays; `show` tells the loop.
        with contextlib.suppress(OSError, ValueError):
            self._player.play()

    def _play(self, sign: Sign, step: Step) -> None:
        # Drawn when it changes, so that what a person types stays to be seen while nothing plays.
        if (face := self._face(sign, step)) != self._bottom:
            self._write(face, bottom=face)

    def _write(self, text: str, bottom: str = "") -> None:
        with self._drawing:
            self._bottom = bottom
            self._stream.write(_CLEAR_LINE + text if self._is_live else text)
            self._stream.flush()

    def _face(self, sign: Sign, step: Step) -> str:
        lit, unlit, note = self._marks
        left, middle, right, status = (
            _coloured(lit, _COLOURS[lamp]) if lamp in step.lamps else _coloured(unlit, _DIM) for lamp in Lamp
        )
        sound = note if step.sounds else " "
        return f"  {left}  {middle}  {right}    {status}    {sound}  {sign.value.upper()}"


def draw(sign: Sign, behind: Sign = State.READY, *, quiet: bool = False, colour: bool = False) -> str:
    """Return one line: four lamps by position, light and sound over time, and the word.

    A column is a tenth of a second, or two of a long pattern; the letters are those of the table of
    patterns, `o` is the buzzer. A `+` means that it goes on until put right.
    """
    shape = pattern(sign, behind, quiet=quiet)
    lit = frozenset().union(*(step.lamps for step in shape.steps))
    lamps = "".join(_lamp(lamp, is_lit=lamp in lit, colour=colour) for lamp in Lamp)
    light, sound = _rhythm(shape)
    more = "+" if shape.goes_on else " "
    return f"{lamps} light {light:{_WIDTH}}{more} sound {sound:{_SOUND_WIDTH}} {sign.value.upper()}"


def _can_write(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _lamp(lamp: Lamp, *, is_lit: bool, colour: bool) -> str:
    text = f"[{lamp.name[0]}]" if is_lit else "[ ]"
    return _coloured(text, _COLOURS[lamp]) if is_lit and colour else text


def _coloured(text: str, code: int) -> str:
    return f"\x1b[{'' if code == _DIM else '1;'}{code}m{text}\x1b[0m"


def _rhythm(shape: Pattern) -> tuple[str, str]:
    grains = [step for step in shape.steps for _ in range(step.ms // _GRAIN_MS)]
    if shape.goes_on:
        # Over and over, as far as there is room.
        grains = list(islice(cycle(grains), _WIDTH * _SLOT))
    size = _SLOT * ceil(len(grains) / (_WIDTH * _SLOT))
    starts = range(0, len(grains), size)
    heard = [step.sounds for step in grains]
    light = "".join(_LETTER_OF[grains[start].lamps] for start in starts)
    sound = "".join("o" if _sounds(heard, start, size) else "." for start in starts)
    return light, (sound[:_SOUND_WIDTH] if shape.goes_on else sound).rstrip(".")


def _sounds(heard: Sequence[bool], start: int, size: int) -> bool:
    slot = heard[start : start + size]
    # A beep shorter than a column still gets one, and the rest of a beep does not look like another.
    begins = any(now and not before for before, now in pairwise([start > 0 and heard[start - 1], *slot]))
    return begins or 2 * sum(slot) >= len(slot)
