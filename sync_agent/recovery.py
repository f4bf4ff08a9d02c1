"""Bring the agent's memory in line with what central was proven to hold, or not to hold."""

from dataclasses import replace

from station.logs import Log
from sync_agent.agreement import HashAt, Span
from sync_agent.consequence import Common, Part, Reregister, Rewind, Word
from sync_agent.memory import Memory
from sync_agent.outbox import Outbox
from sync_agent.outcome import Again, Later, Outcome, Reenrol
from sync_agent.standing import Peer, Standing
from sync_agent.wire import Position

log = Log(__name__)


class Recovery:
    """Changes the memory, one transaction each, after an answer that was no acknowledgement.

    Raises JournalError and MemoryFileError.
    """

    def __init__(self, outbox: Outbox, memory: Memory) -> None:
        self._outbox = outbox
        self._memory = memory
        # Begun anew by each process: a few questions are cheaper than keeping it.
        self._search: tuple[Peer, str, Span] | None = None

    def rewind(self, peer: Peer, judgement: Rewind) -> Outcome:
        """Go on from what central says it holds: it has less than it once acknowledged."""
        refusal = judgement.refusal
        safe_seq = min(peer.safe_seq, refusal.held.seq)
        self._memory.restart(
            replace(peer, acked=refusal.held, safe_seq=safe_seq, inc=refusal.inc), self._heard(refusal)
        )
        log.warning("server.lost_entries", epoch=peer.epoch, had=peer.acked.seq, has=refusal.held.seq)
        return Again("gap")

    def reregister(self, peer: Peer, judgement: Reregister) -> Outcome:
        """Register an epoch again that central does not know any more."""
        refusal = judgement.refusal
        self._memory.restart(replace(peer, is_registered=False, inc=refusal.inc), self._heard(refusal))
        log.warning("server.epoch_unknown", epoch=peer.epoch)
        return Again("epoch-unknown")

    def part(self, peer: Peer, judgement: Part) -> Outcome:
        """Send nothing of an epoch any more, and note from where on it is to be carried."""
        parted = replace(peer, parted=judgement.reason, agreed_inc=None)
        # No receipt stands for it: a store that went back unawares still bears the name of its old life.
        if self._hash_at(peer)(judgement.held.seq) == judgement.held.h:
            parted = _agreed(parted, judgement.held.seq, judgement.word.inc)
        return self._parted(parted, self._heard(judgement.word))

    def part_by_own_memory(self, peer: Peer, reason: str) -> Outcome:
        """Part an epoch whose journal is not the one that central acknowledged: an older copy came back."""
        return self._parted(replace(peer, parted=reason, agreed_inc=None), self._memory.standing())

    def heads(self, peer: Peer) -> list[Position]:
        """Return the places of a parted epoch to ask central about next."""
        return list(self._span(peer).heads(self._hash_at(peer)))

    def narrow(self, peer: Peer, asked: list[Position], common: Common) -> Outcome:
        """Take central's answer about a parted epoch; ask again, or note from where it is to be carried."""
        span = self._span(peer, common.word.inc).narrowed(
            asked, common.agreed_seq, common.held, self._hash_at(peer)
        )
        if span is None:
            return Later("the answer speaks of a place that was not asked about")
        if span.low < span.high and span.heads(self._hash_at(peer)):
            self._search = peer, common.word.inc, span
            return Again("digests")
        self._search = None
        self._memory.restart(_agreed(peer, span.low, common.word.inc), self._heard(common.word))
        log.info("epoch.agreed", epoch=peer.epoch, seq=span.low)
        return Again("agreed")

    def _parted(self, peer: Peer, standing: Standing) -> Outcome:
        # Counted as a failure until the next acknowledgement: were every new epoch refused as well,
        # they would follow one another more and more slowly.
        self._memory.restart(peer, replace(standing, attempt=standing.attempt + 1))
        reason = str(peer.parted)
        log.warning("epoch.parted", epoch=peer.epoch, why=reason, agreed=peer.agreed_inc and peer.agreed_seq)
        return Reenrol(reason) if self._outbox.newest_epoch() == peer.epoch else Again(reason)

    def _span(self, peer: Peer, inc: str | None = None) -> Span:
        if self._search is not None:
            searched, life, span = self._search
            # What was agreed in another life of the store says nothing about this one.
            if searched == peer and inc in {None, life}:
                return span
        return Span(0, self._outbox.head(peer.epoch).seq)

    def _hash_at(self, peer: Peer) -> HashAt:
        return lambda seq: self._outbox.hash_at(peer.epoch, seq)

    def _heard(self, word: Word) -> Standing:
        return heard(self._memory.standing(), word)


def heard(standing: Standing, word: Word) -> Standing:
    """Return the standing after something central signed: the life and term of its store, and its time."""
    at_ms = round(word.at.timestamp() * 1_000)
    return replace(
        standing,
        inc=word.inc,
        term=max(standing.term, word.term),
        time_floor_ms=max(standing.time_floor_ms, at_ms),
    )


def _agreed(peer: Peer, seq: int, inc: str) -> Peer:
    """Return a parted epoch whose common part ends at `seq` in that life of the server's store.

    Everything after the old place up to `carried_seq` was carried. Where central has less than it had,
    carrying begins anew from there: an entry carried twice counts once.
    """
    is_less = peer.agreed_inc is None or seq < peer.agreed_seq
    carried_seq = seq if is_less else max(peer.carried_seq, seq)
    return replace(peer, agreed_seq=seq, agreed_inc=inc, carried_seq=carried_seq)
