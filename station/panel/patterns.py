"""How each sign looks and sounds, as data: lamp position, rhythm and sound, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from station.verdict import Notice, Sign, State, Verdict


class Lamp(Enum):
    """The lamps by where they sit; the captions beside them say the rest."""

    LEFT = 0
    MIDDLE = 1
    RIGHT = 2
    STATUS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """What is on for so many milliseconds."""

    ms: int
    lamps: frozenset[Lamp] = frozenset()
    sounds: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """Steps played once, or over and over until the next sign."""

    steps: tuple[Step, ...]
    goes_on: bool = False

    def silenced(self) -> Pattern:
        """Return the same pattern without its sound, for a room that must stay quiet."""
        return replace(self, steps=tuple(replace(step, sounds=False) for step in self.steps))


def _pattern(light: str, sound: str, slot_ms: int, *, goes_on: bool = False) -> Pattern:
    """Draw a pattern: one character a slot, `.` for nothing and letters for lamps.

    L, M, R and S are the lamps, A all of them, B the middle and right ones; `#` in `sound` is the buzzer.
    """
    slots = [Step(slot_ms, _LETTERS[lamp], note == "#") for lamp, note in zip(light, sound, strict=True)]
    steps = [slots[0]]
    for slot in slots[1:]:
        if (slot.lamps, slot.sounds) == (steps[-1].lamps, steps[-1].sounds):
            steps[-1] = replace(slot, ms=steps[-1].ms + slot_ms)
        else:
            steps.append(slot)
    return Pattern(tuple(steps), goes_on)


_LETTERS: Final = {
    ".": frozenset[Lamp](),
    "L": frozenset({Lamp.LEFT}),
    "M": frozenset({Lamp.MIDDLE}),
    "R": frozenset({Lamp.RIGHT}),
    "S": frozenset({Lamp.STATUS}),
    "A": frozenset(Lamp),
}

PATTERNS: Final[dict[Sign, Pattern]] = {
    # One 120 ms beep; the left lamp a whole second.
    Verdict.WELCOME: _pattern("L" * 25, "###" + "." * 22, 40),
    # Two blinks, two 60 ms beeps.
    Verdict.ALREADY_TAPPED: _pattern("LLLL....LLLL....", "#.......#.......", 60),
    # Three blinks at 2 Hz, one long tone of 500 ms.
    Verdict.NOT_ON_ROSTER: _pattern("M.M.M.", "##....", 250),
    # A second and a half of the right lamp, three 150 ms beeps.
    Verdict.SEE_TEACHER: _pattern("R" * 10, "#.#.#.....", 150),
    # Middle and right take turns four times, four 40 ms beeps.
    Verdict.READ_AGAIN: _pattern("MMMRRR" * 4, "#....." * 4, 40),
    # Everything at 5 Hz and a tone half of every second, until it is put right.
    Verdict.NOT_RECORDED: _pattern("A.A.A.A.A.", "#####.....", 100, goes_on=True),
    State.READER_DOWN: _pattern("S.", "..", 100, goes_on=True),
    # A double blink every four seconds.
    State.CLOCK_UNTRUSTED: _pattern("S.S." + "." * 16, "." * 20, 200, goes_on=True),
    # Two slow blinks, then a pause.
    State.OFFLINE: _pattern("SS..SS" + "." * 14, "." * 20, 400, goes_on=True),
    State.READY: _pattern(".", ".", 1_000, goes_on=True),
    # The staff's choices: one to four blinks of the status lamp, then a pause.
    State.STAFF_OUTAGE: _pattern("S." + "." * 8, "." * 10, 200, goes_on=True),
    State.STAFF_TIME: _pattern("S.S." + "." * 8, "." * 12, 200, goes_on=True),
    State.STAFF_ENROL: _pattern("S.S.S." + "." * 8, "." * 14, 200, goes_on=True),
    State.STAFF_SELF_TEST: _pattern("S.S.S.S." + "." * 8, "." * 16, 200, goes_on=True),
    State.STAFF_AWAITS_CARD: _pattern("M" * 5 + "." * 5, "." * 10, 100, goes_on=True),
    # A slow blink of the middle lamp.
    State.CARD_LEFT: _pattern("M...", "....", 500, goes_on=True),
    Notice.DONE: _pattern("L.L.L.", "#.#.#.", 100),
    Notice.FAILED: _pattern("R.R.R.", "######", 100),
    Notice.LAMP_TEST: _pattern("LMRS.", "....#", 250),
}


def pattern(sign: Sign, *, quiet: bool = False) -> Pattern:
    """Return how a sign looks and sounds, without its sound in a quiet room."""
    found = PATTERNS[sign]
    return found.silenced() if quiet else found
