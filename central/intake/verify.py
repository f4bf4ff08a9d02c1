"""Prove what can be proven of a message by its bytes and the keyring alone."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from central.intake.evidence import Arrived
from central.intake.keyring import Keyring, Keys
from central.intake.reply import Reply, refused, too_large
from station import chain
from sync_agent import wire
from sync_agent.signing import Signature, SignatureError

T = TypeVar("T")

MAX_RECEIVED_BYTES = wire.MAX_MESSAGE_BYTES + 1024
"""As sent; gzip adds a little to what it cannot squeeze."""


@dataclass(frozen=True, slots=True)
class ProvenBatch:
    """A batch its station signed; `hashes` are the chain's from the one before its first entry on.

    The chain starts at what the station says came before; whether that is what is held is not
    looked at here. `is_revoked`: the key that signed is not believed any more.
    """

    arrived: Arrived
    batch: wire.Batch
    hashes: Sequence[bytes]
    is_revoked: bool

    def hash_at(self, seq: int) -> bytes:
        """Return the hash at a sequence from the one before the first entry to the last."""
        return self.hashes[seq - self.batch.envelope.first + 1]


@dataclass(frozen=True, slots=True)
class ProvenRegistration:
    """A registration its station signed."""

    arrived: Arrived
    registration: wire.Registration
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class Strange:
    """A batch in the name of the station `named`, signed by the key of the station `owner`."""

    arrived: Arrived
    owner: str
    named: str
    epoch: int


@dataclass(frozen=True, slots=True)
class ProvenDigests:
    """A question its station signed of how far both ends agree."""

    digests: wire.Digests
    is_revoked: bool


def prove_batch(
    station: str, keys: Keys, headers: Mapping[str, str], data: bytes, received_ms: int
) -> ProvenBatch | Reply:
    """Return the batch in `data`, or the refusal of what it is instead; header names are lower-case."""

    def prove() -> ProvenBatch:
        _check_digest(headers.get("content-digest"), data)
        batch = wire.unpack(data, wire.MAX_MESSAGE_BYTES)
        _check_sizes(batch)
        _check_station(batch.envelope.station, station)
        _check_way(batch.envelope, wire.LINE)
        _check_key(batch.envelope, headers.get("idempotency-key"))
        is_revoked = _signer(keys, batch.signed_bytes, batch.signature)
        return ProvenBatch(_arrived(data, received_ms), batch, _hashes(batch), is_revoked)

    return _refusing(prove)


def prove_usb(station: str, keys: Keys, data: bytes, received_ms: int) -> ProvenBatch | Reply:
    """Return the batch in `data`, which was carried here by hand, or the refusal of what it is instead."""

    def prove() -> ProvenBatch:
        batch = wire.unpack(data, wire.MAX_MESSAGE_BYTES)
        _check_sizes(batch)
        _check_station(batch.envelope.station, station)
        _check_way(batch.envelope, wire.USB)
        is_revoked = _signer(keys, batch.signed_bytes, batch.signature)
        return ProvenBatch(_arrived(data, received_ms), batch, _hashes(batch), is_revoked)

    return _refusing(prove)


def prove_registration(
    station: str, keys: Keys, headers: Mapping[str, str], data: bytes, received_ms: int
) -> ProvenRegistration | Reply:
    """Return the registration in `data`, or the refusal of what it is instead."""

    def prove() -> ProvenRegistration:
        _check_digest(headers.get("content-digest"), data)
        registration, signed, signature = wire.parse_epoch_request(data)
        _check_station(registration.station, station)
        is_revoked = _signer(keys, signed, signature)
        return ProvenRegistration(_arrived(data, received_ms), registration, is_revoked)

    return _refusing(prove)


def prove_digests(
    station: str, keys: Keys, headers: Mapping[str, str], data: bytes, received_ms: int
) -> ProvenDigests | Reply:
    """Return the question in `data`, or the refusal of what it is instead; nothing of it is kept."""
    del received_ms

    def prove() -> ProvenDigests:
        _check_digest(headers.get("content-digest"), data)
        digests, signed, signature = wire.parse_digests_request(data)
        _check_station(digests.station, station)
        return ProvenDigests(digests, _signer(keys, signed, signature))

    return _refusing(prove)


def prove_strange(keyring: Keyring, data: bytes, received_ms: int) -> Strange | None:
    """Return what a batch is that one station's key signed in the name of another, None for any other."""
    try:
        batch = wire.unpack(data, wire.MAX_MESSAGE_BYTES)
        owner = keyring.owner(batch.signature.kid)
        if owner is None or owner == batch.envelope.station:
            return None
        _signer(keyring.station(owner) or {}, batch.signed_bytes, batch.signature)
    except (wire.WireError, SignatureError):
        return None
    return Strange(_arrived(data, received_ms), owner, batch.envelope.station, batch.envelope.epoch)


class _Refusal(Exception):  # noqa: N818  an answer on its way out, not a fault of the program
    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def _refusing(prove: Callable[[], T]) -> T | Reply:
    try:
        return prove()
    except _Refusal as refusal:
        return refusal.reply
    except wire.TooLargeError:
        return too_large()
    except wire.WireError as error:
        return refused("malformed", detail=str(error))
    except SignatureError:
        return refused("bad-signature")


def _arrived(data: bytes, received_ms: int) -> Arrived:
    return Arrived(received_ms, data, hashlib.sha256(data).digest())


def _hashes(batch: wire.Batch) -> list[bytes]:
    hashes = [batch.envelope.prev]
    for body in batch.bodies:
        hashes.append(chain.link(hashes[-1], body))
    return hashes


def _check_digest(header: str | None, data: bytes) -> None:
    if header is None:
        raise _Refusal(refused("malformed", detail="the header Content-Digest is missing"))
    given = [one.strip().encode() for one in header.split(",")]
    if not any(hmac.compare_digest(wire.content_digest(data).encode(), one) for one in given):
        raise _Refusal(refused("digest-mismatch"))


def _check_sizes(batch: wire.Batch) -> None:
    if len(batch.bodies) > wire.MAX_ENTRIES or sum(map(len, batch.bodies)) > wire.MAX_BODY_BYTES:
        raise _Refusal(too_large())


def _check_station(named: str, addressed: str) -> None:
    if named != addressed:
        raise _Refusal(refused("malformed", detail="the message is of another station"))


def _check_way(envelope: wire.Envelope, way: str) -> None:
    if envelope.via != way:
        raise _Refusal(refused("malformed", detail=f"a batch comes this way with via={way} alone"))


def _check_key(envelope: wire.Envelope, idempotency_key: str | None) -> None:
    if idempotency_key is None:
        raise _Refusal(refused("malformed", detail="the header Idempotency-Key is missing"))
    if idempotency_key != envelope.idempotency_key:
        raise _Refusal(refused("idempotency-mismatch"))


def _signer(keys: Keys, signed: bytes, signature: Signature) -> bool:
    """Return whether the key that signed is revoked; raises SignatureError where none of `keys` did."""
    key = keys.get(signature.kid)
    if key is None:
        msg = "the signature is by none of the station's keys"
        raise SignatureError(msg)
    key.verify_key.verify(signed, signature)
    return key.is_revoked
