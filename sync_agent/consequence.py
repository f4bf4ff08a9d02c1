"""What may follow from one of central's answers, as values."""

from dataclasses import dataclass
from typing import TypeAlias

from sync_agent.wire import Ack, Answer, Beacon, DigestsNote, EpochNote, Position, Refusal

Word: TypeAlias = Ack | Refusal | DigestsNote
"""Something central signed; it tells in which life and term of its store, and when."""


@dataclass(frozen=True, slots=True)
class Proven:
    """Central holds every entry up to `ack.seq`; the one case in which anything counts as sent."""

    ack: Ack
    answer: Answer
    beacon: Beacon


@dataclass(frozen=True, slots=True)
class Registered:
    """Central knows the epoch."""

    note: EpochNote


@dataclass(frozen=True, slots=True)
class Rewind:
    """Central lacks entries it once acknowledged; send again from what it holds."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Reregister:
    """Central does not know the epoch; register it and begin it anew."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Part:
    """Central and the journal have gone apart (fork, rollback or clone); `held` is what central has.

    Nothing is lost: the journal keeps every entry, and what central lacks is carried into a new epoch.
    """

    reason: str
    held: Position
    word: Word


@dataclass(frozen=True, slots=True)
class Common:
    """Central told how far it holds an epoch, and the last of the places asked for at which both agree."""

    agreed_seq: int
    held: Position
    word: Word


@dataclass(frozen=True, slots=True)
class Shrink:
    """The batch is too large; halve it, and stay within what was said, if anything was."""

    entries: int | None = None
    body_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is known to have happened; try again later, with the very same bytes unless `discard`."""

    reason: str
    retry_after_s: float | None = None
    discard: bool = False


@dataclass(frozen=True, slots=True)
class Halt:
    """Central has taken the station out of use: nothing is sent until a person has put that right.

    The journal goes on growing and can be exported. Central is asked again every few hours, because
    nobody may come by the room the station hangs in.
    """

    reason: str


Judgement: TypeAlias = Proven | Registered | Rewind | Reregister | Part | Common | Shrink | Wait | Halt
