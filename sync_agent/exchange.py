"""One round of talk with central: what to send next, and what its answer changes, with no IO of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from station.clock import Clock
from station.errors import ChainError
from station.logs import Log
from station.tap import Reading
from sync_agent.composing import Circumstances, Identity, compose_batch, compose_registration
from sync_agent.errors import CertificateDateError, CourierError
from sync_agent.judgement import (
    Ground,
    Halt,
    Judgement,
    Proven,
    Registered,
    Reregister,
    Rewind,
    Shrink,
    Wait,
    is_valid_now,
    judge_batch,
    judge_registration,
)
from sync_agent.memory import Memory
from sync_agent.outbox import Limits, Outbox
from sync_agent.ports import Courier, Nonce
from sync_agent.standing import Peer, Pending, Standing
from sync_agent.wire import Pace, Position, instant_text, nonce_text

log = Log(__name__)


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
class Later:
    """Nothing was acknowledged; try again, no sooner than asked. Unless `answered`, nobody was there."""

    reason: str
    retry_after_s: float | None = None
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Halted:
    """Nothing more may be sent until a person has looked."""

    reason: str


Outcome: TypeAlias = Acked | Again | Later | Halted


class Exchange:
    """The protocol's station side: its state lies in the outbox and the memory, its decisions in judgement.

    Raises JournalError and MemoryFileError; whatever else goes wrong is an outcome.
    """

    def __init__(
        self, identity: Identity, courier: Courier, outbox: Outbox, memory: Memory, clock: Clock, nonce: Nonce
    ) -> None:
        self._identity = identity
        self._courier = courier
        self._outbox = outbox
        self._memory = memory
        self._clock = clock
        self._nonce = nonce
        self._limits = Limits()
        self.health: Callable[[], Mapping[str, object]] = dict

    def round(self) -> Outcome:
        """Send one message, take one answer, and keep what it proves."""
        pending = self._memory.pending()
        epoch = pending.epoch if pending is not None else self._outbox.epoch_in_turn()
        if epoch is None:
            return Later("there is no journal yet")
        try:
            return self._talk(self._memory.peer(epoch), pending)
        except CertificateDateError as error:
            return self._ask_time(error)
        except CourierError as error:
            return Later(str(error), answered=False)
        except ChainError:
            return Halted("journal-damaged")

    def _talk(self, peer: Peer, pending: Pending | None) -> Outcome:
        if not peer.is_registered:
            return self._register(peer)
        if pending is None:
            pending = self._build(peer)
        reply = self._courier.send_batch(pending.message, pending.idempotency_key)
        reading = self._clock.reading()
        judgement = judge_batch(reply, pending, self._ground(peer))
        if isinstance(judgement, Proven):
            return self._accept(judgement, pending, reading)
        return self._follow(judgement, peer)

    def _ask_time(self, doubt: CertificateDateError) -> Outcome:
        """Let central's signed time decide whether its certificate or this machine's clock is wrong."""
        nonce = nonce_text(self._nonce())
        try:
            dated = self._courier.ask_time(nonce)
        except CourierError as error:
            return Later(str(error), answered=False)
        if not is_valid_now(dated, nonce, self._identity.server_key):
            return Later(str(doubt), answered=False)
        self._courier.overlook_dates()
        log.warning("clock.wrong", claims=self._clock.now().isoformat(timespec="seconds"))
        return Again("clock")

    def _build(self, peer: Peer) -> Pending:
        """Pack the next batch and keep it: a request is known before it is sent, or not sent."""
        parcel = self._outbox.parcel(peer, self._limits)
        standing = self._memory.standing()
        around = Circumstances(self._clock.reading(), self._nonce(), standing, self.health())
        pending = compose_batch(self._identity, peer, parcel, around)
        self._memory.offer(pending)
        return pending

    def _ground(self, peer: Peer) -> Ground:
        return Ground(
            station=self._identity.station,
            peer=peer,
            term=self._memory.standing().term,
            server_key=self._identity.server_key,
            hash_at=lambda seq: self._outbox.hash_at(peer.epoch, seq),
        )

    def _accept(self, proven: Proven, pending: Pending, reading: Reading) -> Acked:
        ack, answer = proven.ack, proven.answer
        before = self._memory.peer(ack.epoch)
        if ack.seq < before.acked.seq:
            log.warning("server.lost_entries", epoch=ack.epoch, had=before.acked.seq, has=ack.seq)
        peer = replace(
            before, acked=Position(ack.seq, ack.h), safe_seq=ack.safe_seq, token=answer.token, inc=ack.inc
        )
        standing = _standing_after(self._memory.standing(), proven, reading)
        self._memory.accept(peer, ack, answer.ack, standing)
        self._limits = self._limits.doubled().within(answer.pace.max_entries, answer.pace.max_bytes)
        log.info("sync.acked", epoch=ack.epoch, seq=ack.seq, sent=pending.last - pending.first + 1)
        return Acked(
            epoch=ack.epoch,
            seq=ack.seq,
            more=ack.seq < pending.head_seq or self._outbox.epoch_in_turn() != ack.epoch,
            pace=answer.pace,
            roster=answer.roster,
            config=answer.config,
            certificate=answer.certificate,
            beacon=_beacon_payload(proven, pending, reading),
        )

    def _follow(self, judgement: Judgement, peer: Peer) -> Outcome:
        if isinstance(judgement, Rewind):
            return self._rewind(peer, judgement.seq)
        if isinstance(judgement, Reregister):
            self._memory.restart(replace(peer, is_registered=False))
            log.warning("server.epoch_unknown", epoch=peer.epoch)
            return Again("epoch-unknown")
        if isinstance(judgement, Shrink):
            return self._shrink(judgement)
        if isinstance(judgement, Halt):
            self._memory.discard()
            return Halted(judgement.reason)
        if isinstance(judgement, Wait):
            if judgement.discard:
                self._memory.discard()
            return Later(judgement.reason, judgement.retry_after_s)
        return Later("an answer to another question")

    def _rewind(self, peer: Peer, seq: int) -> Outcome:
        rewound = self._outbox.rewound(peer, seq)
        if rewound is None:
            return Later("a gap was reported at a place the journal does not have")
        self._memory.restart(rewound)
        log.warning("server.lost_entries", epoch=peer.epoch, had=peer.acked.seq, has=seq)
        return Again("gap")

    def _shrink(self, judgement: Shrink) -> Outcome:
        smaller = self._limits.halved()
        smaller = smaller.within(
            judgement.entries or smaller.entries, judgement.body_bytes or smaller.body_bytes
        )
        self._memory.discard()
        if smaller == self._limits:
            return Later("too-large, though it is one entry")
        self._limits = smaller
        return Again("too-large")

    def _register(self, peer: Peer) -> Outcome:
        message = compose_registration(self._identity, peer.epoch, self._outbox.genesis(peer.epoch))
        reply = self._courier.register_epoch(message)
        judgement = judge_registration(reply, self._ground(peer))
        if not isinstance(judgement, Registered):
            return self._follow(judgement, peer)
        # An epoch that is new to central has no entries and no ratchet there, whatever was once known.
        self._memory.restart(Peer(peer.epoch, is_registered=True, sync_no=peer.sync_no))
        log.info("epoch.registered", epoch=peer.epoch, server=judgement.note.server)
        return Again("registered")


def _standing_after(standing: Standing, proven: Proven, reading: Reading) -> Standing:
    floor_ms = proven.beacon.t3_ms if proven.beacon is not None else 0
    return replace(
        standing,
        inc=proven.ack.inc,
        term=proven.ack.term,
        time_floor_ms=max(standing.time_floor_ms, floor_ms),
        attempt=0,
        halted=None,
        window_s=proven.answer.pace.reconnect_window_s,
        success_boot=reading.boot,
        success_raw_ms=reading.raw_ms,
        success_at=instant_text(proven.ack.at),
    )


def _beacon_payload(proven: Proven, pending: Pending, reading: Reading) -> Mapping[str, object] | None:
    # After a restart of the machine t1 belongs to another clock than t4: the pair would be a false fact.
    if proven.beacon is None or pending.boot != reading.boot:
        return None
    return {
        "t1": pending.t1_raw_ms,
        "t4": reading.raw_ms,
        "boot": reading.boot,
        "signed": dict(proven.answer.beacon),
    }
