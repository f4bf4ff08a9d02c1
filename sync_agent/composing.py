"""Compose the messages a station sends: batches, registrations of epochs, questions of digests."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from station.tap import Reading
from sync_agent.outbox import Parcel
from sync_agent.signing import SigningKey, VerifyKey
from sync_agent.standing import Peer, Pending, Standing
from sync_agent.wire import (
    Digests,
    Envelope,
    Have,
    Position,
    Registration,
    digests_request,
    epoch_request,
    nonce_text,
    pack,
)

_NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Identity:
    """Who speaks, with which key, to whom, and by which software."""

    station: str
    key: SigningKey
    server_key: VerifyKey
    sw: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a batch tells beside its entries: the clocks, a fresh nonce, what came down, the health.

    `receipt` is central's own acknowledgement of more than it says to hold.
    """

    reading: Reading
    nonce: bytes
    standing: Standing
    health: Mapping[str, object]
    receipt: Mapping[str, object] | None = None


def compose_batch(identity: Identity, peer: Peer, parcel: Parcel, around: Circumstances) -> Pending:
    """Pack a parcel as the next request of its epoch."""
    envelope = Envelope(
        station=identity.station,
        epoch=peer.epoch,
        sync_no=peer.sync_no + 1,
        nonce=nonce_text(around.nonce),
        token=peer.token,
        sw=identity.sw,
        boot=around.reading.boot,
        t1_raw_ms=around.reading.raw_ms,
        head=parcel.head,
        first=peer.acked.seq + 1,
        prev=peer.acked.h,
        count=len(parcel.bodies),
        batch_h=parcel.last.h,
        have=Have(around.standing.roster_version, peer.acked.seq, around.standing.config_version),
        health=around.health,
        receipt=around.receipt,
    )
    return Pending(
        epoch=peer.epoch,
        sync_no=envelope.sync_no,
        nonce=envelope.nonce,
        first=envelope.first,
        last=envelope.last,
        batch_h=envelope.batch_h,
        head_seq=parcel.head.seq,
        boot=envelope.boot,
        t1_raw_ms=envelope.t1_raw_ms,
        idempotency_key=envelope.idempotency_key,
        message=pack(envelope, parcel.bodies, identity.key.sign),
    )


def compose_registration(identity: Identity, epoch: int, genesis: Mapping[str, object]) -> tuple[str, bytes]:
    """Return the nonce and the bytes of an epoch's registration, from the payload of its first entry.

    The nonce is made of what is registered, so that a repeated registration is the same bytes
    without having been kept.
    """
    prev_epoch, prev_head = genesis.get("prev_epoch"), genesis.get("prev_head")
    digest = hashlib.sha256(f"rollbook/registration/{identity.station}/{epoch}".encode()).digest()
    registration = Registration(
        station=identity.station,
        epoch=epoch,
        reason=str(genesis.get("reason", "unknown")),
        prev_epoch=prev_epoch if isinstance(prev_epoch, int) else None,
        prev_head=bytes.fromhex(prev_head) if isinstance(prev_head, str) else None,
        nonce=nonce_text(digest[:_NONCE_BYTES]),
    )
    return registration.nonce, epoch_request(registration, identity.key.sign)


def compose_digests(identity: Identity, epoch: int, nonce: str, heads: Sequence[Position]) -> bytes:
    """Write the question of how far central holds an epoch as the journal does."""
    digests = Digests(station=identity.station, epoch=epoch, nonce=nonce, heads=heads)
    return digests_request(digests, identity.key.sign)
