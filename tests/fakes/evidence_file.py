"""Stations of the small school whose every batch is real: chained, signed, packed and stored as evidence."""

import base64
import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from central.intake import schema
from station import chain
from station.tap import Entry, Json, Kind, Reading, Tap, encode
from sync_agent import signing, wire
from tests.fakes.school import KEY_ID, signing_key

SERVER_KEY = signing.SigningKey(hashlib.sha256(b"the server's own key").digest())
TRIP_MS = 20


def ms(at: datetime) -> int:
    """Return an instant as milliseconds since 1970."""
    return round(at.timestamp() * 1000)


@dataclass(frozen=True)
class SentBatch:
    """One batch on its way: its bytes and when central's clock saw it."""

    station: str
    epoch: int
    first: int
    last: int
    last_h: bytes
    received_ms: int
    data: bytes


@dataclass
class JournallingStation:
    """A station under way: told when things happen in truth, it writes what its clocks would say.

    Its wall clock is never synchronised, so only exchanges with central prove any time.
    """

    code: str
    booted_at: datetime
    epoch: int = 4_611_686_018_427_387_905
    boot: int = 1
    server_key: signing.SigningKey = SERVER_KEY
    health: dict[str, object] = field(default_factory=dict)
    _bodies: list[bytes] = field(default_factory=list)
    _heads: list[bytes] = field(default_factory=lambda: [chain.START])
    _sent: int = 0
    _sync_no: int = 0

    def __post_init__(self) -> None:
        self.write(self.booted_at, Kind.GENESIS, {"station": self.code})

    def write(self, at: datetime, kind: str, payload: Json) -> int:
        """Append an entry of any kind; return its sequence."""
        raw_ms = ms(at) - ms(self.booted_at) + 1_000
        reading = Reading(self.boot, raw_ms, raw_ms, 1_000_000_000_000 + raw_ms, 0, 500)
        return self.write_bytes(encode(Entry(1, kind, reading, payload)))

    def write_bytes(self, body: bytes) -> int:
        """Append bytes that need not be an entry anybody can read."""
        self._bodies.append(body)
        self._heads.append(chain.link(self._heads[-1], body))
        return len(self._bodies)

    def tap(self, at: datetime, token: bytes | None, evidence: str | None = None, **flags: int) -> int:
        """Record a presented card, and what it left to prove itself."""
        key_id = KEY_ID if token else None
        return self.write(at, Kind.TAP, Tap(token, key_id, "nfc", flags, evidence).payload())

    def reboot(self, at: datetime) -> None:
        """Lose and regain power."""
        self.boot += 1
        self.booted_at = at
        self.write(at, Kind.BOOT, {"boot_id": f"boot-{self.boot}", "sw": "1", "clean": False})

    def exchange(self, at: datetime, *, limit: int = 500, again: int = 0) -> SentBatch:
        """Send what is unsent, and journal the beacon that comes back; it travels with the next batch.

        `again` entries that were sent before, but perhaps not heard, go first.
        """
        self._sent -= again
        self._sync_no += 1
        nonce = base64.urlsafe_b64encode(self._sync_no.to_bytes(16, "big")).decode().rstrip("=")
        bodies = self._bodies[self._sent : self._sent + limit]
        first = self._sent + 1
        self._sent += len(bodies)
        t1_raw_ms = ms(at) - ms(self.booted_at) + 1_000
        envelope = self._envelope(nonce, t1_raw_ms, len(bodies))
        received_ms = ms(at) + TRIP_MS
        beacon = wire.Beacon(
            station=self.code,
            nonce=nonce,
            t2_ms=received_ms,
            t3_ms=received_ms,
            eps_ms=20,
            head=self._heads[-1],
        )
        signed = signing.sign_note("beacon", beacon.members(), self.server_key)
        payload: Json = {
            "t1": t1_raw_ms,
            "t4": t1_raw_ms + 2 * TRIP_MS,
            "boot": self.boot,
            "signed": signed,
        }
        data = wire.pack(envelope, bodies, signing_key(self.code).sign)
        last_h = self._heads[self._sent]
        self.write(at + timedelta(milliseconds=3 * TRIP_MS), Kind.BEACON, payload)
        return SentBatch(self.code, self.epoch, first, self._sent, last_h, received_ms, data)

    def _envelope(self, nonce: str, t1_raw_ms: int, count: int) -> wire.Envelope:
        """Return the envelope of the last `count` entries taken out."""
        return wire.Envelope(
            station=self.code,
            epoch=self.epoch,
            sync_no=self._sync_no,
            nonce=nonce,
            token=None,
            sw="1",
            boot=self.boot,
            t1_raw_ms=t1_raw_ms,
            head=wire.Position(len(self._bodies), self._heads[-1]),
            first=self._sent - count + 1,
            prev=self._heads[self._sent - count],
            count=count,
            batch_h=self._heads[self._sent],
            have=wire.Have(None, 0),
            health=self.health,
        )


class EvidenceFile:
    """Central's evidence as the intake leaves it, in the intake's own tables."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "evidence.sqlite"
        schema.open_file(self.path).close()

    def receive(self, *batches: SentBatch, adds_from: int | None = None) -> None:
        """Store batches in the order given; `adds_from` is the first entry that is new in the bytes."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for batch in batches:
                row = {
                    **asdict(batch),
                    "digest": hashlib.sha256(batch.data).digest(),
                    "adds_from": adds_from or batch.first,
                }
                connection.execute(
                    "INSERT INTO batch (station, epoch, first_seq, last_seq, last_h,"
                    " received_ms, bytes, digest, answer) VALUES (:station, :epoch, :adds_from,"
                    " :last, :last_h, :received_ms, :data, :digest, x'')",
                    row,
                )
                connection.execute(
                    "INSERT INTO station_head (station, epoch, seq, h, inc)"
                    " VALUES (:station, :epoch, :last, :last_h, 'one')"
                    " ON CONFLICT DO UPDATE SET seq = excluded.seq, h = excluded.h",
                    row,
                )

    def overwrite(self, first: int, data: bytes) -> None:
        """Damage the batch that begins at a sequence, as only somebody with the disk in hand could."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("DROP TRIGGER batch_UPDATE_refused")
            connection.execute("UPDATE batch SET bytes = ? WHERE first_seq = ?", (data, first))


def deliver(station: JournallingStation, evidence: EvidenceFile, instants: Iterable[datetime]) -> None:
    """Let a station exchange at each instant and store what it sends."""
    for instant in instants:
        evidence.receive(station.exchange(instant))
