"""A small central in memory: the server's rules for batches and epochs, with real signatures."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

from station import chain
from sync_agent import wire
from sync_agent.ports import Reply
from sync_agent.signing import SignatureError, SigningKey, VerifyKey, sign_note, sign_text

ACK_KEY = SigningKey(b"central acknowledges with this..")
CONFIG_KEY = SigningKey(b"central sends rosters with this.")
STRANGER_KEY = SigningKey(bytes(range(32)))
STATION = "st-r101"
NOW_MS = 1_795_190_462_101


@dataclass
class Held:
    """What is held of one epoch."""

    rows: list[tuple[bytes, bytes]] = field(default_factory=list)
    token: str | None = None
    token_inc: str = ""
    seen: dict[tuple[int, str], Reply] = field(default_factory=dict)

    @property
    def head(self) -> bytes:
        return _head(self.rows)


class Refusal(Exception):  # noqa: N818 (an answer on its way out, not a fault of the program)
    """A problem to be answered."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass
class State:
    """Everything a backup would hold."""

    epochs: dict[int, Held] = field(default_factory=dict)
    tokens: int = 0


@dataclass
class CentralRules:
    """Answers as central must; `alarms` collects what it would tell a person."""

    station_key: VerifyKey
    station: str = STATION
    state: State = field(default_factory=State)
    alarms: list[str] = field(default_factory=list)
    inc: str = "inc-1"
    term: int = 1
    max_entries: int = wire.MAX_ENTRIES
    max_bytes: int = wire.MAX_BODY_BYTES
    poll_s: int = 30
    reconnect_window_s: int = 0
    is_revoked: bool = False
    roster_text: str | None = None
    now_ms: Callable[[], int] = lambda: NOW_MS
    ack_key: SigningKey = ACK_KEY

    def bodies(self, epoch: int) -> list[bytes]:
        """Return the entries held of an epoch."""
        return [body for body, _ in self.state.epochs[epoch].rows]

    def backup(self) -> State:
        """Return a copy of everything held."""
        return copy.deepcopy(self.state)

    def restore(self, state: State) -> None:
        """Go back to a copy, and say so: a new life of the store, a higher term."""
        self.state = copy.deepcopy(state)
        self.term += 1
        self.inc = f"inc-{self.term}"

    def register(self, message: bytes) -> Reply:
        """Answer a registration."""
        try:
            registration, signed, signature = wire.parse_epoch_request(message)
            self.station_key.verify(signed, signature)
        except wire.WireError:
            return problem("malformed")
        except SignatureError:
            return problem("bad-signature")
        if registration.station != self.station:
            return problem("unknown-station")
        if self.is_revoked:
            return problem("revoked")
        self.state.epochs.setdefault(registration.epoch, Held(token_inc=self.inc))
        note = wire.EpochNote(
            station=self.station,
            epoch=registration.epoch,
            at=self._at(),
            server="s1",
            inc=self.inc,
            term=self.term,
        )
        return Reply(
            200, "application/json", json.dumps(sign_note("epoch", note.members(), self.ack_key)).encode()
        )

    def sync(self, message: bytes, digest: str | None = None, idempotency_key: str | None = None) -> Reply:
        """Answer a batch."""
        if digest not in {None, wire.content_digest(message)}:
            return problem("digest-mismatch")
        try:
            batch = wire.unpack(message, wire.MAX_MESSAGE_BYTES)
            self.station_key.verify(batch.signed_bytes, batch.signature)
            held = self._held(batch, idempotency_key)
            request = (batch.envelope.sync_no, batch.envelope.nonce)
            if request not in held.seen:
                self._append(held, batch)
                held.seen[request] = self._acknowledge(held, batch.envelope)
            return held.seen[request]
        except Refusal as refusal:
            return refusal.reply
        except wire.TooLargeError:
            return self._too_large()
        except wire.WireError:
            return problem("malformed")
        except SignatureError:
            return problem("bad-signature")

    def time(self, nonce: str) -> Reply:
        """Answer a question for the time."""
        now_ms = self.now_ms()
        beacon = wire.Beacon(station="", nonce=nonce, t2_ms=now_ms, t3_ms=now_ms, eps_ms=20, head=chain.START)
        body = json.dumps(sign_note("beacon", beacon.members(), self.ack_key)).encode()
        return Reply(200, "application/json", body)

    def roster(self, etag: str | None) -> Reply:
        """Answer a question for the roster."""
        if self.roster_text is None:
            return problem("unknown-station")
        tag = f'"r{json.loads(self.roster_text)["version"]}"'
        if etag == tag:
            return Reply(304, "", b"", etag=tag)
        body = json.dumps(sign_text("roster", self.roster_text, CONFIG_KEY)).encode()
        return Reply(200, "application/json", body, etag=tag)

    def _held(self, batch: wire.Batch, idempotency_key: str | None) -> Held:
        envelope = batch.envelope
        if idempotency_key not in {None, envelope.idempotency_key}:
            raise Refusal(problem("idempotency-mismatch"))
        if envelope.station != self.station:
            raise Refusal(problem("unknown-station"))
        if envelope.epoch not in self.state.epochs:
            raise Refusal(problem("epoch-unknown"))
        if self.is_revoked:
            raise Refusal(problem("revoked"))
        return self.state.epochs[envelope.epoch]

    def _append(self, held: Held, batch: wire.Batch) -> None:
        envelope = batch.envelope
        if envelope.count > self.max_entries or sum(map(len, batch.bodies)) > self.max_bytes:
            raise Refusal(self._too_large())
        if envelope.first > len(held.rows) + 1:
            raise Refusal(problem("gap", have_seq=len(held.rows), have_h=held.head.hex()))
        rows = self._joined(held, batch)
        if envelope.head.seq < len(rows):
            self._alarm("rollback", have_seq=len(rows))
        if envelope.head.seq == len(rows) and envelope.head.h != _head(rows):
            self._alarm("fork", seq=len(rows))
        # First contact in a new life of the store: the ratchet was lost with what the backup lacks.
        if envelope.token != held.token and held.token_inc == self.inc:
            self._alarm("clone")
        held.rows = rows
        self.state.tokens += 1
        held.token, held.token_inc = f"{self.inc}-t{self.state.tokens}", self.inc

    def _joined(self, held: Held, batch: wire.Batch) -> list[tuple[bytes, bytes]]:
        envelope = batch.envelope
        h, rows = _head(held.rows[: envelope.first - 1]), list(held.rows)
        if h != envelope.prev:
            self._alarm("fork", seq=envelope.first)
        for seq, body in enumerate(batch.bodies, start=envelope.first):
            h = chain.link(h, body)
            if seq > len(rows):
                rows.append((body, h))
            elif rows[seq - 1][1] != h:
                self._alarm("fork", seq=seq)
        if h != envelope.batch_h:
            self._alarm("fork", seq=envelope.last)
        return rows

    def _acknowledge(self, held: Held, envelope: wire.Envelope) -> Reply:
        ack = wire.Ack(
            station=self.station,
            epoch=envelope.epoch,
            seq=len(held.rows),
            h=held.head,
            safe_seq=0,
            at=self._at(),
            server="s1",
            inc=self.inc,
            term=self.term,
        )
        now_ms = self.now_ms()
        beacon = wire.Beacon(
            station=self.station, nonce=envelope.nonce, t2_ms=now_ms, t3_ms=now_ms, eps_ms=20, head=held.head
        )
        answer = wire.Answer(
            ack=sign_note("ack", ack.members(), self.ack_key),
            beacon=sign_note("beacon", beacon.members(), self.ack_key),
            token=str(held.token),
            pace=wire.Pace(self.poll_s, self.max_entries, self.max_bytes, self.reconnect_window_s),
            roster=None if self.roster_text is None else json.loads(self.roster_text)["version"],
        )
        return Reply(200, "application/json", answer.to_json())

    def _too_large(self) -> Reply:
        return problem("too-large", max_entries=self.max_entries, max_bytes=self.max_bytes)

    def _alarm(self, name: str, **members: int) -> NoReturn:
        self.alarms.append(name)
        raise Refusal(problem(name, **members))

    def _at(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms() / 1000, UTC)


def problem(name: str, **members: int | str) -> Reply:
    """Return one of the protocol's problems as an answer."""
    what = wire.Problem.named(name, **members)
    return Reply(what.status, wire.PROBLEM_MEDIA_TYPE, what.to_json())


def _head(rows: list[tuple[bytes, bytes]]) -> bytes:
    return rows[-1][1] if rows else chain.START
