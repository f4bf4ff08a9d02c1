"""Bugs that the simulator must find: each puts a wrong piece in the place of a real one, for one run."""

import dataclasses
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final

from central.intake import judge
from central.intake.evidence import Evidence
from central.intake.evidence_sqlite import SqliteEvidence
from station.journal import FILE_NAME, Row
from station.journal import file as journal_file
from sync_agent import carry
from sync_agent.memory import Memory
from sync_agent.outbox import Outbox, Parcel
from sync_agent.standing import Peer, Pending
from sync_agent.wire import Position

# A planted piece takes whatever the real one takes.
Patch = tuple[object, str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Plant:
    """One bug: what it says of itself, and what it puts in whose place."""

    says: str
    patches: Callable[[], Sequence[Patch]]


@contextmanager
def planted(name: str | None) -> Iterator[None]:
    """Have a bug for as long as this lasts; raises KeyError for one nobody knows."""
    patches = PLANTS[name].patches() if name else ()
    kept = [(target, attribute, getattr(target, attribute)) for target, attribute, _ in patches]
    try:
        for target, attribute, wrong in patches:
            setattr(target, attribute, wrong)
        yield
    finally:
        for target, attribute, right in kept:
            setattr(target, attribute, right)


def _delete_on_ack() -> Sequence[Patch]:
    accept = Memory.accept

    def wrong(self: Memory, peer: Peer, *rest: Any) -> None:  # noqa: ANN401  as the real one's
        accept(self, peer, *rest)
        path = self._path.with_name(FILE_NAME)
        with closing(sqlite3.connect(path)) as connection, connection:
            for (trigger,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall():
                connection.execute(f"DROP TRIGGER {trigger}")
            connection.execute("DELETE FROM entry WHERE epoch = ? AND seq < ?", (peer.epoch, peer.acked.seq))

    return [(Memory, "accept", wrong)]


def _no_rewind() -> Sequence[Patch]:
    accept, restart = Memory.accept, Memory.restart

    def ahead(memory: Memory, peer: Peer) -> Peer:
        before = memory.peer(peer.epoch)
        return dataclasses.replace(peer, acked=before.acked) if peer.acked.seq < before.acked.seq else peer

    def wrong_accept(self: Memory, peer: Peer, *rest: Any) -> None:  # noqa: ANN401  as the real one's
        accept(self, ahead(self, peer), *rest)

    def wrong_restart(self: Memory, peer: Peer, *rest: Any) -> None:  # noqa: ANN401  as the real one's
        restart(self, ahead(self, peer), *rest)

    return [(Memory, "accept", wrong_accept), (Memory, "restart", wrong_restart)]


def _time_cursor() -> Sequence[Patch]:
    parcel, has_news = Outbox.parcel, Outbox.has_news
    newest = dict[int, int]()

    def wall_ms(body: bytes) -> int:
        return int(body.split(b",", 6)[5])

    def is_behind(outbox: Outbox, found: Parcel) -> bool:
        return bool(found.bodies) and wall_ms(found.bodies[-1]) < newest.get(id(outbox), 0)

    def wrong_parcel(self: Outbox, peer: Peer, limits: Any) -> Parcel:  # noqa: ANN401  as the real one's
        found = parcel(self, peer, limits)
        if is_behind(self, found):
            return Parcel([], peer.acked, Position(peer.acked.seq, peer.acked.h))
        newest[id(self)] = max([newest.get(id(self), 0), *map(wall_ms, found.bodies)])
        return found

    def wrong_news(self: Outbox) -> bool:
        return has_news(self) and newest.get(id(self)) is None

    return [(Outbox, "parcel", wrong_parcel), (Outbox, "has_news", wrong_news)]


def _no_idempotency() -> Sequence[Patch]:
    return [(Evidence, "remembered", lambda _self, _envelope: None)]


def _light_before_fsync() -> Sequence[Patch]:
    store = journal_file.store
    held = list[tuple[sqlite3.Connection, int, Sequence[Row]]]()

    def wrong(connection: sqlite3.Connection, epoch: int, rows: Sequence[Row]) -> None:
        waiting = [one for one in held if one[0] is connection]
        held[:] = [one for one in held if one[0] is not connection]
        for one in waiting:
            store(*one)
        held.append((connection, epoch, rows))

    return [(journal_file, "store", wrong)]


def _carry_only_unacked() -> Sequence[Patch]:
    return [(carry, "_carried", lambda peer: max(peer.carried_seq, peer.acked.seq))]


def _ignore_clone() -> Sequence[Patch]:
    regression = judge._regression  # noqa: SLF001  a bug has no manners

    def wrong(*given: Any) -> object:  # noqa: ANN401  as the real one's
        objection = regression(*given)
        return None if objection is not None and objection.reason == "clone" else objection

    return [(judge, "_regression", wrong)]


def _new_nonce_per_retry() -> Sequence[Patch]:
    def wrong(_self: Memory) -> Pending | None:
        return None

    offer, discard = Memory.offer, Memory.discard

    def wrong_offer(self: Memory, pending: Pending) -> None:
        discard(self)
        offer(self, pending)

    return [(Memory, "pending", wrong), (Memory, "offer", wrong_offer)]


def _ack_before_store() -> Sequence[Patch]:
    begin, commit = SqliteEvidence.begin, SqliteEvidence.commit
    waiting = set[int]()

    def wrong_begin(self: SqliteEvidence) -> None:
        if id(self) in waiting:
            waiting.discard(id(self))
            commit(self)
        begin(self)

    def wrong_commit(self: SqliteEvidence) -> None:
        waiting.add(id(self))

    return [(SqliteEvidence, "begin", wrong_begin), (SqliteEvidence, "commit", wrong_commit)]


PLANTS: Final = {
    "delete-on-ack": Plant("the station forgets what was acknowledged", _delete_on_ack),
    "no-rewind": Plant("the agent's cursor never goes back", _no_rewind),
    "time-cursor": Plant("the agent sends what its wall clock calls newer", _time_cursor),
    "no-idempotency": Plant("central forgets which requests it has answered", _no_idempotency),
    "light-before-fsync": Plant("the light turns green before the commit", _light_before_fsync),
    "carry-only-unacked": Plant("a new epoch carries what no receipt was seen for", _carry_only_unacked),
    "ignore-clone": Plant("central takes any ratchet token", _ignore_clone),
    "new-nonce-per-retry": Plant("a request is made anew at every try", _new_nonce_per_retry),
    "ack-before-store": Plant("central answers before the commit", _ack_before_store),
}
