"""The proof of a refusal: what central holds of an epoch, and why a request about it was not carried out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sync_agent.wire.envelope import Position
from sync_agent.wire.fields import Fields, instant_text

PROVEN_REFUSALS = frozenset({"gap", "epoch-unknown", "fork", "rollback", "clone", "revoked"})
"""The problems after which a station does something it would not otherwise do.

Each carries the member `proof`, a Signed note of purpose "refusal": nobody on the way between can
make a station send everything again or begin a new epoch.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Central's word that the request named by `nonce` was refused, and why.

    `held` is how far it holds the epoch, the beginning (0 and zeros) for one it does not know.
    """

    station: str
    epoch: int
    nonce: str
    type: str
    held: Position
    at: datetime
    server: str
    inc: str
    term: int

    def members(self) -> dict[str, object]:
        """Return the note to be signed for the purpose "refusal"."""
        return {
            "station": self.station,
            "epoch": self.epoch,
            "nonce": self.nonce,
            "type": self.type,
            "have_seq": self.held.seq,
            "have_h": self.held.h.hex(),
            "at": instant_text(self.at),
            "server": self.server,
            "inc": self.inc,
            "term": self.term,
        }

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """Read a proven note; raise WireError."""
        fields = Fields("refusal", members)
        return cls(
            station=fields.text("station"),
            epoch=fields.whole("epoch", 1),
            nonce=fields.nonce("nonce"),
            type=fields.text("type"),
            held=Position(fields.whole("have_seq"), fields.digest("have_h")),
            at=fields.instant("at"),
            server=fields.text("server"),
            inc=fields.text("inc"),
            term=fields.whole("term"),
        )
