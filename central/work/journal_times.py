"""Read one journal's entries from the evidence, with the times that follow for them."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from central.store.evidence import Evidence, StoredBatch
from central.store.models import Station
from central.timeline import Interval
from central.work.attested import Attested
from central.work.lines import Seen, batches, lines, timed
from central.work.open_times import OpenTimes, Settled
from sync_agent import signing, wire

log = logging.getLogger(__name__)
UNSETTLED: Final = Settled()


@dataclass(slots=True)
class Read:
    """What stood in a journal from its settled entry on; times by the sequence it came in under.

    `last` is the last entry read of those that came in by themselves, 0 where there was none.
    """

    lines: list[Seen] = field(default_factory=list)
    intervals: dict[int, Interval] = field(default_factory=dict)
    settled: Settled = UNSETTLED
    last: int = 0


@dataclass(slots=True)
class JournalReader:
    """Reads the journals of one station, up to a server sequence."""

    evidence: Evidence
    server_key: signing.VerifyKey
    station: Station
    attested: Attested
    up_to: int | None = None
    unreadable: set[int] = field(default_factory=set)
    """The batches whose bytes are not what was stored."""

    def read(self, epoch: int, settled: Settled = UNSETTLED, last: int | None = None) -> Read:
        """Return a journal that came in by itself, from its settled entry on; no batch beyond `last`."""
        found, times = Read(), OpenTimes(settled)
        # From the settled entry on: what came in before may still become better known by what comes now.
        for batch, seen in self.batches(epoch, settled.sequence - 1):
            if last is not None and batch.first_sequence > last:
                break
            self.add(times, epoch, seen, batch.received_ms)
            found.lines += seen
            found.last = batch.last_sequence
        times.judge()
        carriers = {line.sequence for line in found.lines if line.is_carrier}
        # What is carried has its time from the journal it was first written in, not from its carrier.
        found.intervals = {name: each for name, each in times.intervals.items() if name not in carriers}
        found.settled = times.settled
        return found

    def batches(self, epoch: int, beyond: int = 0) -> Iterator[tuple[StoredBatch, list[Seen]]]:
        """Yield a journal's batches beyond a sequence with the entries they added; none where damaged."""
        journal = self.station.code, epoch
        for batch in batches(self.evidence, journal, beyond=max(0, beyond), up_to=self.up_to):
            try:
                yield batch, lines(batch)
            except wire.WireError as error:
                # The intake verified these bytes before it kept them, so the file itself has been damaged.
                self._complain(batch, error)
                yield batch, []

    def add(self, times: OpenTimes, epoch: int, seen: list[Seen], received_ms: int) -> None:
        """Add what one batch of an epoch brought to the times of that epoch."""
        entries = timed(seen, self.station.code, self.server_key)
        times.add(entries, received_ms, self.attested.words(epoch, seen))

    def _complain(self, batch: StoredBatch, error: wire.WireError) -> None:
        if batch.server_sequence not in self.unreadable:
            place = batch.server_sequence, batch.station
            log.error("evidence.unreadable sequence=%d station=%s", *place, exc_info=error)
            self.unreadable.add(batch.server_sequence)
