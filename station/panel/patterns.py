"""How each sign looks and sounds, as data: lamp position, rhythm and sound, never colour alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from station.verdict import Notice, Sign, State, Verdict

QUIET_STRETCH: Final = 2
"""How many times as long an answer stays lit in a room that must stay quiet, so that nobody misses it."""


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

    def quieted(self) -> Pattern:
        """Return the pattern for a quiet room: no sound, and what is shown once stays longer."""
        stretch = 1 if self.goes_on else QUIET_STRETCH
        return Pattern(tuple(Step(step.ms * stretch, step.lamps) for step in self.steps), self.goes_on)


LETTERS: Final = {
    ".": frozenset[Lamp](),
    "L": frozenset({Lamp.LEFT}),
    "M": frozenset({Lamp.MIDDLE}),
    "R": frozenset({Lamp.RIGHT}),
    "S": frozenset({Lamp.STATUS}),
    # Small: the status lamp with it.
    "l": frozenset({Lamp.LEFT, Lamp.STATUS}),
    "r": frozenset({Lamp.RIGHT, Lamp.STATUS}),
    "A": frozenset(Lamp),
}
"""The letters a pattern is written with, and drawn with in a terminal."""


def _pattern(light: str, sound: str = "", *, goes_on: bool = False) -> Pattern:
    """Read a pattern as the table has it: letters with milliseconds, `#` for the buzzer, `.` for nothing."""
    lit, heard = _track(light), _track(sound)
    ends = sorted({end for end, _ in lit} | {end for end, _ in heard})
    steps = [
        Step(end - start, LETTERS[_at(lit, start)], _at(heard, start) == "#")
        for start, end in zip([0, *ends], ends, strict=False)
    ]
    return Pattern(tuple(steps), goes_on)


def _track(text: str) -> list[tuple[int, str]]:
    track, end = list[tuple[int, str]](), 0
    for letter, ms in re.findall(r"(\D)(\d+)", text.replace(" ", "")):
        end += int(ms)
        track.append((end, letter))
    return track


def _at(track: list[tuple[int, str]], ms: int) -> str:
    return next((letter for end, letter in track if ms < end), ".")


# Read a row aloud: "welcome: the left lamp for 1000 ms, a beep of 120 ms". docs/reference/panel.md says each
# in words. The status lamp speaks of the station, the others of a tap; no state ever lights the left one.
PATTERNS: Final[dict[Sign, Pattern]] = {
    Verdict.WELCOME: _pattern("L1000", "#120"),
    Verdict.ALREADY_TAPPED: _pattern("L240 .240 L240 .240", "#60 .420 #60"),
    Verdict.NOT_ON_ROSTER: _pattern("M250 .250 M250 .250 M250 .250", "#500"),
    Verdict.SEE_TEACHER: _pattern("R1500", "#150 .150 #150 .150 #150"),
    Verdict.READ_AGAIN: _pattern("M120 R120 " * 4, "#40 .200 " * 4),
    # The tone fills half of every second: nothing that was stored ever sounds so.
    Verdict.NOT_RECORDED: _pattern("A100 .100 " * 5, "#500 .500", goes_on=True),
    State.READER_DOWN: _pattern("S100 .100", goes_on=True),
    # Which of the staff's choices, by count.
    State.STAFF_OUTAGE: _pattern("S300 .1500", goes_on=True),
    State.STAFF_TIME: _pattern("S300 .300 " + "S300 .1500", goes_on=True),
    State.STAFF_ENROL: _pattern("S300 .300 " * 2 + "S300 .1500", goes_on=True),
    State.STAFF_SELF_TEST: _pattern("S300 .300 " * 3 + "S300 .1500", goes_on=True),
    State.STAFF_AWAITS_CARD: _pattern("M500 S500", goes_on=True),
    State.CARD_LEFT: _pattern("M1000 .1000", goes_on=True),
    State.CLOCK_UNTRUSTED: _pattern("S100 .100 S100 .3700", goes_on=True),
    State.OFFLINE: _pattern("S800 .800 S800 .5600", goes_on=True),
    State.READY: _pattern(".1000", goes_on=True),
    # With the status lamp, since these answer the staff and no tap.
    Notice.DONE: _pattern("l150 .150 l150 .150 l150 .150", "#100 .100 #400"),
    Notice.FAILED: _pattern("r150 .150 r150 .150 r150 .150", "#400 .100 #400"),
    Notice.LAMP_TEST: _pattern("L500 M500 R500 S500 .400", ".1500 #400 .100 #100"),
    # For somebody who stands before the wall: long enough to be seen, and silent in a class.
    Notice.HERE: _pattern("S1500 .500 " * 5),
}
# The beep of every welcome; the two slow blinks say that the tap has not reached central yet. The dark end
# keeps them apart from the same blinks of the state behind.
WELCOME_OFFLINE: Final = _pattern("l400 L400 l400 L400 .800", "#120")


def pattern(sign: Sign, behind: Sign = State.READY, *, quiet: bool = False) -> Pattern:
    """Return how a sign looks and sounds while `behind` is what it will give way to."""
    is_unsent = sign is Verdict.WELCOME and behind is State.OFFLINE
    found = WELCOME_OFFLINE if is_unsent else PATTERNS[sign]
    return found.quieted() if quiet else found
