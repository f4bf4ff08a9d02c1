"""What one round of talk with central comes to, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sync_agent.wire import Pace


@dataclass(frozen=True, slots=True)
class Acked:
    """Central acknowledged; `more` when entries or epochs it lacks are known already.

    `roster`, `config` and `certificate` are what central offers: two versions, and a day to be signed.
    `beacon` is the payload for the journal: absent when the answer cannot bound the station's clock.
    """

    epoch: int
    seq: int
    more: bool
    pace: Pace
    roster: int | None
    config: int | None
    certificate: str | None
    beacon: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Again:
    """Nothing was acknowledged, but the next round has something new to say."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reenrol:
    """Nothing can be sent before the station has begun a new epoch; `reason` is why the newest is parted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing was acknowledged; try again, no sooner than asked. Unless `answered`, nobody was there."""

    reason: str
    retry_after_s: float | None = None
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Halted:
    """Nothing more is sent until a person has looked: the station is revoked, or its journal is damaged."""

    reason: str


Outcome: TypeAlias = Acked | Again | Reenrol | Later | Halted
