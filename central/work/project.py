"""Bring new evidence into the records: each tap a row, with what is proven about its time."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from django.db import transaction

from central.store.evidence import Evidence, StoredBatch
from central.store.models import ProjectorPosition, Station, StationTimeline
from central.work.occurrence_rows import write_occurrences
from central.work.open_times import OpenTimes, Settled
from central.work.prove import Prover
from central.work.tap_rows import Seen, write_taps
from station import chain, tap
from station.errors import EntryError
from sync_agent import signing, wire

log = logging.getLogger(__name__)
# One transaction's worth: long enough to be quick, short enough that staff never wait for it.
_BATCHES_AT_ONCE = 200

_Timed: TypeAlias = "tuple[int, tap.Entry, wire.Beacon | None]"


@dataclass(slots=True)
class Projected:
    """What one run did."""

    batches: int = 0
    taps: int = 0
    retimed: int = 0
    unreadable: int = 0
    unknown_stations: set[str] = field(default_factory=set)


def project(evidence: Evidence, server_key: signing.VerifyKey, prover: Prover | None = None) -> Projected:
    """Read every batch that came in since the last run, in transactions of their own.

    Each moves the position together with the rows it wrote, so a run that is cut off is simply
    continued. The result depends on what stations recorded, not on the order in which their
    batches came in or on how often this runs. A beacon counts only under `server_key`, and what
    credentials left is judged by `prover`. Batches of a station the records do not know wait until
    they do.
    """
    run = _Run(evidence, server_key, prover or Prover(None))
    while run.project_some():
        pass
    for journal in run.left_behind():
        with transaction.atomic():
            run.project_journal(journal, None)
    return run.done


@dataclass(frozen=True, slots=True)
class _Run:
    """One run: what it reads, under which keys, and what it has done so far."""

    evidence: Evidence
    server_key: signing.VerifyKey
    prover: Prover
    done: Projected = field(default_factory=Projected)

    def project_some(self) -> bool:
        """Read the next batches in one transaction; return whether there may be more."""
        read = ProjectorPosition.objects.filter(pk=1).values_list("server_sequence", flat=True).first() or 0
        if not self.evidence.arrivals(read, 1):
            # Asked first without a transaction: staff never wait for a projector that has nothing to do.
            return False
        with transaction.atomic():
            # Written first, so that two projectors queue up at the database instead of both reading on.
            position, _ = ProjectorPosition.objects.select_for_update().get_or_create(pk=1)
            arrivals = self.evidence.arrivals(position.server_sequence, _BATCHES_AT_ONCE)
            if not arrivals:
                return False
            newest = arrivals[-1].server_sequence
            for journal in dict.fromkeys((arrival.station, arrival.epoch) for arrival in arrivals):
                self.project_journal(journal, newest)
            position.server_sequence = newest
            position.save()
        self.done.batches += len(arrivals)
        return len(arrivals) == _BATCHES_AT_ONCE

    def left_behind(self) -> Iterator[tuple[str, int]]:
        """Yield the journals that were passed by while their station was unknown, and now can be read."""
        read = set(StationTimeline.objects.values_list("station_id", "epoch"))
        known = set(Station.objects.values_list("code", flat=True))
        for station, epoch, _ in self.evidence.journals():
            if (station, epoch) not in read and station in known:
                yield station, epoch

    def project_journal(self, journal: tuple[str, int], newest: int | None) -> None:
        """Bring one journal's batches up to a server sequence into the records."""
        station = Station.objects.select_related("school").filter(code=journal[0]).first()
        if station is None:
            self.done.unknown_stations.add(journal[0])
            return
        timelines = StationTimeline.objects.select_for_update()
        timeline, _ = timelines.get_or_create(station=station, epoch=journal[1])
        settled = Settled(timeline.settled_sequence, timeline.settled_earliest_ms, timeline.settled_latest_ms)
        times = OpenTimes(settled)
        taps: list[Seen] = []
        others: list[Seen] = []
        # From the settled entry on: what came in before may still become better known by what comes now.
        for batch in self.evidence.journal(*journal, beyond=max(0, settled.sequence - 1), up_to=newest):
            lines = _lines(batch, self.done)
            times.add(_timed(lines, station.code, self.server_key), batch.received_ms)
            new = [line for line in lines if line.sequence > timeline.projected_sequence]
            taps += [line for line in new if line.is_tap]
            others += [line for line in new if not line.is_tap]
            timeline.projected_sequence = max(timeline.projected_sequence, batch.last_sequence)
        times.judge()
        self.done.retimed += write_taps(station, journal[1], taps, times.intervals, self.prover)
        self.done.taps += len(taps)
        _count(timeline, others)
        write_occurrences(station, journal[1], others, times.intervals)
        timeline.settled_sequence = times.settled.sequence
        timeline.settled_earliest_ms = times.settled.earliest_ms
        timeline.settled_latest_ms = times.settled.latest_ms
        timeline.save()


def _lines(batch: StoredBatch, done: Projected) -> list[Seen]:
    try:
        opened = batch.open()
    except wire.WireError:
        # The intake verified these bytes before it kept them, so the file itself has been damaged.
        log.exception("evidence.unreadable sequence=%d station=%s", batch.server_sequence, batch.station)
        done.unreadable += 1
        return []
    first = opened.envelope.first
    return [
        _seen(batch, place, first + place, body)
        for place, body in enumerate(opened.bodies)
        # A station that missed an answer sends again; what a batch before this one added is its own.
        if first + place >= batch.first_sequence
    ]


def _seen(batch: StoredBatch, place: int, sequence: int, body: bytes) -> Seen:
    entry: tap.Entry | None = None
    shown: tap.Tap | None = None
    try:
        entry = tap.decode(body)
        if entry.kind == tap.Kind.TAP:
            shown = tap.Tap.from_payload(entry.payload)
    except EntryError:
        # Kept as evidence all the same: a later version may read what this one cannot.
        shown = None
    return Seen(batch.server_sequence, place, sequence, chain.leaf(body), entry, shown)


def _timed(lines: Sequence[Seen], station: str, server_key: signing.VerifyKey) -> Iterator[_Timed]:
    for line in lines:
        if line.entry is not None:
            yield line.sequence, line.entry, _beacon(line.entry, station, server_key)


def _beacon(entry: tap.Entry, station: str, server_key: signing.VerifyKey) -> wire.Beacon | None:
    """Return the beacon an entry carries if this server signed it for this station."""
    if entry.kind != tap.Kind.BEACON or not isinstance(entry.payload, dict):
        return None
    try:
        beacon = wire.Beacon.of(signing.open_note("beacon", entry.payload.get("signed"), server_key))
    except (signing.SignatureError, wire.WireError):
        log.warning("beacon.unproven station=%s", station)
        return None
    return beacon if beacon.station == station else None


def _count(timeline: StationTimeline, lines: Sequence[Seen]) -> None:
    for line in lines:
        if line.entry is not None:
            timeline.not_taps[line.entry.kind] = timeline.not_taps.get(line.entry.kind, 0) + 1
