"""The first line of a batch: whose entries they are, where they belong, and what the station knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from sync_agent.errors import WireError
from sync_agent.wire.fields import Fields

VERSION = 1
SYNC_PATH = "/v1/stations/{station}/sync"
LINE, USB = "line", "usb"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in one epoch: the sequence number and the chain's hash there."""

    seq: int
    h: bytes


@dataclass(frozen=True, slots=True)
class Have:
    """What the station holds already: versions of roster and config, the sequence of its newest receipt."""

    roster: int | None
    receipt_seq: int
    config: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Everything a batch says beside its entries.

    `first` is the sequence of the first entry ("from" on the wire) and `prev` the hash before it;
    `batch_h` is the hash of the last entry, or `prev` when `count` is 0. `nonce` is base64url text of
    16 bytes; `t1_raw_ms` the station's raw clock in boot `boot` before anything was sent. `receipt` is
    central's Signed acknowledgement of more than it last said to hold, shown after a gap. `via` is
    `LINE`, or `USB` for a batch that is carried by hand: it has no ratchet and asks for none.
    """

    station: str
    epoch: int
    sync_no: int
    nonce: str
    token: str | None
    sw: str
    boot: int
    t1_raw_ms: int
    head: Position
    first: int
    prev: bytes
    count: int
    batch_h: bytes
    have: Have
    health: Mapping[str, object] = field(default_factory=dict)
    receipt: Mapping[str, object] | None = None
    via: str = LINE

    @property
    def last(self) -> int:
        """Return the sequence of the last entry; `first - 1` when there is none."""
        return self.first + self.count - 1

    @property
    def idempotency_key(self) -> str:
        """Return the Idempotency-Key header, derived so that it survives a restart.

        It names a range, not a request: heartbeats and rebuilt batches of one range share it. A server
        may compare it with this property; the natural key (station, epoch, seq) is what guarantees.
        """
        return f'"{self.station}.{self.epoch}.{self.first}-{self.last}.{self.batch_h.hex()[:8]}"'

    def members(self) -> dict[str, object]:
        """Return the envelope as a JSON object."""
        whole: dict[str, object] = {
            "v": VERSION,
            "type": "batch",
            "station": self.station,
            "epoch": self.epoch,
            "sync_no": self.sync_no,
            "nonce": self.nonce,
            "token": self.token,
            "sw": self.sw,
            "boot": self.boot,
            "t1_raw_ms": self.t1_raw_ms,
            "head": {"seq": self.head.seq, "h": self.head.h.hex()},
            "from": self.first,
            "prev": self.prev.hex(),
            "count": self.count,
            "batch_h": self.batch_h.hex(),
            "have": {
                "roster": self.have.roster,
                "receipt_seq": self.have.receipt_seq,
                "config": self.have.config,
            },
            "health": dict(self.health),
        }
        if self.receipt is not None:
            whole["receipt"] = dict(self.receipt)
        if self.via != LINE:
            whole["via"] = self.via
        return whole

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """Read an envelope from decoded JSON; members it does not know are left alone.

        Raises WireError.
        """
        expect(fields, "batch")
        head, have = fields.nested("head"), fields.nested("have")
        envelope = cls(
            station=fields.text("station"),
            epoch=fields.whole("epoch", 1),
            sync_no=fields.whole("sync_no", 1),
            nonce=fields.nonce("nonce"),
            token=fields.text_or_none("token"),
            sw=fields.text("sw"),
            boot=fields.whole("boot"),
            t1_raw_ms=fields.whole("t1_raw_ms"),
            head=Position(head.whole("seq"), head.digest("h")),
            first=fields.whole("from", 1),
            prev=fields.digest("prev"),
            count=fields.whole("count"),
            batch_h=fields.digest("batch_h"),
            # An agent of the first release has no config, and names none.
            have=Have(
                have.whole_or_none("roster"),
                have.whole("receipt_seq"),
                have.whole_or_none("config") if "config" in have.members else None,
            ),
            health=fields.nested("health").members,
            receipt=fields.nested("receipt").members if "receipt" in fields.members else None,
            via=fields.text("via") if "via" in fields.members else LINE,
        )
        envelope.check()
        return envelope

    def check(self) -> None:
        """Raise WireError when the members contradict one another."""
        if self.via not in {LINE, USB} or (self.via == USB and self.token is not None):
            msg = "envelope.via is neither line nor usb, or a batch carried by hand shows a ratchet"
            raise WireError(msg)
        if self.count == 0 and self.batch_h != self.prev:
            msg = "envelope.batch_h differs from prev though the batch is empty"
            raise WireError(msg)
        if self.last > self.head.seq:
            msg = "envelope.head lies before the last entry of the batch"
            raise WireError(msg)


def expect(fields: Fields, kind: str) -> None:
    """Raise WireError unless the object is of this version and type."""
    fields.fixed("v", VERSION)
    fields.fixed("type", kind)
