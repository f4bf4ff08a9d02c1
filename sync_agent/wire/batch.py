"""A batch as bytes: envelope, entry bodies exactly as stored, signature, gzip."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync_agent.errors import WireError
from sync_agent.signing import Signature
from sync_agent.wire.digests import Digests
from sync_agent.wire.envelope import Envelope
from sync_agent.wire.fields import Fields, compact, decode_object
from sync_agent.wire.framing import expand, open_lines, seal_lines, squeeze
from sync_agent.wire.registration import Registration

MAX_ENTRIES = 500
MAX_BODY_BYTES = 64 * 1024
# Room for the envelope and the signature line beside the bodies.
MAX_MESSAGE_BYTES = MAX_BODY_BYTES + 16 * 1024


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch taken apart; nothing about its signature or its chain is proven yet."""

    envelope: Envelope
    bodies: Sequence[bytes]
    signed_bytes: bytes
    signature: Signature


def pack(envelope: Envelope, bodies: Sequence[bytes], sign: Callable[[bytes], Signature]) -> bytes:
    """Frame, sign and compress a batch; equal arguments give equal bytes.

    Raises WireError when the envelope and the bodies contradict one another.
    """
    envelope.check()
    if envelope.count != len(bodies):
        msg = f"envelope.count says {envelope.count}, but {len(bodies)} entries were given"
        raise WireError(msg)
    return squeeze(seal_lines([compact(envelope.members()), *bodies], sign))


def unpack(data: bytes, max_bytes: int) -> Batch:
    """Take a batch apart; `max_bytes` bounds the content after decompression.

    The caller verifies `signature` over `signed_bytes` with the station's key, and the chain.
    Bodies are not looked into: evidence in a form not yet known is evidence still.
    Raises WireError; TooLargeError when the content is longer than `max_bytes`.
    """
    lines, signed, signature = open_lines(expand(data, max_bytes))
    envelope = Envelope.of(decode_object(lines[0], "envelope"))
    bodies = lines[1:]
    if envelope.count != len(bodies):
        msg = "envelope.count is not the number of entries"
        raise WireError(msg)
    return Batch(envelope, bodies, signed, signature)


def digests_request(digests: Digests, sign: Callable[[bytes], Signature]) -> bytes:
    """Frame and sign a question of how far both ends agree; it travels uncompressed."""
    return seal_lines([compact(digests.members())], sign)


def parse_digests_request(data: bytes) -> tuple[Digests, bytes, Signature]:
    """Return the question, the bytes that are signed, and the signature, not yet verified.

    Raises WireError.
    """
    fields, signed, signature = _one_line(data, "digests")
    return Digests.of(fields), signed, signature


def epoch_request(registration: Registration, sign: Callable[[bytes], Signature]) -> bytes:
    """Frame and sign a registration; it travels uncompressed."""
    return seal_lines([compact(registration.members())], sign)


def parse_epoch_request(data: bytes) -> tuple[Registration, bytes, Signature]:
    """Return a registration, the bytes that are signed, and the signature, not yet verified.

    Raises WireError.
    """
    fields, signed, signature = _one_line(data, "epoch")
    return Registration.of(fields), signed, signature


def _one_line(data: bytes, name: str) -> tuple[Fields, bytes, Signature]:
    lines, signed, signature = open_lines(data)
    if len(lines) != 1:
        msg = f"{name} has one line and its signature"
        raise WireError(msg)
    return decode_object(lines[0], name), signed, signature
