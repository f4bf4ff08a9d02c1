"""Bring new evidence into the records: each tap a row, with what is proven about its time."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from central.store.evidence import Evidence
from central.store.models import ProjectorPosition, Station, StationTimeline, Tap
from central.work.attested import Attested
from central.work.carried_times import CarriedReader
from central.work.journal_times import UNSETTLED, JournalReader, Read
from central.work.lines import Journal, Seen, inside
from central.work.occurrence_rows import write_occurrences
from central.work.open_times import Settled
from central.work.prove import Prover
from central.work.tap_rows import Disturbed, JournalTimes, write_taps
from sync_agent import signing

log = logging.getLogger(__name__)
# One transaction's worth: long enough to be quick, short enough that staff never wait for it.
_BATCHES_AT_ONCE = 200


@dataclass(slots=True)
class Projected:
    """What one run did."""

    batches: int = 0
    taps: int = 0
    retimed: int = 0
    unreadable: int = 0
    unknown_stations: set[str] = field(default_factory=set)
    disturbed: list[Disturbed] = field(default_factory=list)
    """The taps behind decided records that are of another day now; each is for a person."""


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


def retime(
    evidence: Evidence,
    server_key: signing.VerifyKey,
    station: str,
    epoch: int,
    prover: Prover | None = None,
) -> Projected:
    """Find all times of one journal anew from its beginning, with what it carried and what carried it.

    For when a person decided on a time, a staff card became known, or the rule changed. What could not be
    read is tried again under its old server sequence. A journal that was never read is left alone.
    """
    run = _Run(evidence, server_key, prover or Prover(None))
    with transaction.atomic():
        run.retime_journal((station, epoch))
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

    def left_behind(self) -> Iterator[Journal]:
        """Yield the journals that were passed by while their station was unknown, and now can be read."""
        read = set(StationTimeline.objects.filter(carried_in=0).values_list("station_id", "epoch"))
        known = set(Station.objects.values_list("code", flat=True))
        for station, epoch, _ in self.evidence.journals():
            if (station, epoch) not in read and station in known:
                yield station, epoch

    def project_journal(self, journal: Journal, newest: int | None) -> None:
        """Bring one journal's batches up to a server sequence into the records."""
        reader = self._reader(journal[0], newest)
        if reader is None:
            self.done.unknown_stations.add(journal[0])
            return
        timeline = _timeline(reader.station, journal[1])
        was_read, was_settled = timeline.projected_sequence, timeline.settled_sequence
        found = reader.read(journal[1], _settled(timeline))
        timeline.projected_sequence = max(was_read, found.last)
        self._write(reader, timeline, found, was_read)
        brought = self._brought(found.lines, was_read)
        carried = StationTimeline.objects.filter(station=reader.station, carried_in=journal[1])
        # Until the carrier's own first exchange is settled, what it brought may become better known by it.
        known = [] if was_settled else carried.values_list("epoch", flat=True)
        for own in sorted({*brought, *known}):
            self._project_carried(reader, own, journal[1], was_read)
        for behind in StationTimeline.objects.filter(
            station=reader.station, epoch=journal[1], projected_sequence=was_read
        ).exclude(carried_in=0):
            # All that came in by itself was before it, so what came in now may be as well.
            self._project_carried(reader, journal[1], behind.carried_in, None)
        self.done.unreadable += len(reader.unreadable)

    def retime_journal(self, journal: Journal) -> None:
        """Read one journal, and those it carried or was carried in, from their beginnings."""
        reader = self._reader(journal[0], None)
        timelines = StationTimeline.objects.select_for_update().filter(station=journal[0])
        timeline = timelines.filter(epoch=journal[1], carried_in=0).first()
        if reader is None or timeline is None:
            return
        found = reader.read(journal[1], last=timeline.projected_sequence)
        _forget_unparsed(timeline, found.lines)
        self._write(reader, timeline, found, timeline.projected_sequence)
        for carried in timelines.exclude(carried_in=0):
            if journal[1] in {carried.epoch, carried.carried_in}:
                self._project_carried(reader, carried.epoch, carried.carried_in, None)
        self.done.unreadable += len(reader.unreadable)

    def _reader(self, code: str, newest: int | None) -> JournalReader | None:
        station = Station.objects.select_related("school").filter(code=code).first()
        if station is None:
            return None
        return JournalReader(
            self.evidence, self.server_key, station, Attested(station, self.evidence), newest
        )

    def _brought(self, found: Sequence[Seen], was_read: int) -> set[int]:
        """Return the epochs of which entries are carried among the new ones."""
        new = (each for line in found if line.sequence > was_read for each in inside(line))
        return {each.carried.epoch for each in new if each.carried is not None}

    def _project_carried(self, reader: JournalReader, own: int, carrier: int, was_read: int | None) -> None:
        """Bring what one epoch brought of another into the records; from its beginning without `was_read`."""
        timeline = _timeline(reader.station, own, carrier)
        settled = UNSETTLED if was_read is None else _settled(timeline)
        found = CarriedReader(reader, own, carrier).read(settled)
        timeline.projected_sequence = found.last or timeline.projected_sequence
        self._write(reader, timeline, found, was_read)

    def _write(
        self, reader: JournalReader, timeline: StationTimeline, found: Read, was_read: int | None
    ) -> None:
        """Write what was found in a journal; entries up to `was_read` were written before, all without it."""
        epoch = timeline.carried_in or timeline.epoch
        taps = [line for line in found.lines if line.is_tap]
        if not timeline.carried_in:
            # What nobody can take apart may have held a tap.
            taps += [each for line in found.lines for each in inside(line) if each.carried is None]
        carried_from = timeline.epoch if timeline.carried_in else 0
        times = JournalTimes(epoch, found.intervals, reader.attested.decided, carried_from)
        written = write_taps(reader.station, times, taps, self.prover)
        self.done.taps += written.new
        self.done.retimed += written.renewed
        self.done.disturbed += written.disturbed
        for each in written.disturbed:
            place = each.tap.station_id, each.tap.epoch, each.tap.sequence
            log.warning("tap.disturbed station=%s epoch=%d sequence=%d", *place)
        new = [] if was_read is None else [line for line in found.lines if line.sequence > was_read]
        others = [line for line in new if not line.is_tap]
        for line in others:
            if line.entry is not None:
                timeline.not_taps[line.entry.kind] = timeline.not_taps.get(line.entry.kind, 0) + 1
        write_occurrences(reader.station, epoch, others, found.intervals)
        timeline.settled_sequence = found.settled.sequence
        timeline.settled_earliest_ms = found.settled.earliest_ms
        timeline.settled_latest_ms = found.settled.latest_ms
        timeline.save()


def _timeline(station: Station, epoch: int, carried_in: int = 0) -> StationTimeline:
    timelines = StationTimeline.objects.select_for_update()
    return timelines.get_or_create(station=station, epoch=epoch, carried_in=carried_in)[0]


def _settled(timeline: StationTimeline) -> Settled:
    return Settled(timeline.settled_sequence, timeline.settled_earliest_ms, timeline.settled_latest_ms)


def _forget_unparsed(timeline: StationTimeline, found: Sequence[Seen]) -> None:
    """Take back the rows of what can be read by now and is no tap."""
    unparsed = Tap.objects.filter(
        station=timeline.station_id, epoch=timeline.epoch, outcome=Tap.Outcome.UNPARSED, record=None
    )
    places = {line.sequence: line for line in found if not line.is_tap and not line.is_carrier}
    for row in unparsed:
        line = places.get(row.sequence)
        if line is not None and line.entry is not None and not row.carried_from:
            timeline.not_taps[line.entry.kind] = timeline.not_taps.get(line.entry.kind, 0) + 1
            row.delete()
