"""Published: prove one epoch of a journal: its chain, the seals, beacons, batches and receipts over it."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

from central.auditor import public_keys, times
from central.auditor.links import UnprovenError, links
from central.timeline import Interval
from station import chain
from station.tap import Entry, Kind
from sync_agent import merkle, wire
from sync_agent.certificate import Range
from sync_agent.signing import SignatureError, open_note, open_seal

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Signed(NamedTuple):
    """That a key of the station signed everything up to an entry; `made_by` is the entry that says so."""

    up_to: int
    kid: str
    made_by: int


@dataclass(slots=True)
class EpochProof:
    """One epoch as far as it is proven; `findings` are sentences, and none where all of it is."""

    station: str
    epoch: int
    bodies: dict[int, bytes] = field(default_factory=dict)
    heads: dict[int, bytes] = field(default_factory=lambda: {0: chain.START})
    entries: dict[int, Entry | None] = field(default_factory=dict)
    beacons: dict[int, wire.Beacon] = field(default_factory=dict)
    signed: list[Signed] = field(default_factory=list)
    receipts: list[tuple[int, int]] = field(default_factory=list)
    intervals: dict[int, Interval] = field(default_factory=dict)
    declared: list[tuple[int, int]] = field(default_factory=list)
    """Sequences a salvage of the station says it lost, both ends included."""
    findings: list[str] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The sequence of the last entry there is."""
        return max(self.heads)

    def add(self, stored: Iterable[tuple[int, bytes, bytes | None]]) -> None:
        """Add entries with the hashes their file says they have, None where it says nothing.

        Each must follow the one before it. Behind a hole the chain begins anew with what the file says.
        """
        for sequence, body, h in sorted(stored, key=lambda each: each[0]):
            if sequence in self.bodies:
                if self.bodies[sequence] != body:
                    self.find(f"entry {sequence} is there twice, and differently")
                continue
            before = self.heads.get(sequence - 1)
            if before is None:
                self._miss(sequence)
            own = h if before is None else chain.link(before, body)
            if own is None:
                continue
            if h is not None and not hmac.compare_digest(own, h):
                self.find(
                    f"entry {sequence}, or one before it, was changed: its hash is not what its bytes give"
                )
            self.bodies[sequence], self.heads[sequence] = body, h or own
            self.entries[sequence] = times.readable(body)

    def _miss(self, sequence: int) -> None:
        known = max((each for each in self.heads if each < sequence), default=0)
        if not any(first <= known + 1 and sequence - 1 <= last for first, last in self.declared):
            self.find(f"entries {known + 1} to {sequence - 1} are missing")

    def follow(self, name: str, batch: wire.Batch, keys: public_keys.Keys) -> None:
        """Add a signed batch's entries, and take note of who signed them."""
        envelope = batch.envelope
        try:
            hashes = links(batch, (self.station, self.epoch), public_keys.plain(keys))
        except (SignatureError, UnprovenError) as error:
            self.find(f"{name} is not proven: {error}")
            return
        known = self.heads.get(envelope.first - 1)
        if known is not None and known != envelope.prev:
            self.find(f"{name} does not follow entry {envelope.first - 1}: another history was signed")
            return
        self.add(zip(range(envelope.first, envelope.last + 1), batch.bodies, hashes[1:], strict=True))
        if envelope.count:
            self.signed.append(Signed(envelope.last, batch.signature.kid, envelope.last))

    def acknowledge(self, name: str, ack: wire.Ack) -> None:
        """Hold central's receipt against the journal."""
        at_ms = int((ack.at - _EPOCH).total_seconds() * 1000)
        if ack.seq > self.last:
            self.find(f"{name} acknowledges entry {ack.seq}, and there are only {self.last}")
        elif ack.seq in self.heads and self.heads[ack.seq] != ack.h:
            self.find(f"{name} acknowledges another entry {ack.seq}")
        else:
            self.receipts.append((ack.seq, at_ms))

    def prove_what_entries_say(self, station_keys: public_keys.Keys, server_keys: public_keys.Keys) -> None:
        """Verify every seal and beacon among the entries, and find when each entry was made."""
        past: set[bytes] = set()
        for sequence, entry in sorted(self.entries.items()):
            past.add(self.heads.get(sequence - 1, chain.START))
            try:
                if entry is not None and entry.kind == Kind.SEAL:
                    self._seal(sequence, entry, station_keys)
                if entry is not None and entry.kind == Kind.BEACON:
                    self._beacon(sequence, entry, server_keys, past)
            except (SignatureError, wire.WireError, UnprovenError) as error:
                self.find(
                    f"entry {sequence} carries a {entry.kind if entry else '?'} that proves nothing: {error}"
                )
        # Behind a hole other rules of time hold than within it, but the order is the same.
        self.intervals = times.intervals(sorted(self.entries.items()), self.beacons, self.receipts)
        self._require_keys_of_their_time(station_keys)

    def _seal(self, sequence: int, entry: Entry, keys: public_keys.Keys) -> None:
        payload = entry.payload if isinstance(entry.payload, dict) else {}
        kid = str(payload.get("kid"))
        if kid not in keys:
            msg = f"it is by the key {kid}, which is none of the station's keys"
            raise SignatureError(msg)
        up_to, h = open_seal(self.station, self.epoch, payload, keys[kid].key)
        if up_to >= sequence or self.heads.get(up_to, h) != h:
            msg = f"it seals another entry {up_to} than this journal's"
            raise UnprovenError(msg)
        self.signed.append(Signed(up_to, kid, sequence))

    def _beacon(self, sequence: int, entry: Entry, keys: public_keys.Keys, past: set[bytes]) -> None:
        payload = entry.payload if isinstance(entry.payload, dict) else {}
        signed = payload.get("signed")
        kid = str(signed.get("kid")) if isinstance(signed, dict) else ""
        if kid not in keys:
            msg = f"it is by the key {kid}, which is none of central's keys"
            raise SignatureError(msg)
        beacon = times.beacon_of(entry, self.station, keys[kid].key)
        assert beacon is not None  # noqa: S101  it is a beacon's entry
        if not self.declared and beacon.head not in past:
            msg = "central answered to another history of this journal"
            raise UnprovenError(msg)
        self.beacons[sequence] = beacon

    def _require_keys_of_their_time(self, keys: public_keys.Keys) -> None:
        """Find entries only keys have signed that came into use after them, and keys used too long."""
        # What a seal or a beacon says is signed in itself, whoever signs over it later.
        own = {each.made_by for each in self.signed if each.made_by > each.up_to} | self.beacons.keys()
        covered = 0
        older: dict[str, list[int]] = {}
        for up_to, kid, made_by in sorted(self.signed):
            since_ms, until_ms = keys[kid].since_ms, keys[kid].until_ms
            older.setdefault(kid, []).extend(
                each
                for each in range(covered + 1, up_to + 1)
                if since_ms is not None and each not in own and self._is_before(each, since_ms)
            )
            made = self.intervals.get(made_by)
            if until_ms is not None and made and made.earliest_ms is not None and made.earliest_ms > until_ms:
                self.find(f"entry {made_by} was signed with the key {kid} after it was taken out of use")
            covered = max(covered, up_to)
        for kid, entries in older.items():
            if entries:
                self.find(
                    f"{len(entries)} entries from {entries[0]} to {entries[-1]} were made before the key "
                    f"{kid} came into use, and no key of their own time has signed them"
                )

    def _is_before(self, sequence: int, at_ms: int) -> bool:
        interval = self.intervals.get(sequence)
        return interval is not None and interval.latest_ms is not None and interval.latest_ms < at_ms

    def leaves(self, claimed: Range) -> Sequence[bytes]:
        """Return the leaf hashes of a range; raises KeyError with the first entry that is missing."""
        return [chain.leaf(self.bodies[each]) for each in range(claimed.first_seq, claimed.last_seq + 1)]

    def contradicts(self, claimed: Range) -> str:
        """Return how a certified range is another one than here, nothing where it is the same."""
        try:
            root = merkle.root(self.leaves(claimed))
        except KeyError as error:
            return f"entry {error.args[0]} of epoch {self.epoch} is certified, and is not here"
        for sequence, h in ((claimed.first_seq, claimed.first_h), (claimed.last_seq, claimed.last_h)):
            if self.heads[sequence] != h:
                return f"entry {sequence} of epoch {self.epoch} is another one than was certified"
        if root != claimed.root:
            return f"entries of epoch {self.epoch} are others than were certified"
        return ""

    def find(self, what: str) -> None:
        """Note a finding."""
        self.findings.append(what)


def open_ack(signed: object, keys: public_keys.Keys) -> wire.Ack:
    """Return the receipt a Signed object holds, under whichever of central's keys signed it.

    Raises SignatureError and WireError.
    """
    kid = str(signed.get("kid")) if isinstance(signed, dict) else ""
    if kid not in keys:
        msg = "a receipt is signed by none of central's keys"
        raise SignatureError(msg)
    return wire.Ack.of(open_note("ack", signed, keys[kid].key))
