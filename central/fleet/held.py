"""What central holds, read from its evidence as the projection reads it: every tap by its own leaf hash."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from central.fleet.central import CentralInProcess
from central.fleet.invariants import Broken, Invariant
from central.work.carried import unpack
from station import chain
from station.errors import EntryError
from station.tap import Kind, decode
from sync_agent import wire

_CARRY = f'[1,"{Kind.CARRY}",'.encode()
_TAP = f'[1,"{Kind.TAP}",'.encode()
_NEW = (
    "SELECT srv_seq, station, epoch, first_seq, last_seq, last_h, received_ms, bytes FROM batch"
    " WHERE srv_seq > ? ORDER BY srv_seq LIMIT 200"
)


class Stored(NamedTuple):
    """One row of the evidence."""

    srv_seq: int
    station: str
    epoch: int
    first_seq: int
    last_seq: int
    last_h: bytes
    received_ms: int
    data: bytes


@dataclass(slots=True)
class Held:
    """Central's entries as far as they were looked at; each look goes on where the one before ended.

    `first` is where an entry, bare or carried, came in first; `taps` says of how many entries each
    tap is the body, of which the projection counts one.
    """

    central: CentralInProcess
    first: dict[bytes, int] = field(default_factory=dict)
    taps: Counter[bytes] = field(default_factory=Counter)
    entries: int = 0
    _heads: dict[tuple[str, int], tuple[int, bytes]] = field(default_factory=dict)
    _through: int = 0

    def look(self) -> None:
        """Read what came since; raises Broken where a chain does not hold."""
        while rows := self.central.ask_evidence(_NEW, self._through):
            for row in rows:
                self._read(Stored(*row))
                self._through = row[0]

    def forget(self) -> None:
        """Begin anew: the evidence is another than it was."""
        self.first.clear()
        self.taps.clear()
        self._heads.clear()
        self._through = self.entries = 0

    def _read(self, row: Stored) -> None:
        station, epoch = row.station, row.epoch
        batch = wire.unpack(row.data, wire.MAX_MESSAGE_BYTES)
        seq, h = self._heads.get((station, epoch), (0, chain.START))
        if row.first_seq != seq + 1:
            raise Broken(Invariant.CHAINS_VERIFY, station, f"epoch {epoch}: {row.first_seq} follows {seq}")
        for body in batch.bodies[row.first_seq - batch.envelope.first :]:
            h = chain.link(h, body)
            self._count(body, row.srv_seq)
        if h != row.last_h:
            raise Broken(Invariant.CHAINS_VERIFY, station, f"epoch {epoch}: another hash at {row.last_seq}")
        self._heads[(station, epoch)] = row.last_seq, h

    def _count(self, body: bytes, srv_seq: int) -> None:
        self.entries += 1
        for one in unfolded(body):
            leaf = chain.leaf(one)
            self.first.setdefault(leaf, srv_seq)
            if one.startswith(_TAP):
                self.taps[leaf] += 1


def unfolded(body: bytes) -> Iterator[bytes]:
    """Yield an entry's bytes and, of one that carries another, those the projection takes out of it."""
    yield body
    if not body.startswith(_CARRY):
        return
    try:
        carried = unpack(decode(body).payload)
    except EntryError:
        return
    if carried is not None:
        yield carried.body
