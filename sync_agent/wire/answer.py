"""What central answers to a batch or a registration, signed notes included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from sync_agent.errors import WireError
from sync_agent.wire.envelope import VERSION
from sync_agent.wire.fields import Fields, compact, decode_object, instant_text


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how much central wishes to hear next."""

    poll_s: int
    max_entries: int
    max_bytes: int
    reconnect_window_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Central's receipt: it holds every entry of the epoch up to `seq`, whose hash is `h`.

    `inc` names one life of the server's store; `term` grows when a server is promoted or restored.
    """

    station: str
    epoch: int
    seq: int
    h: bytes
    safe_seq: int
    at: datetime
    server: str
    inc: str
    term: int

    def members(self) -> dict[str, object]:
        """Return the note to be signed for the purpose "ack"."""
        return {
            "station": self.station,
            "epoch": self.epoch,
            "seq": self.seq,
            "h": self.h.hex(),
            "safe_seq": self.safe_seq,
            "at": instant_text(self.at),
            "server": self.server,
            "inc": self.inc,
            "term": self.term,
        }

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """Read a proven note; raise WireError."""
        fields = Fields("ack", members)
        return cls(
            station=fields.text("station"),
            epoch=fields.whole("epoch", 1),
            seq=fields.whole("seq"),
            h=fields.digest("h"),
            safe_seq=fields.whole("safe_seq"),
            at=fields.instant("at"),
            server=fields.text("server"),
            inc=fields.text("inc"),
            term=fields.whole("term"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beacon:
    """Central's clock, bound to a nonce and a head: received at `t2_ms`, answered at `t3_ms` (UTC)."""

    station: str
    nonce: str
    t2_ms: int
    t3_ms: int
    eps_ms: int
    head: bytes

    def members(self) -> dict[str, object]:
        """Return the note to be signed for the purpose "beacon"."""
        return {
            "station": self.station,
            "nonce": self.nonce,
            "t2": self.t2_ms,
            "t3": self.t3_ms,
            "eps_ms": self.eps_ms,
            "head": self.head.hex(),
        }

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """Read a proven note; raise WireError."""
        fields = Fields("beacon", members)
        return cls(
            station=fields.text("station"),
            nonce=fields.nonce("nonce"),
            t2_ms=fields.whole("t2"),
            t3_ms=fields.whole("t3"),
            eps_ms=fields.whole("eps_ms"),
            head=fields.digest("head"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochNote:
    """Central's receipt for a registration."""

    station: str
    epoch: int
    at: datetime
    server: str
    inc: str
    term: int

    def members(self) -> dict[str, object]:
        """Return the note to be signed for the purpose "epoch"."""
        return {
            "station": self.station,
            "epoch": self.epoch,
            "at": instant_text(self.at),
            "server": self.server,
            "inc": self.inc,
            "term": self.term,
        }

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """Read a proven note; raise WireError."""
        fields = Fields("epoch", members)
        return cls(
            station=fields.text("station"),
            epoch=fields.whole("epoch", 1),
            at=fields.instant("at"),
            server=fields.text("server"),
            inc=fields.text("inc"),
            term=fields.whole("term"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The body of a 200 to a batch; `ack` and `beacon` are Signed objects still to be proven.

    `roster` and `config` are the versions there are; `certificate` is the day, as 2026-11-20, of the
    oldest certificate that waits for the station's signature.
    """

    ack: Mapping[str, object]
    beacon: Mapping[str, object]
    token: str
    pace: Pace
    roster: int | None = None
    notes: Sequence[object] = field(default_factory=tuple)
    config: int | None = None
    certificate: str | None = None

    def to_json(self) -> bytes:
        """Write the body."""
        pace = self.pace
        return compact(
            {
                "v": VERSION,
                "ack": dict(self.ack),
                "beacon": dict(self.beacon),
                "token": self.token,
                "notes": list(self.notes),
                "next": {
                    "poll_s": pace.poll_s,
                    "max_entries": pace.max_entries,
                    "max_bytes": pace.max_bytes,
                    "reconnect_window_s": pace.reconnect_window_s,
                },
                "offer": {"roster": self.roster, "config": self.config, "certificate": self.certificate},
            }
        )

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """Read a body; raise WireError for anything else, a truncated one included."""
        fields = decode_object(body, "answer")
        fields.fixed("v", VERSION)
        pace, offer = fields.nested("next"), fields.nested("offer")
        notes = fields.members.get("notes", [])
        if not isinstance(notes, list):
            msg = "answer.notes is not a list"
            raise WireError(msg)
        return cls(
            ack=fields.nested("ack").members,
            beacon=fields.nested("beacon").members,
            token=fields.text("token"),
            pace=Pace(
                poll_s=pace.whole("poll_s"),
                max_entries=pace.whole("max_entries"),
                max_bytes=pace.whole("max_bytes"),
                reconnect_window_s=pace.whole("reconnect_window_s"),
            ),
            roster=offer.whole_or_none("roster"),
            notes=notes,
            config=offer.whole_or_none("config") if "config" in offer.members else None,
            certificate=offer.text_or_none("certificate") if "certificate" in offer.members else None,
        )
