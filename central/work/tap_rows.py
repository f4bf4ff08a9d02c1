"""Write the taps of one journal and keep the times of the open ones as they become better known."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from central.store.models import Station, Tap
from central.store.rewrite import rewrite
from central.timeline import Interval
from central.work.lines import Seen
from central.work.open_times import Word
from central.work.prove import PROOF_FIELDS, Prover, ask_again, settle_copies
from central.work.tap_times import DECIDED, TIMES, UNBOUNDED, Bells, set_time

Place: TypeAlias = tuple[int, int]
log = logging.getLogger(__name__)
_ADDRESS = ["epoch", "sequence", "server_sequence", "position", "carried_from"]
_READ = ["key_id", "reader", "flags", "evidence", "is_clock_synchronised"]
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class JournalTimes:
    """What is known of the times in one journal, by the sequence its entries came in under.

    `epoch` is the one that came in. Where that only carried the journal, `carried_from` is its own.
    `decided` is what people decided, by epoch and sequence.
    """

    epoch: int
    intervals: Mapping[int, Interval]
    decided: Mapping[Place, Word] = field(default_factory=dict)
    carried_from: int = 0


@dataclass(frozen=True, slots=True)
class Disturbed:
    """A tap behind a record a person has decided on, whose day is not that of the record any more."""

    tap: Tap
    was_on: date | None


@dataclass(slots=True)
class Written:
    """What was done: taps that are new, older ones timed anew, and whose record that puts in question."""

    new: int = 0
    renewed: int = 0
    disturbed: list[Disturbed] = field(default_factory=list)


def write_taps(station: Station, times: JournalTimes, seen: Sequence[Seen], prover: Prover) -> Written:
    """Add a row for each new tap and renew the times of those still open.

    A tap that came in by several ways is one row: under its own journal's address as soon as that is
    known, else under the least of those that carried it, so that the order of arrival changes nothing.
    """
    bells = Bells(station)
    known = _known(station, seen)
    rows, touched = list[Tap](), dict[Place, Tap]()
    for line in _once(seen):
        row = known.get(line.leaf)
        if row is None:
            rows.append(_row(station, times, line))
        elif _rank(times.carried_from, times.epoch, line.sequence) < _rank(
            row.carried_from, row.epoch, row.sequence
        ):
            touched[row.epoch, row.sequence] = row
            _move(row, times, line)
        elif row.outcome == Tap.Outcome.UNPARSED and _is_at(row, times, line):
            _read(row, line)
            touched[row.epoch, row.sequence] = row
    for row in rows:
        interval = times.intervals.get(row.sequence, UNBOUNDED)
        set_time(row, interval, times.decided.get((row.epoch, row.sequence)), bells)
    done = Written(len(rows))
    moved = list(touched.values())
    renewed = [row for row in _retimed(station, times, touched, bells, done) if row not in moved]
    for row in [*renewed, *moved, *rows]:
        _judge(row, prover)
    rewrite(renewed, [*TIMES, *PROOF_FIELDS, "outcome"])
    rewrite(moved, [*TIMES, *PROOF_FIELDS, *_ADDRESS, *_READ, "outcome"])
    Tap.objects.bulk_create(rows, batch_size=_AT_ONCE)
    settle_copies(station.school, {row.once for row in [*renewed, *moved, *rows]}, prover)
    done.renewed = len(renewed) + len(moved)
    return done


def _known(station: Station, seen: Sequence[Seen]) -> dict[bytes, Tap]:
    """Return the taps that are there already: a station that lost its place may say them again."""
    found: dict[bytes, Tap] = {}
    leaves = [line.leaf for line in seen]
    for start in range(0, len(leaves), _AT_ONCE):
        some = leaves[start : start + _AT_ONCE]
        rows = Tap.objects.select_related("record").filter(station=station, leaf__in=some)
        found.update((bytes(row.leaf), row) for row in rows)
    return found


def _once(seen: Sequence[Seen]) -> Iterator[Seen]:
    """Yield the first of those that are the same bytes."""
    leaves = set[bytes]()
    for line in sorted(seen, key=lambda each: each.sequence):
        if line.leaf not in leaves:
            leaves.add(line.leaf)
            yield line


def _rank(carried_from: int, epoch: int, sequence: int) -> tuple[bool, int, int]:
    return carried_from != 0, epoch, sequence


def _is_at(row: Tap, times: JournalTimes, line: Seen) -> bool:
    return (row.epoch, row.sequence) == (times.epoch, line.sequence)


def _row(station: Station, times: JournalTimes, line: Seen) -> Tap:
    row = Tap(school_id=station.school_id, station=station, leaf=line.leaf)
    _move(row, times, line)
    _read(row, line)
    return row


def _move(row: Tap, times: JournalTimes, line: Seen) -> None:
    row.epoch, row.sequence, row.carried_from = times.epoch, line.sequence, times.carried_from
    row.server_sequence, row.position = line.server_sequence, line.position


def _read(row: Tap, line: Seen) -> None:
    if line.tap is None:
        row.outcome = Tap.Outcome.UNPARSED
        return
    row.token = line.tap.token
    row.key_id = (line.tap.key_id or "")[:20]
    row.reader = line.tap.reader[:40]
    row.flags = dict(line.tap.flags)
    row.evidence = line.tap.evidence or ""
    row.is_clock_synchronised = line.entry is not None and line.entry.reading.sync_state == 1
    row.outcome = Tap.Outcome.PENDING


def _judge(row: Tap, prover: Prover) -> None:
    """Judge a row's evidence; a program that fails at one tap goes on with the next."""
    try:
        prover.judge(row)
    except Exception:  # whatever the fault, the taps behind this one must not wait for its mending
        log.exception("tap.unparsed station=%s epoch=%d sequence=%d", row.station_id, row.epoch, row.sequence)
        row.outcome = Tap.Outcome.UNPARSED


def _retimed(
    station: Station, times: JournalTimes, touched: Mapping[Place, Tap], bells: Bells, done: Written
) -> Iterator[Tap]:
    """Yield the rows whose times are other ones now, not saved yet; `touched` ones stood where it says."""
    own = {row.sequence: row for row in touched.values()}
    stood = {row.sequence: place for place, row in touched.items()}
    asked = sorted(times.intervals.keys() | own.keys())
    if not asked:
        return
    older = Tap.objects.select_related("record").filter(
        station=station,
        epoch=times.epoch,
        carried_from=times.carried_from,
        sequence__range=(asked[0], asked[-1]),
    )
    rows = {row.sequence: row for row in older if row.sequence in times.intervals} | own
    for sequence, row in rows.items():
        was_on, was_rule = row.on, row.time_rule
        decided = times.decided.get((row.epoch, sequence)) or times.decided.get(stood.get(sequence, (0, 0)))
        if set_time(row, times.intervals.get(sequence, UNBOUNDED), decided, bells):
            ask_again(row)
            _disturb(row, was_on, done)
            yield row
        elif row.time_rule != was_rule:
            yield row


def _disturb(row: Tap, was_on: date | None, done: Written) -> None:
    """Note a tap behind a decided record whose day is another one now."""
    if row.record is not None and row.record.stage in DECIDED and row.on != was_on:
        done.disturbed.append(Disturbed(row, was_on))
