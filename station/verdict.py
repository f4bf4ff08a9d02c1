"""The answers a student may be shown, and the states a station itself may be in."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias


class Verdict(Enum):
    """The answer to one presentation; all but the last two mean that it was stored."""

    WELCOME = "welcome"
    NOT_ON_ROSTER = "not on the roster"
    ALREADY_TAPPED = "already tapped"
    SEE_TEACHER = "see the teacher"
    READ_AGAIN = "read again"
    NOT_RECORDED = "not recorded"


class State(Enum):
    """What the panel says while nobody taps, the gravest first."""

    READER_DOWN = "reader down"
    CLOCK_UNTRUSTED = "clock untrusted"
    OFFLINE = "offline"
    READY = "ready"


Sign: TypeAlias = Verdict | State
