"""Central's own rules on a file, called in this process: all proving, judging and keeping is the real one."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import threading
import weakref
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from central.intake.acks import Ground, Signer, ms
from central.intake.agreement import judge_digests
from central.intake.evidence import Evidence
from central.intake.evidence_sqlite import SqliteEvidence
from central.intake.identity import Server
from central.intake.judge import Terms, judge_batch, judge_registration, judge_usb
from central.intake.keyring import StationKey
from central.intake.offer import Offer
from central.intake.reply import Reply as Answer
from central.intake.reply import refused, too_large
from central.intake.verify import prove_batch, prove_digests, prove_registration, prove_usb
from station import chain
from sync_agent import wire
from sync_agent.ports import Reply
from sync_agent.signing import SigningKey, VerifyKey, sign_note, sign_text

ACK_KEY = SigningKey(b"central acknowledges with this..")
CONFIG_KEY = SigningKey(b"central sends rosters with this.")
STRANGER_KEY = SigningKey(bytes(range(32)))
STATION = "st-r101"
NOW_MS = 1_795_190_462_101
MEMORY = Path("/dev/shm")  # noqa: S108 (Linux's folder in memory)
ALARMING = frozenset({"fork", "rollback", "clone"})


@dataclass
class Held:
    """What is held of one epoch, taken out of the file."""

    rows: list[tuple[bytes, bytes]]
    token: str | None
    token_inc: str
    seen: set[tuple[int, str]]

    @property
    def head(self) -> bytes:
        return self.rows[-1][1] if self.rows else chain.START


@dataclass(frozen=True)
class State:
    """The evidence at one moment, as a backup holds it."""

    data: bytes

    @property
    def epochs(self) -> dict[int, Held]:
        """Return what is held, by epoch."""
        with closing(sqlite3.connect(":memory:")) as db:
            db.deserialize(self.data)
            heads = db.execute("SELECT station, epoch, token, inc FROM station_head").fetchall()
            return {epoch: _held(db, station, epoch, token, inc) for station, epoch, token, inc in heads}


class CentralRules:
    """Answers as central does; `alarms` collects what it would tell a person.

    Every question opens the file, asks and closes it, so any thread may ask. What surrounds the file
    (keys, life of the store, pace, clock) are attributes a test sets at will.
    """

    def __init__(self, station_key: VerifyKey) -> None:
        self.station_key = station_key
        self.station = STATION
        self.alarms: list[str] = []
        self.inc = "inc-1"
        self.term = 1
        self.max_entries = wire.MAX_ENTRIES
        self.max_bytes = wire.MAX_BODY_BYTES
        self.poll_s = 30
        self.reconnect_window_s = 0
        self.is_revoked = False
        self.roster_text: str | None = None
        self.offer = Offer()
        self.now_ms: Callable[[], int] = lambda: NOW_MS
        self.ack_key = ACK_KEY
        self._tokens = 0
        self._one_at_a_time = threading.Lock()
        folder = tempfile.mkdtemp(prefix="rollbook-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.path = Path(folder) / "evidence.sqlite"
        SqliteEvidence.open(self.path).close()

    @property
    def state(self) -> State:
        """Return everything held."""
        with closing(sqlite3.connect(self.path)) as db:
            data = bytearray(db.serialize())
        # The file's header asks for a write-ahead log, which no copy in memory can have.
        data[18:20] = b"\x01\x01"
        return State(bytes(data))

    @state.setter
    def state(self, state: State) -> None:
        self.path.write_bytes(state.data)

    def bodies(self, epoch: int) -> list[bytes]:
        """Return the entries held of an epoch."""
        return [body for body, _ in self.state.epochs[epoch].rows]

    def backup(self) -> State:
        """Return a copy of everything held."""
        return self.state

    def restore(self, state: State) -> None:
        """Go back to a copy, and say so: a new life of the store, a higher term."""
        self.state = state
        self.term += 1
        self.inc = f"inc-{self.term}"

    def register(self, message: bytes) -> Reply:
        """Answer a registration."""
        try:
            asked, _, _ = wire.parse_epoch_request(message)
        except wire.WireError:
            return problem("malformed")
        if asked.station != self.station:
            return problem("unknown-station")
        proven = prove_registration(self.station, self._keys(), _headers(message), message, self._ms())
        if isinstance(proven, Answer):
            return _reply(proven)
        return self._judged(lambda evidence: judge_registration(evidence, proven, self._signer()))

    def sync(self, message: bytes, digest: str | None = None, idempotency_key: str | None = None) -> Reply:
        """Answer a batch."""
        envelope = _envelope(message)
        if envelope is not None and envelope.station != self.station:
            return problem("unknown-station")
        key = idempotency_key or (envelope.idempotency_key if envelope is not None else "")
        headers = {**_headers(message, digest), "idempotency-key": key}
        proven = prove_batch(self.station, self._keys(), headers, message, self._ms())
        if isinstance(proven, Answer):
            return self._within_limits(proven)
        bodies = proven.batch.bodies
        if len(bodies) > self.max_entries or sum(map(len, bodies)) > self.max_bytes:
            return self._too_large()
        terms = Terms(self._pace(), self._offer())
        return self._judged(lambda evidence: judge_batch(evidence, proven, self._signer(), terms))

    def usb(self, message: bytes) -> Reply:
        """Answer a batch that was carried here by hand."""
        proven = prove_usb(self.station, self._keys(), message, self._ms())
        if isinstance(proven, Answer):
            return _reply(proven)
        terms = Terms(self._pace(), self._offer())
        return self._judged(lambda evidence: judge_usb(evidence, proven, self._signer(), terms))

    def digests(self, message: bytes) -> Reply:
        """Answer a question of how far both ends agree."""
        proven = prove_digests(self.station, self._keys(), _headers(message), message, self._ms())
        if isinstance(proven, Answer):
            return _reply(proven)
        return self._judged(lambda evidence: judge_digests(evidence, proven, self._signer()))

    def time(self, nonce: str) -> Reply:
        """Answer a question for the time."""
        body = json.dumps(self._signer().beacon(nonce, self._ms())).encode()
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

    def _judged(self, judge: Callable[[Evidence], Answer]) -> Reply:
        with self._one_at_a_time, closing(SqliteEvidence.open(self.path)) as evidence:
            evidence.begin()
            with evidence.apart():
                answer = judge(evidence)
            evidence.commit()
        if answer.status != 200:
            name = wire.Problem.from_json(answer.status, answer.body).type
            self.alarms += [name] if name in ALARMING else []
        return _reply(answer)

    def _signer(self) -> Signer:
        server = Server("s1", self.inc, self.term, self.ack_key)
        return Signer(server, self._now, self._new_token, Ground(begin=self._begin))

    def _begin(self, before: Server, inc: str) -> Server:
        self.inc, self.term = inc, before.term + 1
        return Server(before.name, self.inc, self.term, before.key)

    def _new_token(self) -> str:
        self._tokens += 1
        return f"{self.inc}-t{self._tokens}"

    def _keys(self) -> Mapping[str, StationKey]:
        return {self.station_key.kid: StationKey(self.station_key, self.is_revoked)}

    def _pace(self) -> wire.Pace:
        return wire.Pace(self.poll_s, self.max_entries, self.max_bytes, self.reconnect_window_s)

    def _offer(self) -> Offer:
        roster = None if self.roster_text is None else json.loads(self.roster_text)["version"]
        return Offer(roster, self.offer.config, self.offer.certificate)

    def _within_limits(self, answer: Answer) -> Reply:
        return self._too_large() if answer == too_large() else _reply(answer)

    def _too_large(self) -> Reply:
        return problem("too-large", max_entries=self.max_entries, max_bytes=self.max_bytes)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms() / 1000, UTC)

    def _ms(self) -> int:
        return ms(self._now())


def problem(name: str, **members: int | str) -> Reply:
    """Return one of the protocol's problems as an answer; nothing proves it."""
    return _reply(refused(name, **members))


@dataclass
class Refusing:
    """Makes the problems a station acts upon, as a central that has reason to would sign them."""

    epoch: int
    held: wire.Position = field(default_factory=lambda: wire.Position(0, chain.START))
    inc: str = "inc-1"
    term: int = 1
    key: SigningKey = ACK_KEY

    def __call__(self, name: str, nonce: str, **members: int | str) -> Reply:
        """Return the problem `name` as the answer to the request named by `nonce`."""
        refusal = wire.Refusal(
            station=STATION,
            epoch=self.epoch,
            nonce=nonce,
            type=name,
            held=self.held,
            at=datetime.fromtimestamp(NOW_MS / 1000, UTC),
            server="s1",
            inc=self.inc,
            term=self.term,
        )
        proof = sign_note("refusal", refusal.members(), self.key)
        return _reply(refused(name, **members, proof=proof))


def _reply(answer: Answer) -> Reply:
    return Reply(answer.status, answer.media_type, answer.body)


def _headers(message: bytes, digest: str | None = None) -> dict[str, str]:
    return {"content-digest": digest or wire.content_digest(message)}


def _envelope(message: bytes) -> wire.Envelope | None:
    try:
        return wire.unpack(message, wire.MAX_MESSAGE_BYTES).envelope
    except wire.WireError:
        return None


def _held(db: sqlite3.Connection, station: str, epoch: int, token: str | None, inc: str) -> Held:
    where = (station, epoch)
    batches = db.execute(
        "SELECT first_seq, bytes FROM batch WHERE station = ? AND epoch = ? ORDER BY first_seq", where
    )
    rows: list[tuple[bytes, bytes]] = []
    for first_seq, data in batches:
        batch = wire.unpack(data, wire.MAX_MESSAGE_BYTES)
        for body in batch.bodies[first_seq - batch.envelope.first :]:
            h = rows[-1][1] if rows else chain.START
            rows.append((body, chain.link(h, body)))
    asked = db.execute("SELECT sync_no, nonce FROM replay WHERE station = ? AND epoch = ?", where)
    return Held(rows, token, inc, set(asked.fetchall()))
