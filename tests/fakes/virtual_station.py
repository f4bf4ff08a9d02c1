"""A station in memory whose journal is really chained and whose messages are really signed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from station import chain, credential
from station.clock import HandClock
from station.tap import Entry, Json, Kind, Reading, Tap, encode
from sync_agent import wire
from sync_agent.signing import SigningKey, VerifyKey, open_note

SCHOOL = "34000000123456"
SCHOOL_KEY = bytes(range(32))
KEY_ID = "k1"
SW = "0.1.0"


@dataclass(frozen=True, slots=True)
class Message:
    """One request as it travels; `envelope` is there for batches."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    envelope: wire.Envelope | None = None


@dataclass(slots=True)
class VirtualStation:
    """A station with its agent's memory: journal, what central acknowledged, the ratchet, what is pending.

    Everything random comes from `seed`. Time is the hand clock's; nothing moves by itself.
    """

    name: str = "st-r101"
    seed: int = 1
    clock: HandClock = field(default_factory=HandClock)
    epoch: int = field(init=False)
    key: SigningKey = field(init=False)
    bodies: list[bytes] = field(default_factory=list, init=False)
    hashes: list[bytes] = field(default_factory=lambda: [chain.START], init=False)
    acked: wire.Position = field(default=wire.Position(0, chain.START), init=False)
    token: str | None = field(default=None, init=False)
    sync_no: int = field(default=0, init=False)
    pending: Message | None = field(default=None, init=False)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(f"{self.name}/{self.seed}")  # noqa: S311  a test repeats itself
        self.key = SigningKey(hashlib.sha256(f"key of {self.name}".encode()).digest())
        self.epoch = self._dice.randrange(1, 2**63)
        self.append(Kind.GENESIS, {"station": self.name, "school": SCHOOL, "reason": "new", "sw": SW})

    @property
    def head(self) -> wire.Position:
        """Return the newest entry's place."""
        return wire.Position(len(self.bodies), self.hashes[-1])

    def keyring_entry(self, *, revoked: bool = False) -> dict[str, object]:
        """Return what central's keyring.json says of this station."""
        public = self.key.verify_key.public.hex()
        return {"school": SCHOOL, "keys": [{"kid": self.key.kid, "public": public, "revoked": revoked}]}

    def append(self, kind: str, payload: Json, reading: Reading | None = None) -> wire.Position:
        """Write one entry, at the hand clock's time unless another reading is given."""
        body = encode(Entry(1, kind, reading or self.clock.reading(), payload))
        self.bodies.append(body)
        self.hashes.append(chain.link(self.hashes[-1], body))
        return self.head

    def tap(
        self, value: str = "04a1b2c3d4e5f6", kind: str = "uid", reading: Reading | None = None
    ) -> wire.Position:
        """Write the tap of a credential under the school's key."""
        token = credential.token(SCHOOL_KEY, kind, value)
        return self.append(Kind.TAP, Tap(token, KEY_ID, "nfc").payload(), reading)

    def registration(self, reason: str = "new") -> Message:
        """Return the request that makes the epoch known."""
        request = wire.Registration(
            station=self.name,
            epoch=self.epoch,
            reason=reason,
            prev_epoch=None,
            prev_head=None,
            nonce=wire.nonce_text(hashlib.sha256(str(self.epoch).encode()).digest()[:16]),
        )
        body = wire.epoch_request(request, self.key.sign)
        headers = {"Content-Type": "application/x-ndjson", "Content-Digest": wire.content_digest(body)}
        return Message(wire.EPOCHS_PATH.format(station=self.name), headers, body)

    def batch(self, limit: int = wire.MAX_ENTRIES) -> Message:
        """Return the next batch after what is acknowledged; the same one until it is answered."""
        if self.pending is None:
            self.sync_no += 1
            count = min(limit, len(self.bodies) - self.acked.seq)
            self.pending = self.message(self.envelope(self.acked.seq + 1, count))
        return self.pending

    def envelope(self, first: int, count: int) -> wire.Envelope:
        """Return the envelope for some entries, with a fresh nonce, to be changed at will by `replace`."""
        reading = self.clock.reading()
        return wire.Envelope(
            station=self.name,
            epoch=self.epoch,
            sync_no=max(1, self.sync_no),
            nonce=wire.nonce_text(self._dice.randbytes(16)),
            token=self.token,
            sw=SW,
            boot=reading.boot,
            t1_raw_ms=reading.raw_ms,
            head=self.head,
            first=first,
            prev=self.hashes[first - 1],
            count=count,
            batch_h=self.hashes[first + count - 1],
            have=wire.Have(None, self.acked.seq),
        )

    def message(self, envelope: wire.Envelope, key: SigningKey | None = None) -> Message:
        """Return the signed batch of an envelope and the entries it names."""
        bodies = self.bodies[envelope.first - 1 : envelope.last]
        body = wire.pack(envelope, bodies, (key or self.key).sign)
        headers = {
            "Content-Type": "application/x-ndjson",
            "Content-Encoding": "gzip",
            "Content-Digest": wire.content_digest(body),
            "Idempotency-Key": envelope.idempotency_key,
        }
        return Message(wire.SYNC_PATH.format(station=self.name), headers, body, envelope)

    def take(self, answer: bytes, server_key: VerifyKey) -> wire.Ack:
        """Prove the answer to the pending batch, move on, and journal its beacon as the station does.

        Raises SignatureError, WireError, or AssertionError where the acknowledgement is not of this journal.
        """
        assert self.pending is not None
        sent = self.pending.envelope
        assert sent is not None
        opened = wire.Answer.from_json(answer)
        ack = wire.Ack.of(open_note("ack", opened.ack, server_key))
        assert (ack.station, ack.epoch, ack.h) == (self.name, self.epoch, self.hashes[ack.seq])
        self.acked, self.token, self.pending = wire.Position(ack.seq, ack.h), opened.token, None
        signed = {name: str(value) for name, value in opened.beacon.items()}
        self.append(
            Kind.BEACON, {"t1": sent.t1_raw_ms, "t4": self.clock.raw_ms, "boot": sent.boot, "signed": signed}
        )
        return ack

    def drain(self, post: Callable[[Message], bytes], server_key: VerifyKey) -> None:
        """Send everything there is; `post` returns the body of a 200."""
        while self.acked.seq < len(self.bodies):
            upto = len(self.bodies)
            self.take(post(self.batch()), server_key)
            if self.acked.seq >= upto:
                return

    def copy(self) -> VirtualStation:
        """Return what a copied storage card would make of this moment."""
        other = VirtualStation(self.name, self.seed, replace(self.clock))
        other.bodies, other.hashes = list(self.bodies), list(self.hashes)
        other.acked, other.token, other.sync_no = self.acked, self.token, self.sync_no
        other.pending = self.pending
        # A copy draws its own dice: two boards never share what they take from their kernels.
        other._dice = random.Random(f"copy of {self.name}/{self.seed}/{len(self.bodies)}")  # noqa: S311  made-up taps
        return other
