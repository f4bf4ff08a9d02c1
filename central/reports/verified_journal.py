"""Verify a station's journal from the bytes it sent: every signature, every link from the first entry on."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from central.auditor.links import UnprovenError, links
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

    def add(self, batch: StoredBatch, keys: Mapping[str, signing.VerifyKey]) -> None:
        """Verify one more batch under the station's public keys.

        Raises UnprovenError, WireError or SignatureError where it fails.
        """
        opened = batch.open()
        hashes = links(opened, (self.station, self.epoch), keys)
        self._follow(opened, hashes)
        self.signed_by[batch.server_sequence] = opened.signature.kid

    def _follow(self, opened: wire.Batch, hashes: Sequence[bytes]) -> None:
        before = opened.envelope.first - 1
        if before > len(self.leaves) or hashes[0] != self._heads[before]:
            msg = f"it does not follow entry {min(before, len(self.leaves))}"
            raise UnprovenError(msg)
        for sequence, (body, h) in enumerate(zip(opened.bodies, hashes[1:], strict=True), before + 1):
            if sequence > len(self.leaves):
                self._heads.append(h)
                self.leaves.append(chain.leaf(body))
            elif h != self._heads[sequence]:
                msg = f"it says entry {sequence} differently from a batch before it"
                raise UnprovenError(msg)


def verify(evidence: Evidence, station: str, epoch: int) -> VerifiedJournal:
    """Verify a whole journal as far as it holds; what comes after a break proves nothing."""
    journal = VerifiedJournal(station, epoch)
    rows = StationKey.objects.filter(station_id=station).values_list("kid", "public_key")
    keys = {kid: signing.VerifyKey.from_hex(public) for kid, public in rows}
    for batch in evidence.journal(station, epoch):
        try:
            journal.add(batch, keys)
        except (wire.WireError, signing.SignatureError, UnprovenError) as error:
            journal.broken = f"batch {batch.server_sequence} does not verify: {error}"
            break
    return journal
