"""Read stored batches as the entries they added, and whatever those carry inside."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from central.store.evidence import Evidence, StoredBatch
from central.work.carried import Carried, unpack
from station import chain, tap
from station.errors import EntryError
from station.tap import Kind
from sync_agent import signing, wire

log = logging.getLogger(__name__)
Journal: TypeAlias = tuple[str, int]
"""A station's code and an epoch."""
Timed: TypeAlias = "tuple[int, tap.Entry, wire.Beacon | None]"
# Often the first few are enough; a long journal must not fill the memory.
_FIRST_AT_ONCE: Final = 4
_MOST_AT_ONCE: Final = 256
# An agent of old may have carried what was carried already; nobody does so more often than this.
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """One journal entry as it was found: its address, its leaf hash, and what could be read of it.

    One that came in inside another has the address of that one, and `carried` tells its first place.
    """

    server_sequence: int
    position: int
    sequence: int
    leaf: bytes
    entry: tap.Entry | None
    tap: tap.Tap | None
    carried: Carried | None = None

    @property
    def is_tap(self) -> bool:
        """Tell whether this is a tap, or may have been one: what cannot be read is shown to a person."""
        return self.entry is None or self.entry.kind == Kind.TAP

    @property
    def is_carrier(self) -> bool:
        """Tell whether this entry only carries another."""
        return self.entry is not None and self.entry.kind == Kind.CARRY


def batches(
    evidence: Evidence, journal: Journal, *, beyond: int = 0, up_to: int | None = None
) -> Iterator[StoredBatch]:
    """Yield a journal's batches that hold entries beyond a sequence, a few at a time in memory."""
    limit = _FIRST_AT_ONCE
    while some := evidence.journal(*journal, beyond=beyond, up_to=up_to, limit=limit):
        yield from some
        beyond, limit = some[-1].last_sequence, min(4 * limit, _MOST_AT_ONCE)


def lines(batch: StoredBatch) -> list[Seen]:
    """Return the entries a batch added; raises WireError where its bytes are not what was stored."""
    opened = batch.open()
    first = opened.envelope.first
    return [
        _seen(body, batch.server_sequence, place, first + place)
        for place, body in enumerate(opened.bodies)
        # A station that missed an answer sends again; what a batch before this one added is its own.
        if first + place >= batch.first_sequence
    ]


def inside(line: Seen) -> Iterator[Seen]:
    """Yield what a `carry` entry holds, however deep; an entry nobody can take apart is itself shown."""
    for _ in range(_DEEPEST):
        if not line.is_carrier or line.entry is None:
            return
        carried = unpack(line.entry.payload)
        if carried is None:
            yield Seen(line.server_sequence, line.position, line.sequence, line.leaf, None, None)
            return
        line = _seen(carried.body, line.server_sequence, line.position, line.sequence, carried)
        yield line


def timed(found: Iterable[Seen], station: str, server_key: signing.VerifyKey) -> Iterator[Timed]:
    """Yield the entries that can be read, each with the beacon this server signed in it, if it did."""
    for line in found:
        if line.entry is not None:
            yield line.sequence, line.entry, _beacon(line.entry, station, server_key)


def _seen(
    body: bytes, server_sequence: int, position: int, sequence: int, carried: Carried | None = None
) -> Seen:
    entry: tap.Entry | None = None
    shown: tap.Tap | None = None
    try:
        entry = tap.decode(body)
        if entry.kind == Kind.TAP:
            shown = tap.Tap.from_payload(entry.payload)
            _check_text(shown)
    except (EntryError, UnicodeEncodeError):
        # Kept as evidence all the same: a later version may read what this one cannot.
        shown = None
    return Seen(server_sequence, position, sequence, chain.leaf(body), entry, shown, carried)


def _check_text(shown: tap.Tap) -> None:
    """Raise EntryError or UnicodeEncodeError for text that JSON can hold and a database cannot."""
    for text in (shown.reader, shown.key_id or "", shown.evidence or "", *shown.flags):
        text.encode()
        if "\x00" in text:
            msg = "a tap holds a character no text has"
            raise EntryError(msg)


def _beacon(entry: tap.Entry, station: str, server_key: signing.VerifyKey) -> wire.Beacon | None:
    """Return the beacon an entry carries if this server signed it for this station."""
    if entry.kind != Kind.BEACON or not isinstance(entry.payload, dict):
        return None
    try:
        beacon = wire.Beacon.of(signing.open_note("beacon", entry.payload.get("signed"), server_key))
    except (signing.SignatureError, wire.WireError):
        log.warning("beacon.unproven station=%s", station)
        return None
    return beacon if beacon.station == station else None
