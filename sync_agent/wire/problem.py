"""Problems (RFC 9457) as values: a short name, a status, and members the station acts upon."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from sync_agent.errors import WireError
from sync_agent.wire.fields import Fields, decode_object

MEDIA_TYPE = "application/problem+json"
_BASE = "https://rollbook.invalid/problems/"

# Every problem the protocol names, with its status and the sentence a person reads.
STATUS_AND_TITLE: Mapping[str, tuple[int, str]] = {
    "gap": (409, "Entries between what is held and what was sent are missing"),
    "fork": (409, "Another history of this epoch is held"),
    "rollback": (409, "The station's journal is shorter than what is held"),
    "clone": (409, "Another copy of this station has synchronised since"),
    "epoch-unknown": (409, "This epoch is not registered"),
    "in-progress": (409, "The same request is still being worked on"),
    "idempotency-mismatch": (422, "The idempotency key does not belong to this batch"),
    "bad-signature": (422, "The signature is not the station's over these bytes"),
    "digest-mismatch": (400, "The bytes are not those the digest was made of"),
    "malformed": (400, "The message is not as the protocol describes"),
    "too-large": (413, "The batch is larger than is accepted"),
    "revoked": (403, "This station was taken out of use"),
    "unknown-station": (403, "No station of this name is in use"),
    "wrong-school": (403, "This central is another school's"),
    "token-unknown": (403, "No station was enlisted with this token"),
    "token-revoked": (403, "This token was taken back"),
    "token-expired": (403, "This token was not used in time"),
    "token-used": (409, "This token has brought another key already"),
    "station-retired": (403, "The station this token was made for was taken out of use"),
    "busy": (503, "More work is waiting than can be done soon"),
}


def problem_type(name: str) -> str:
    """Return the URI of a problem's short name."""
    return _BASE + name


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem; `type` is the short name ("gap"), `members` its extension members."""

    type: str
    status: int
    members: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def named(cls, name: str, **members: object) -> Self:
        """Make one of the protocol's problems with its own status; raise WireError for another name."""
        if name not in STATUS_AND_TITLE:
            msg = f"no problem is called {name!r}"
            raise WireError(msg)
        return cls(name, STATUS_AND_TITLE[name][0], members)

    def to_json(self) -> bytes:
        """Write the body of the answer."""
        title = STATUS_AND_TITLE[self.type][1] if self.type in STATUS_AND_TITLE else self.type
        body = {"type": problem_type(self.type), "title": title, "status": self.status, **self.members}
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()

    @classmethod
    def from_json(cls, status: int, body: bytes) -> Self:
        """Read the body of an answer of media type `MEDIA_TYPE`; raise WireError.

        A type that is not one of ours is kept as its whole URI: the caller decides what to do with it.
        """
        fields = decode_object(body, "problem")
        uri = fields.text("type")
        own = ("type", "title", "status")
        members = {key: value for key, value in fields.members.items() if key not in own}
        return cls(uri.removeprefix(_BASE), status, members)

    @property
    def fields(self) -> Fields:
        """Return the members for typed reading."""
        return Fields(f"problem {self.type}", self.members)
