"""A board that was never enrolled: a key of its own, a token somebody gave it, and what it asks with both."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from station.clock import HandClock
from sync_agent import wire
from sync_agent.signing import SigningKey
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.virtual_station import SCHOOL, Message

TOKEN = f"{SCHOOL}-0123456789abcdef"
NEW = "st-r201"


@dataclass
class NewBoard:
    """What a freshly started card does before central knows its key."""

    station: str = NEW
    token: str = TOKEN
    seed: str = "first"
    asked: int = field(default=0, init=False)

    @property
    def key(self) -> SigningKey:
        """The key born on this board."""
        return SigningKey(hashlib.sha256(f"board {self.seed} of {self.station}".encode()).digest())

    def enrolment(self) -> Message:
        """Return the request that brings the key."""
        self.asked += 1
        enrolment = wire.Enrolment(
            station=self.station,
            token=self.token,
            public=self.key.verify_key,
            nonce=_nonce(f"{self.seed}/{self.asked}"),
            sw="0.1.0",
        )
        return _message(wire.ENROLMENTS_PATH, wire.enrolment_request(enrolment, self.key.sign))

    def rotation(self, new: SigningKey) -> Message:
        """Return the request that brings the key after this one."""
        rotation = wire.Rotation(station=self.station, public=new.verify_key, nonce=_nonce(new.kid))
        return _message(wire.KEYS_PATH.format(station=self.station), rotation.request(self.key, new))


def listed(digest_of: str, until: datetime, **changes: object) -> Mapping[str, object]:
    """Return what central publishes of a token."""
    digest = hashlib.sha256(digest_of.encode()).hexdigest()
    entry = {"digest": digest, "station": NEW, "expires_at": until.isoformat(), "state": "open", "kid": None}
    return entry | changes


def publish_tokens(data: Path, tokens: Iterable[Mapping[str, object]], school: str = SCHOOL) -> None:
    """Rename a list of tokens into place, as the records side does."""
    draft = data / "enrolments.new"
    draft.write_text(json.dumps({"v": 1, "school": school, "tokens": list(tokens)}))
    draft.replace(data / "enrolments.json")


def answered(body: bytes) -> wire.KeyNote:
    """Return what central signed about a key; raises SignatureError where it did not."""
    return wire.parse_key_answer(body, ACK_KEY.verify_key)


def _message(path: str, body: bytes) -> Message:
    return Message(path, {"Content-Type": "application/x-ndjson"}, body)


def _nonce(text: str) -> str:
    return wire.nonce_text(hashlib.sha256(text.encode()).digest()[:16])


def ahead(clock: HandClock, days: float = 14) -> datetime:
    """Return an instant some days after what a hand clock shows."""
    return clock.now() + timedelta(days=days)
