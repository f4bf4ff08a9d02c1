"""Published: the hashes a signed batch gives its entries, once it is known whose it is."""

from collections.abc import Mapping

from station import chain
from sync_agent import wire
from sync_agent.signing import SignatureError, VerifyKey


class UnprovenError(Exception):
    """Something does not follow from what is signed; the text says what."""


def links(batch: wire.Batch, whose: tuple[str, int], keys: Mapping[str, VerifyKey]) -> list[bytes]:
    """Return the chain's hashes from the one before the batch's first entry to its last.

    `whose` is the station and the epoch it must belong to. Raises SignatureError unless one of the
    keys, by their short names, signed it, and UnprovenError where it belongs elsewhere or does not end
    in the hash it names. Whether it follows what is held is for the caller to say.
    """
    signature, envelope = batch.signature, batch.envelope
    if signature.kid not in keys:
        msg = f"it is signed by the key {signature.kid}, which is none of the station's keys"
        raise SignatureError(msg)
    keys[signature.kid].verify(batch.signed_bytes, signature)
    if (envelope.station, envelope.epoch) != whose:
        msg = "it belongs to another journal"
        raise UnprovenError(msg)
    hashes = [envelope.prev]
    for body in batch.bodies:
        hashes.append(chain.link(hashes[-1], body))
    if hashes[-1] != envelope.batch_h:
        msg = "it does not end in the hash it names"
        raise UnprovenError(msg)
    return hashes
