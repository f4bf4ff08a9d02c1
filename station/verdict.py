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
    STAFF_OUTAGE = "staff: mark an outage"
    STAFF_TIME = "staff: attest the time"
    STAFF_ENROL = "staff: enrol a card"
    STAFF_SELF_TEST = "staff: test the station"
    STAFF_AWAITS_CARD = "staff: lay down the card to enrol"
    CARD_LEFT = "a card lies on the reader"
    CLOCK_UNTRUSTED = "clock untrusted"
    OFFLINE = "offline"
    READY = "ready"


class Notice(Enum):
    """What is shown once and answers no tap: how a wish of staff ended, the lamps' test, which station."""

    DONE = "done"
    FAILED = "failed"
    LAMP_TEST = "lamp test"
    HERE = "this station"


Sign: TypeAlias = Verdict | State | Notice
