"""A journal in memory with real seals and beacons, as an export has it, and the certificate of it."""

import base64
import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from station import chain
from station.tap import Entry, Json, Kind, Reading, Tap, decode, encode
from sync_agent import merkle, wire
from sync_agent.certificate import PURPOSE, Certificate, Range, Told
from sync_agent.signed_text import SignedText
from sync_agent.signing import SigningKey, sign_note, sign_seal, sign_text

EPOCH = 4_611_686_018_427_387_905
STATION = "st-r101"
SERVER = SigningKey(hashlib.sha256(b"central's own key").digest())
OLD_KEY = SigningKey(hashlib.sha256(b"the station's first key").digest())
NEW_KEY = SigningKey(hashlib.sha256(b"the station's second key").digest())
BEGAN = datetime(2026, 11, 16, 14, tzinfo=UTC)
DAY = date(2026, 11, 16)


class SealedJournal:
    """One day of a station; `rows` are the bodies and hashes."""

    def __init__(self, key: SigningKey = OLD_KEY) -> None:
        self.key = key
        self.at = BEGAN
        self.rows: list[tuple[bytes, bytes]] = []
        self.write(
            Kind.GENESIS, {"station": STATION, "school": "34000000123456", "reason": "new", "sw": "0.1.0"}
        )

    @property
    def head(self) -> bytes:
        return self.rows[-1][1] if self.rows else chain.START

    def write(self, kind: str, payload: Json, after_s: float = 60) -> None:
        self.at += timedelta(seconds=after_s)
        raw_ms = self.raw_ms
        self.write_bytes(encode(Entry(1, kind, Reading(1, raw_ms, raw_ms, 0, 0, 500), payload)))

    @property
    def raw_ms(self) -> int:
        return int((self.at - BEGAN).total_seconds() * 1000)

    def write_bytes(self, body: bytes) -> None:
        self.rows.append((body, chain.link(self.head, body)))

    def tap(self) -> None:
        token = hashlib.sha256(str(len(self.rows)).encode()).digest()[:16]
        self.write(Kind.TAP, Tap(token, "k1", "nfc").payload())

    def seal(self) -> None:
        payload = sign_seal(STATION, EPOCH, len(self.rows), self.head, self.key)
        self.write(Kind.SEAL, json.loads(json.dumps(payload)), 1)

    def beacon(self) -> None:
        nonce = base64.urlsafe_b64encode(len(self.rows).to_bytes(16, "big")).decode().rstrip("=")
        now_ms = int(self.at.timestamp() * 1000)
        told = wire.Beacon(
            station=STATION, nonce=nonce, t2_ms=now_ms, t3_ms=now_ms, eps_ms=20, head=self.head
        )
        signed = sign_note("beacon", told.members(), SERVER)
        payload = {"t1": self.raw_ms, "t4": self.raw_ms, "boot": 1, "signed": signed}
        self.write(Kind.BEACON, json.loads(json.dumps(payload)), 1)

    def grow(self, entries: int) -> None:
        """Write so many more: taps, a beacon every 20 and a seal every 15."""
        for number in range(entries):
            if number % 20 == 0:
                self.beacon()
            elif number % 15 == 14:
                self.seal()
            else:
                self.tap()

    def export(self, path: Path) -> Path:
        """Write the file a station's export is."""
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(
                "CREATE TABLE entry (epoch, sequence, kind, claimed_at, boot, raw_ms, bt_ms, wall_ms,"
                " sync_state, max_error_ms, payload, body BLOB, h BLOB)"
            )
            for sequence, (body, h) in enumerate(self.rows, 1):
                entry = decode(body)
                shown = [EPOCH, sequence, str(entry.kind), "?", *asdict(entry.reading).values()]
                row = [*shown, json.dumps(entry.payload, ensure_ascii=False), body, h]
                connection.execute(f"INSERT INTO entry VALUES ({', '.join('?' * 13)})", row)  # noqa: S608  only question marks
        return path

    def certified(self) -> SignedText:
        """Return the certificate of the whole journal, signed by both sides."""
        leaves = [chain.leaf(body) for body, _ in self.rows]
        whole = Range(EPOCH, 1, self.rows[0][1], len(self.rows), self.head, merkle.root(leaves))
        taps = sum(1 for body, _ in self.rows if decode(body).kind == Kind.TAP)
        told = Told(
            taps=taps,
            dispositions={"recorded": taps},
            time_quality={"T1": taps},
            alive_minutes=180,
            silences=(),
            gaps=(),
            roster=1,
            config=None,
            sw="0.1.0",
        )
        note = Certificate(
            station=STATION,
            school="34000000123456",
            day=DAY,
            zone="America/Los_Angeles",
            tzdata="2026a",
            ranges=[whole],
            told=told,
            prev=None,
            replaces=None,
            revision=1,
            why=(),
        ).members()
        text = json.dumps(note, separators=(",", ":"))
        ours, theirs = ({name: key[name] for name in ("kid", "alg", "sig")} for key in self._signed(text))
        return SignedText(text, ours, theirs)

    def _signed(self, text: str) -> tuple[dict[str, str], dict[str, str]]:
        return sign_text(PURPOSE, text, SERVER), sign_text(PURPOSE, text, self.key)
