"""One round of talk with central: what to send next, and what its answer changes, with no IO of its own."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from station.boot import UNNUMBERED
from station.clock import Clock
from station.errors import ChainError
from station.logs import Log
from station.tap import Reading
from sync_agent.composing import (
    Circumstances,
    Identity,
    compose_batch,
    compose_digests,
    compose_registration,
)
from sync_agent.consequence import (
    Common,
    Halt,
    Judgement,
    Part,
    Proven,
    Registered,
    Reregister,
    Rewind,
    Shrink,
    Wait,
)
from sync_agent.errors import CertificateDateError, CourierError
from sync_agent.ground import Ground
from sync_agent.judgement import is_valid_now, judge_batch, judge_digests, judge_registration
from sync_agent.memory import Memory
from sync_agent.outbox import Limits, Outbox
from sync_agent.outcome import Acked, Again, Halted, Later, Outcome, Reenrol
from sync_agent.ports import Courier, Nonce
from sync_agent.recovery import Recovery, heard
from sync_agent.standing import Peer, Pending, Standing
from sync_agent.wire import Position, instant_text, nonce_text

__all__ = ["Acked", "Again", "Exchange", "Halted", "Later", "Outcome", "Reenrol"]

log = Log(__name__)

_BELIEVED_NOES = 3


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
        self._recovery = Recovery(outbox, memory)
        self._limits = Limits()
        self._noes = 0
        self.health: Callable[[], Mapping[str, object]] = dict

    def round(self) -> Outcome:
        """Send one message, take one answer, and keep what it proves."""
        pending = self._memory.pending()
        epoch = pending.epoch if pending is not None else self._outbox.epoch_in_turn()
        if epoch is None:
            return Later("there is no journal yet")
        peer = self._memory.peer(epoch)
        try:
            return self._talk(peer, pending)
        except CertificateDateError as error:
            return self._ask_time(peer, error)
        except CourierError as error:
            return Later(str(error), answered=False)
        except ChainError:
            return Halted("journal-damaged")

    def _talk(self, peer: Peer, pending: Pending | None) -> Outcome:
        if peer.parted is not None:
            return self._agree(peer)
        if not peer.is_registered:
            return self._register(peer)
        is_first = pending is None
        if pending is None:
            contradiction = self._outbox.contradiction(peer)
            if contradiction is not None:
                return self._recovery.part_by_own_memory(peer, contradiction)
            pending = self._build(peer)
        reply = self._courier.send_batch(pending.message, pending.idempotency_key)
        reading = self._clock.reading()
        judgement = judge_batch(reply, pending, self._ground(peer))
        if isinstance(judgement, Proven):
            return self._accept(judgement, pending, reading)
        if self._is_doubtful(judgement, is_first=is_first):
            return Later("a no that nothing proves, to a request that may have arrived before")
        return self._follow(judgement, peer)

    def _is_doubtful(self, judgement: Judgement, *, is_first: bool) -> bool:
        """Say whether an answer would have a request made anew of which an earlier copy may be carried out.

        Central would take the new one for another copy of the station. Somebody on the way who always
        says no is believed in the end: nothing is lost by that.
        """
        is_no = isinstance(judgement, Shrink) or (isinstance(judgement, Wait) and judgement.discard)
        self._noes = self._noes + 1 if is_no and not is_first else 0
        return 0 < self._noes < _BELIEVED_NOES

    def _agree(self, peer: Peer) -> Outcome:
        """Ask how far central holds a parted epoch; without a question left, all waits for the station."""
        if peer.agreed_inc is not None and peer.agreed_inc == self._memory.standing().inc:
            return Reenrol(str(peer.parted))
        heads = self._recovery.heads(peer)
        nonce = nonce_text(self._nonce())
        reply = self._courier.ask_digests(compose_digests(self._identity, peer.epoch, nonce, heads))
        judgement = judge_digests(reply, nonce, self._ground(peer))
        if isinstance(judgement, Common):
            return self._recovery.narrow(peer, heads, judgement)
        return self._follow(judgement, peer)

    def _ask_time(self, peer: Peer, doubt: CertificateDateError) -> Outcome:
        """Let central's signed time decide whether its certificate or this machine's clock is wrong."""
        nonce = nonce_text(self._nonce())
        try:
            dated = self._courier.ask_time(nonce)
        except CourierError as error:
            return Later(str(error), answered=False)
        if not is_valid_now(dated, nonce, self._ground(peer)):
            return Later(str(doubt), answered=False)
        self._courier.overlook_dates()
        log.warning("clock.wrong", claims=self._clock.now().isoformat(timespec="seconds"))
        return Again("clock")

    def _build(self, peer: Peer) -> Pending:
        """Pack the next batch and keep it: a request is known before it is sent, or not sent."""
        parcel = self._outbox.parcel(peer, self._limits)
        standing = self._memory.standing()
        around = Circumstances(
            self._clock.reading(), self._nonce(), standing, self.health(), self._lost_receipt(peer)
        )
        pending = compose_batch(self._identity, peer, parcel, around)
        self._memory.offer(pending)
        return pending

    def _lost_receipt(self, peer: Peer) -> Mapping[str, object] | None:
        """Return central's receipt for more than it says to hold in the same life of its store."""
        found = None if peer.inc is None else self._memory.newest_receipt(peer.epoch, peer.inc)
        return found[1] if found is not None and found[0] > peer.acked.seq else None

    def _ground(self, peer: Peer) -> Ground:
        return Ground(
            station=self._identity.station,
            peer=peer,
            term=self._memory.standing().term,
            server_key=self._identity.server_key,
            hash_at=lambda seq: self._outbox.told_at(peer.epoch, seq),
        )

    def _accept(self, proven: Proven, pending: Pending, reading: Reading) -> Acked:
        ack, answer = proven.ack, proven.answer
        before = self._memory.peer(ack.epoch)
        acked = Position(ack.seq, ack.h)
        if ack.seq < before.acked.seq and ack.inc == before.inc:
            # What was carried there by hand has overtaken this request.
            acked = before.acked
        elif ack.seq < before.acked.seq:
            log.warning("server.lost_entries", epoch=ack.epoch, had=before.acked.seq, has=ack.seq)
        peer = replace(before, acked=acked, safe_seq=ack.safe_seq, token=answer.token, inc=ack.inc)
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
        match judgement:
            case Rewind():
                outcome = self._recovery.rewind(peer, judgement)
            case Reregister():
                outcome = self._recovery.reregister(peer, judgement)
            case Part():
                outcome = self._recovery.part(peer, judgement)
            case Shrink():
                outcome = self._shrink(judgement)
            case Halt():
                self._memory.discard()
                outcome = Halted(judgement.reason)
            case Wait():
                if judgement.discard:
                    self._memory.discard()
                outcome = Later(judgement.reason, judgement.retry_after_s)
            case _:
                outcome = Later("an answer to another question")
        return outcome

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
        genesis = self._outbox.genesis(peer.epoch)
        nonce, message = compose_registration(self._identity, peer.epoch, genesis)
        reply = self._courier.register_epoch(message)
        judgement = judge_registration(reply, nonce, self._ground(peer))
        if not isinstance(judgement, Registered):
            return self._follow(judgement, peer)
        # An epoch that is new to central has no entries and no ratchet there, whatever was once known.
        self._memory.restart(Peer(peer.epoch, is_registered=True, sync_no=peer.sync_no, inc=peer.inc))
        log.info("epoch.registered", epoch=peer.epoch, server=judgement.note.server)
        return Again("registered")


def _standing_after(standing: Standing, proven: Proven, reading: Reading) -> Standing:
    known = heard(standing, proven.ack)
    return replace(
        known,
        time_floor_ms=max(known.time_floor_ms, proven.beacon.t3_ms),
        attempt=0,
        halted=None,
        window_s=proven.answer.pace.reconnect_window_s,
        success_boot=reading.boot,
        success_raw_ms=reading.raw_ms,
        success_at=instant_text(proven.ack.at),
    )


def _beacon_payload(proven: Proven, pending: Pending, reading: Reading) -> Mapping[str, object] | None:
    # After a restart of the machine t1 belongs to another clock than t4, and before the station has
    # numbered the boot nobody can say of which clock both are: the pair would be a false fact.
    if reading.boot == UNNUMBERED or pending.boot != reading.boot:
        return None
    return {
        "t1": pending.t1_raw_ms,
        "t4": reading.raw_ms,
        "boot": reading.boot,
        "signed": dict(proven.answer.beacon),
    }
