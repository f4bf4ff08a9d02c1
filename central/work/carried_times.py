"""Read what one epoch brought of another, with the times that follow from where it first stood."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from central.timeline import Interval
from central.work.carried import sound
from central.work.journal_times import UNSETTLED, JournalReader, Read
from central.work.lines import Seen, inside, timed
from central.work.open_times import OpenTimes, Settled
from central.work.tap_times import UNBOUNDED
from station import chain

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Brought:
    """One carried entry, its first place, and when the batch that brought it came in."""

    line: Seen
    first: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class _Prefix:
    """What came in by itself before a carried entry: its open times, its last entry and that one's hash.

    `floor_ms` is what it proves of the entries behind it by signatures alone, where a hole in the chain
    lies between and so nothing is proven.
    """

    times: OpenTimes
    head: tuple[int, bytes]
    floor_ms: int | None


@dataclass(frozen=True, slots=True)
class CarriedReader:
    """Reads a journal that came in inside another: the epoch `own`, as `carrier` brought it.

    It stands behind what came in of that epoch by itself, and before the carrier's own beginning: only
    closed journals are carried, and a journal is closed before the next begins. So a boot that began in the
    one and went on in the other is known from the exchanges of both.
    """

    journals: JournalReader
    own: int
    carrier: int

    def read(self, settled: Settled = UNSETTLED) -> Read:
        """Return what was brought from the settled entry on, in the order it was first journalled in.

        `last` is the last entry of the prefix where that was read, else 0.
        """
        found = self._brought(settled.sequence)
        if settled.sequence and (not found or found[0].line.sequence != settled.sequence):
            # Something came in that belongs further up, so all is read anew.
            return self.read()
        if not found:
            return Read()
        if settled.sequence:
            times = OpenTimes(replace(settled, sequence=found[0].first))
            prefix = _Prefix(times, (0, chain.START), None)
        else:
            prefix = self._prefix(found[0].first)
            times = prefix.times.continued()
        good = self._sound(found, prefix.head)
        self._add(times, good)
        times.judge(self._beginning())
        return self._read(found, good, times, prefix)

    def _brought(self, beyond: int) -> list[_Brought]:
        """Return every entry once, in the order of first places."""
        found = [
            _Brought(each, each.carried.sequence, batch.received_ms)
            for batch, seen in self.journals.batches(self.carrier, beyond - 1)
            for line in seen
            if line.sequence >= beyond
            for each in inside(line)
            if each.carried is not None and each.carried.epoch == self.own
        ]
        found.sort(key=lambda each: (each.first, each.line.sequence))
        leaves = set[bytes]()
        once = []
        for each in found:
            if each.line.leaf not in leaves:
                leaves.add(each.line.leaf)
                once.append(each)
        return once

    def _prefix(self, first: int) -> _Prefix:
        times, head = OpenTimes(UNSETTLED), (0, chain.START)
        for batch, seen in self.journals.batches(self.own):
            before = [line for line in seen if line.sequence < first]
            if not before:
                break
            self.journals.add(times, self.own, before, batch.received_ms)
            opened = batch.open()
            h = opened.envelope.prev
            for body in opened.bodies[: before[-1].position + 1]:
                h = chain.link(h, body)
            head = before[-1].sequence, h
        times.judge()
        newest = times.intervals.get(head[0], UNBOUNDED).provable_earliest_ms
        return _Prefix(times, head, None if head[0] + 1 == first else newest)

    def _sound(self, found: Sequence[_Brought], head: tuple[int, bytes]) -> list[_Brought]:
        carried = [each.line.carried for each in found if each.line.carried is not None]
        good = [each for each, is_sound in zip(found, sound(carried, head), strict=True) if is_sound]
        if len(good) < len(found):
            code = self.journals.station.code
            log.warning(
                "carry.unlinked station=%s epoch=%d entries=%d", code, self.own, len(found) - len(good)
            )
        return good

    def _add(self, times: OpenTimes, good: Sequence[_Brought]) -> None:
        code, key = self.journals.station.code, self.journals.server_key
        for received_ms, group in groupby(good, key=lambda each: each.received_ms):
            some = list(group)
            said = self.journals.attested.words(self.carrier, [each.line for each in some])
            words = {each.first: said[each.line.sequence] for each in some if each.line.sequence in said}
            # In the order it was first journalled in, whatever order it was brought in.
            named = [replace(each.line, sequence=each.first) for each in some]
            times.add(timed(named, code, key), received_ms, words)

    def _beginning(self) -> OpenTimes:
        """Return the carrier's own first entries, up to the first exchange."""
        times = OpenTimes(UNSETTLED)
        for batch, seen in self.journals.batches(self.carrier):
            self.journals.add(times, self.carrier, seen, batch.received_ms)
            if times.has_exchange:
                break
        return times

    def _read(
        self, found: Sequence[_Brought], good: Sequence[_Brought], times: OpenTimes, prefix: _Prefix
    ) -> Read:
        intervals = {each.line.sequence: UNBOUNDED for each in found}
        places = {each.first: each.line.sequence for each in good}
        for each in good:
            if each.first in times.intervals:
                intervals[each.line.sequence] = _lowered(times.intervals[each.first], prefix.floor_ms)
        for each in found:
            if each.line.is_carrier:
                del intervals[each.line.sequence]
        settled = times.settled
        if settled.sequence:
            settled = replace(settled, sequence=places[settled.sequence])
        return Read([each.line for each in found], intervals, settled, prefix.head[0])


def _lowered(interval: Interval, floor_ms: int | None) -> Interval:
    """Take back what only a prefix behind a hole proves."""
    proven = interval.provable_earliest_ms
    if floor_ms is None or proven is None or proven > floor_ms:
        return interval
    return replace(interval, provable_earliest_ms=None)
