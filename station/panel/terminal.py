"""A panel drawn in a terminal: lamps by position, their rhythm, the sound, and the word."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TextIO

from station.panel.patterns import Lamp, Pattern, Step, pattern
from station.verdict import Sign, State

_GRAIN_MS: Final = 10
_SLOT_MS: Final = 100
_WIDTH: Final = 20
_CLEAR_LINE: Final = "\r\x1b[2K"
# Colour only adds to position, rhythm and word.
_COLOURS: Final = {Lamp.LEFT: 32, Lamp.MIDDLE: 33, Lamp.RIGHT: 31, Lamp.STATUS: 36}


class TerminalPanel:
    """Draws on one line of a terminal over and over; writes plain lines anywhere else."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet
        self._is_terminal = stream.isatty()
        self._is_closed = False
        self._shown: Sign | None = None

    def show(self, sign: Sign) -> None:
        """Draw the sign; a state does not wipe out the verdict before it."""
        if self._is_closed:
            return
        text = draw(sign, quiet=self._quiet, colour=self._is_terminal)
        if not self._is_terminal:
            self._stream.write(text + "\n")
        elif isinstance(sign, State) and isinstance(self._shown, State | None):
            self._stream.write(_CLEAR_LINE + text)
        else:
            # A verdict keeps a line of its own, so the person at the screen can look back.
            self._stream.write("\n" + text if self._shown else _CLEAR_LINE + text)
        self._stream.flush()
        self._shown = sign

    def close(self) -> None:
        """End the line."""
        if not self._is_closed and self._is_terminal and self._shown is not None:
            self._stream.write("\n")
            self._stream.flush()
        self._is_closed = True


def draw(sign: Sign, *, quiet: bool = False, colour: bool = False) -> str:
    """Return one line: four lamps by position, light and sound over time, and the word.

    A column of the rhythm is a tenth of a second, or a twentieth of a longer pattern; L, M, R and S
    are the lamps, `#` all of them, `o` the buzzer. A `+` means that it goes on until put right.
    """
    shape = pattern(sign, quiet=quiet)
    lit = frozenset().union(*(step.lamps for step in shape.steps))
    lamps = "".join(_lamp(lamp, is_lit=lamp in lit, colour=colour) for lamp in Lamp)
    light, sound = _rhythm(shape)
    more = "+" if shape.goes_on else " "
    return f"{lamps} light {light}{more} sound {sound}{more} {sign.value.upper()}"


def _lamp(lamp: Lamp, *, is_lit: bool, colour: bool) -> str:
    text = f"[{lamp.name[0]}]" if is_lit else "[ ]"
    return f"\x1b[1;{_COLOURS[lamp]}m{text}\x1b[0m" if is_lit and colour else text


def _rhythm(shape: Pattern) -> tuple[str, str]:
    grains = [step for step in shape.steps for _ in range(step.ms // _GRAIN_MS)]
    size = max(_SLOT_MS // _GRAIN_MS, len(grains) // _WIDTH)
    slots = [grains[start : start + size] for start in range(0, len(grains), size)]
    light = "".join(_letter(slot[0]) for slot in slots)
    heard = [step.sounds for step in grains]
    sound = "".join("o" if _sounds(heard, start, size) else "." for start in range(0, len(grains), size))
    return light.ljust(_WIDTH), sound.ljust(_WIDTH)


def _sounds(heard: Sequence[bool], start: int, size: int) -> bool:
    slot = heard[start : start + size]
    # A beep shorter than a column still gets one, and the rest of a beep does not look like another.
    begins = any(now and not before for before, now in pairwise([start > 0 and heard[start - 1], *slot]))
    return begins or 2 * sum(slot) >= len(slot)


def _letter(step: Step) -> str:
    if len(step.lamps) > 1:
        return "#"
    return next((lamp.name[0] for lamp in step.lamps), ".")
