"""Published: find how far what is held of an epoch is what its station has; nothing is changed by it."""

import json

from central.intake.acks import Signer
from central.intake.evidence import Evidence
from central.intake.reply import Reply
from central.intake.verify import ProvenDigests
from sync_agent import wire


def judge_digests(evidence: Evidence, proven: ProvenDigests, signer: Signer) -> Reply:
    """Answer with the last of the places given at which both ends have the same hash."""
    asked = proven.digests
    head = evidence.head(asked.station, asked.epoch)
    if proven.is_revoked:
        return signer.refused("revoked", asked, head)
    if head is None:
        return signer.refused("epoch-unknown", asked, None)
    note = signer.agreed(asked, _agreed_seq(evidence, asked, head.seq), head)
    return Reply(200, json.dumps(note).encode())


def _agreed_seq(evidence: Evidence, asked: wire.Digests, have_seq: int) -> int:
    """Return the highest place of those given whose hash is the one held there, 0 where there is none.

    One equal hash proves every byte before it, so that half of what is left falls away at each look:
    seven batches are unpacked for 64 places.
    """
    known = [place for place in asked.heads if place.seq <= have_seq]
    low, high = 0, len(known)
    while low < high:
        middle = (low + high) // 2
        place = known[middle]
        if evidence.hash_at(asked.station, asked.epoch, place.seq) == place.h:
            low = middle + 1
        else:
            high = middle
    return known[low - 1].seq if low else 0
