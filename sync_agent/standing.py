"""What is known of central and of the one request on its way, as values."""

from dataclasses import dataclass

from station import chain
from station.boot import UNNUMBERED
from station.tap import Reading
from sync_agent.wire import Position

BEGINNING = Position(0, chain.START)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of central as a whole, and of the agent itself.

    `halted` names the reason why nothing is sent until a person has looked. `time_floor_ms` is the
    latest time central has proven; `window_s` the reconnect window it last published.
    """

    inc: str | None = None
    term: int = 0
    time_floor_ms: int = 0
    attempt: int = 0
    halted: str | None = None
    window_s: int = 0
    success_boot: int | None = None
    success_raw_ms: int | None = None
    success_at: str | None = None
    roster_version: int | None = None
    roster_etag: str | None = None
    config_version: int | None = None
    config_etag: str | None = None

    def is_of_boot(self, reading: Reading) -> bool:
        """Tell whether the last success was in the boot of a reading; nobody can of one without a number."""
        return reading.boot != UNNUMBERED and self.success_boot == reading.boot


@dataclass(frozen=True, slots=True)
class Peer:
    """How far one epoch has come at central, and the ratchet token both ends hold for it.

    `parted` says why nothing is sent of the epoch any more (fork, rollback or clone). `agreed_seq` is
    the last place at which central was then proven to hold what the journal holds, in the life
    `agreed_inc` of its store; None while that is not known yet. `carried_seq` is how far the entries
    after it, or behind a hole of the epoch, were carried into another.
    """

    epoch: int
    is_registered: bool = False
    acked: Position = BEGINNING
    safe_seq: int = 0
    token: str | None = None
    sync_no: int = 0
    inc: str | None = None
    carried_seq: int = 0
    parted: str | None = None
    agreed_seq: int = 0
    agreed_inc: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """The one request that may be on its way, byte for byte."""

    epoch: int
    sync_no: int
    nonce: str
    first: int
    last: int
    batch_h: bytes
    head_seq: int
    boot: int
    t1_raw_ms: int
    idempotency_key: str
    message: bytes
