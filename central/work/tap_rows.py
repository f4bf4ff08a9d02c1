"""Write the taps of one journal and keep the times of the open ones as they become better known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from central.store.models import Station, Tap
from central.store.rewrite import rewrite
from central.timeline import Grade, Interval, grade, local_day
from central.work.prove import PROOF_FIELDS, Prover, ask_again, settle_copies
from station import tap

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNBOUNDED = Interval(None, None)
_TIMES = ["earliest_at", "latest_at", "time_quality", "on", "is_clock_doubted", "outcome"]
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """One journal entry as it was found: its address, its leaf hash, and what could be read of it."""

    server_sequence: int
    position: int
    sequence: int
    leaf: bytes
    entry: tap.Entry | None
    tap: tap.Tap | None

    @property
    def is_tap(self) -> bool:
        """Tell whether this is a tap, or may have been one: what cannot be read is shown to a person."""
        return self.entry is None or self.entry.kind == tap.Kind.TAP


def write_taps(
    station: Station, epoch: int, seen: Sequence[Seen], intervals: Mapping[int, Interval], prover: Prover
) -> int:
    """Add a row for each new tap and renew the times of those still open; return how many were renewed."""
    zone = ZoneInfo(station.school.time_zone)
    fresh = {line.sequence for line in seen}
    older = {sequence: found for sequence, found in intervals.items() if sequence not in fresh}
    renewed = _renew(station, epoch, older, zone)
    known = _known_leaves(station, seen)
    rows = [
        _row(station, epoch, line, intervals.get(line.sequence, _UNBOUNDED), zone)
        for line in seen
        if line.leaf not in known
    ]
    for row in [*renewed, *rows]:
        prover.judge(row)
    rewrite(renewed, [*_TIMES, *PROOF_FIELDS])
    Tap.objects.bulk_create(rows, batch_size=_AT_ONCE)
    settle_copies(station.school, {row.once for row in [*renewed, *rows]}, prover)
    return len(renewed)


def _known_leaves(station: Station, seen: Sequence[Seen]) -> set[bytes]:
    """Return the taps that are there already: a station that lost its place may say them again."""
    found: set[bytes] = set()
    leaves = [line.leaf for line in seen]
    for start in range(0, len(leaves), _AT_ONCE):
        some = leaves[start : start + _AT_ONCE]
        known = Tap.objects.filter(station=station, leaf__in=some).values_list("leaf", flat=True)
        found.update(bytes(leaf) for leaf in known)
    return found


def _row(station: Station, epoch: int, line: Seen, interval: Interval, zone: ZoneInfo) -> Tap:
    row = Tap(
        school_id=station.school_id,
        station=station,
        epoch=epoch,
        server_sequence=line.server_sequence,
        position=line.position,
        sequence=line.sequence,
        leaf=line.leaf,
    )
    if line.tap is not None:
        row.token = line.tap.token
        row.key_id = (line.tap.key_id or "")[:20]
        row.reader = line.tap.reader[:40]
        row.flags = dict(line.tap.flags)
        row.evidence = line.tap.evidence or ""
        row.is_clock_synchronised = line.entry is not None and line.entry.reading.sync_state == 1
    else:
        row.outcome = Tap.Outcome.UNPARSED
    _set_time(row, interval, zone)
    return row


def _renew(station: Station, epoch: int, intervals: Mapping[int, Interval], zone: ZoneInfo) -> list[Tap]:
    """Return the rows whose times are better known now, not saved yet."""
    if not intervals:
        return []
    rows = Tap.objects.select_related("record").filter(
        station=station, epoch=epoch, sequence__range=(min(intervals), max(intervals))
    )
    return [row for row in rows if row.sequence in intervals and _renewed(row, intervals, zone)]


def _renewed(row: Tap, intervals: Mapping[int, Interval], zone: ZoneInfo) -> bool:
    before = (row.earliest_at, row.latest_at, row.time_quality, row.is_clock_doubted)
    _set_time(row, intervals[row.sequence], zone)
    if before == (row.earliest_at, row.latest_at, row.time_quality, row.is_clock_doubted):
        return False
    ask_again(row)
    return True


def _set_time(row: Tap, interval: Interval, zone: ZoneInfo) -> None:
    quality = grade(interval, zone)
    if quality is Grade.DAY:
        quality = grade(interval, zone, _bell_periods(row, interval, zone))
    row.earliest_at, row.latest_at = instant(interval.earliest_ms), instant(interval.latest_ms)
    row.time_quality, row.is_clock_doubted = quality, interval.is_clock_doubted
    row.on = None if quality in {Grade.REVIEW, Grade.CONTRADICTION} else local_day(interval, zone)


def _bell_periods(row: Tap, interval: Interval, zone: ZoneInfo) -> Iterable[tuple[int, int]]:
    """Return the meetings held that day in the station's room, as spans of ms."""
    on = local_day(interval, zone)
    if on is None:
        return
    sections = row.station.room.sections.filter(since__lte=on, until__gte=on, meetings__weekday=on.weekday())
    for starts, ends in sections.values_list("meetings__starts", "meetings__ends"):
        bells = (datetime.combine(on, clock, zone) for clock in (starts, ends))
        first, last = (int(bell.timestamp() * 1000) for bell in bells)
        yield first, last


def instant(at_ms: int | None) -> datetime | None:
    """Return a bound of an interval (ms UTC) as the records keep it, None where there is none."""
    try:
        return None if at_ms is None else _EPOCH + timedelta(milliseconds=at_ms)
    except OverflowError:
        # A raw clock at the end of its range; no calendar reaches there.
        return None
