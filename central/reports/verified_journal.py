"""Verify a station's journal from the bytes it sent: every signature, every link from the first entry on."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from central.store.evidence import Evidence, StoredBatch
from central.store.models import StationKey
from station import chain
from sync_agent import signing, wire


@dataclass(slots=True)
class VerifiedJournal:
    """How far one journal is proven. `broken` says where proof ends, and is empty where it does not.

    `leaves` are the hashes of the entries' bytes, the entry numbered 1 first; `signed_by` names the
    key that signed each batch, by server sequence.
    """

    station: str
    epoch: int
    leaves: list[bytes] = field(default_factory=list)
    signed_by: dict[int, str] = field(default_factory=dict)
    broken: str = ""
    _heads: list[bytes] = field(default_factory=lambda: [chain.START])

    @property
    def head(self) -> bytes:
        """The hash of the last entry proven."""
        return self._heads[-1]

    def proves(self, sequence: int, leaf: bytes) -> bool:
        """Tell whether the entry of that number is proven and is the one with this hash."""
        return sequence <= len(self.leaves) and hmac.compare_digest(self.leaves[sequence - 1], leaf)

    def add(self, batch: StoredBatch, keys: Mapping[str, str]) -> None:
        """Verify one more batch under the station's public keys; raises _BrokenError where it fails."""
        opened = batch.open()
        kid = opened.signature.kid
        if kid not in keys:
            msg = f"is signed by the key {kid}, which is not the station's"
            raise _BrokenError(msg)
        signing.VerifyKey.from_hex(keys[kid]).verify(opened.signed_bytes, opened.signature)
        self._follow(opened)
        self.signed_by[batch.server_sequence] = kid

    def _follow(self, opened: wire.Batch) -> None:
        envelope = opened.envelope
        before = envelope.first - 1
        if (envelope.station, envelope.epoch) != (self.station, self.epoch):
            msg = "belongs to another journal"
            raise _BrokenError(msg)
        if before > len(self.leaves) or envelope.prev != self._heads[before]:
            msg = f"does not follow entry {min(before, len(self.leaves))}"
            raise _BrokenError(msg)
        for sequence, body in enumerate(opened.bodies, start=envelope.first):
            self._append(sequence, body)
        if self._heads[envelope.last] != envelope.batch_h:
            msg = "does not end in the hash it names"
            raise _BrokenError(msg)

    def _append(self, sequence: int, body: bytes) -> None:
        head = chain.link(self._heads[sequence - 1], body)
        if sequence > len(self.leaves):
            self._heads.append(head)
            self.leaves.append(chain.leaf(body))
        elif head != self._heads[sequence]:
            msg = f"says entry {sequence} differently from a batch before it"
            raise _BrokenError(msg)


class _BrokenError(Exception):
    """Say why a batch is not proven."""


def verify(evidence: Evidence, station: str, epoch: int) -> VerifiedJournal:
    """Verify a whole journal as far as it holds; what comes after a break proves nothing."""
    journal = VerifiedJournal(station, epoch)
    keys = dict(StationKey.objects.filter(station_id=station).values_list("kid", "public_key"))
    for batch in evidence.journal(station, epoch):
        try:
            journal.add(batch, keys)
        except (wire.WireError, signing.SignatureError, _BrokenError) as error:
            journal.broken = f"batch {batch.server_sequence} does not verify: {error}"
            break
    return journal
