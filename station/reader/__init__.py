"""The reader port: what a station's readers report, and the factory that makes one from its settings."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias

from station.clock import Clock
from station.reader.settings import NFC_USB, PN532, ReaderSettings

__all__ = [
    "Asked",
    "Credential",
    "Presented",
    "Reader",
    "ReaderDown",
    "ReaderEvent",
    "ReaderHealth",
    "ReaderSettings",
    "ReaderUp",
    "Reason",
    "Removed",
    "TwoCards",
    "Unreadable",
    "build",
]


class Credential(NamedTuple):
    """What was presented, in its canonical form.

    `kind` is one of `uid`, `idm`, `em`, `sc1` and `sun`; `value` is lower-case hex, and empty for `sun`
    alone, which only central can open; `tech` says how it was read (`nfc-a`, `nfc-f`, `iso-dep`, `em4100`,
    `scanner`); `assurance` runs from 1 (a number anybody can copy) to 3 (a device answered a fresh
    challenge); `evidence` is printable ASCII without a card's number, or None; `finding` is a word for
    the tap's flags, such as `sun_plain`.
    """

    kind: str
    value: str
    tech: str
    assurance: int
    evidence: str | None
    finding: str | None = None

    def __repr__(self) -> str:
        # The value identifies a person: it must not reach a log by way of a repr.
        return f"Credential(kind={self.kind!r}, tech={self.tech!r}, assurance={self.assurance})"


class Reason(StrEnum):
    """Why a presentation gave no credential."""

    RANDOM_UID = "random-uid"
    FOREIGN = "foreign"
    TORN = "torn"
    TOO_SLOW = "too-slow"
    MALFORMED = "malformed"
    PLAIN_MIRROR = "plain-mirror"


@dataclass(frozen=True, slots=True)
class Presented:
    """A credential came to the reader; reported once, however long it is held there."""

    credential: Credential
    reader: str
    raw_ms: int


@dataclass(frozen=True, slots=True)
class Removed:
    """The credential last presented has left; follows every `Presented`, even across a fault.

    `raw_ms` is when it was last seen, which may be long ago where the reader was blind in between.
    """

    reader: str
    raw_ms: int


@dataclass(frozen=True, slots=True)
class TwoCards:
    """Several cards lie on the reader; none of them is read until all are gone."""

    reader: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something was presented that is no credential; `reason` is a `Reason`."""

    reader: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of staff's was scanned: `text` is all of it, `staff:` in lower case and the rest as read."""

    text: str
    reader: str
    raw_ms: int


@dataclass(frozen=True, slots=True)
class ReaderUp:
    """The reader works, at first or again."""

    reader: str


@dataclass(frozen=True, slots=True)
class ReaderDown:
    """The reader stopped working, or never began; it keeps trying by itself."""

    reader: str
    reason: str


ReaderEvent: TypeAlias = Presented | Removed | TwoCards | Unreadable | Asked | ReaderUp | ReaderDown


@dataclass(frozen=True, slots=True)
class ReaderHealth:
    """How a reader fares: `state` is `opening`, `ready` or `down`, since `since_ms` (raw_ms).

    `resets` counts how often it had to be opened again; `cycle_ms` is the raw_ms of the last completed
    read cycle or attempt to open (None before it runs), for a watchdog; `counters` count by name;
    `fault` is the word for why it was last down, also once it is ready again.
    """

    state: str
    since_ms: int
    resets: int
    cycle_ms: int | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    fault: str | None = None


class Reader(Protocol):
    """Something that reads credentials; each runs in a thread of its own."""

    name: str

    def run(self, emit: Callable[[ReaderEvent], None], stop: threading.Event) -> None:
        """Report events until `stop` is set; block meanwhile, recover from every fault, never raise."""

    def health(self) -> ReaderHealth:
        """Say how the reader fares; callable from any thread."""


def build(
    settings: ReaderSettings, clock: Clock, pulse: Callable[[int], None] | None = None, station: str = ""
) -> Reader:
    """Make the reader the settings describe; nothing is opened before its `run`.

    `pulse(pin)` resets a PN532 by its RSTPDN line (low for 100 ms); without it `reset_pin` has no effect.
    `station` is the name phones are challenged in.
    """
    if settings.kind in (PN532, NFC_USB):
        from station.reader import sc1
        from station.reader.nfc import NfcReader

        pin = settings.reset_pin
        reset = None if pin is None or pulse is None else lambda: pulse(pin)
        return NfcReader(
            settings,
            clock,
            lambda wall_ms: sc1.challenge(station, secrets.token_bytes(sc1.NONCE_BYTES), wall_ms),
            reset=reset,
        )
    from station.reader.serial_line import SerialLineReader

    return SerialLineReader(settings, clock)
