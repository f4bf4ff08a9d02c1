"""Ask how far central holds the same as the journal: some of its hashes up, the last common one down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Self

from sync_agent.errors import WireError
from sync_agent.wire.envelope import VERSION, Position, expect
from sync_agent.wire.fields import Fields, instant_text

DIGESTS_PATH = "/v1/stations/{station}/digests"
MOST_HEADS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Places of an epoch with the journal's hashes there, ascending; 1 to 64 of them."""

    station: str
    epoch: int
    nonce: str
    heads: Sequence[Position]

    def members(self) -> dict[str, object]:
        """Return the request as a JSON object."""
        return {
            "v": VERSION,
            "type": "digests",
            "station": self.station,
            "epoch": self.epoch,
            "nonce": self.nonce,
            "heads": [[head.seq, head.h.hex()] for head in self.heads],
        }

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """Read a request from decoded JSON; raise WireError."""
        expect(fields, "digests")
        return cls(
            station=fields.text("station"),
            epoch=fields.whole("epoch", 1),
            nonce=fields.nonce("nonce"),
            heads=_heads(fields),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestsNote:
    """Central's answer: it holds the epoch up to `held`, and agrees with the heads given up to `agreed_seq`.

    0 where it agrees with none.
    """

    station: str
    epoch: int
    nonce: str
    agreed_seq: int
    held: Position
    at: datetime
    server: str
    inc: str
    term: int

    def members(self) -> dict[str, object]:
        """Return the note to be signed for the purpose "digests"."""
        return {
            "station": self.station,
            "epoch": self.epoch,
            "nonce": self.nonce,
            "agreed_seq": self.agreed_seq,
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
        fields = Fields("digests", members)
        return cls(
            station=fields.text("station"),
            epoch=fields.whole("epoch", 1),
            nonce=fields.nonce("nonce"),
            agreed_seq=fields.whole("agreed_seq"),
            held=Position(fields.whole("have_seq"), fields.digest("have_h")),
            at=fields.instant("at"),
            server=fields.text("server"),
            inc=fields.text("inc"),
            term=fields.whole("term"),
        )


def _heads(fields: Fields) -> list[Position]:
    given = fields.members.get("heads")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_HEADS:
        msg = f"digests.heads is not a list of 1 to {MOST_HEADS} places"
        raise WireError(msg)
    heads = []
    for pair in given:
        if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 (a place and its hash)
            msg = "digests.heads holds something that is not a place and its hash"
            raise WireError(msg)
        place = Fields("digests.heads", {"seq": pair[0], "h": pair[1]})
        heads.append(Position(place.whole("seq", 1), place.digest("h")))
    if any(later.seq <= earlier.seq for earlier, later in pairwise(heads)):
        msg = "digests.heads does not ascend"
        raise WireError(msg)
    return heads
