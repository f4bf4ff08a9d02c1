"""Cut a station's journals into school days: what a day's certificate stands for, and its figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import chain as joined
from typing import Final

from central.domain.local_day import end_of, start_of
from central.timeline import Stamped
from central.timeline.liveness import liveness
from central.work.journal_lines import Line, Said
from station.tap import Kind
from sync_agent.certificate import Range
from sync_agent.merkle import root
from sync_agent.wire import instant_text

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNSAID: Final = Said("", None, None)


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """A school day by the school's clock, in ms UTC; between the bells a silent station is missed."""

    on: date
    starts_ms: int
    ends_ms: int
    bells_ms: tuple[int, int]


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What a certificate says that follows from the entries alone."""

    ranges: tuple[Range, ...] = ()
    taps: int = 0
    alive_minutes: int = 0
    silences: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Mapping[str, object], ...] = ()
    said: Said = field(default=_UNSAID)
    is_heard_after: bool = False
    """Whether central holds an entry behind the day's last one, so that nothing of the day is missing."""


def school_day(on: date, zone: tzinfo, bells: tuple[time, time] | None) -> SchoolDay:
    """Return a date as the school lives it; without a bell schedule the whole of it counts."""
    starts_ms, ends_ms = (int(each.timestamp() * 1000) for each in (start_of(on, zone), end_of(on, zone)))
    if bells is None:
        return SchoolDay(on, starts_ms, ends_ms, (starts_ms, ends_ms))
    first_ms, last_ms = (int(datetime.combine(on, each, zone).timestamp() * 1000) for each in bells)
    return SchoolDay(on, starts_ms, ends_ms, (first_ms, last_ms))


def cut(
    lines: Mapping[int, Sequence[Line]], days: Iterable[SchoolDay], least: Mapping[tuple[date, int], int]
) -> dict[date, DayFacts]:
    """Return what each day stands for; `days` ascend, and every entry is in the first it may belong to.

    A day ends with the last entry that was certainly made before its midnight. `least` is how far a
    day reached in an epoch when it was last certified: what was in it once is never taken out.
    """
    done = dict.fromkeys(lines, 0)
    found: dict[date, DayFacts] = {}
    for day in days:
        parts: list[Sequence[Line]] = []
        around: list[Sequence[Line]] = []
        for epoch, held in lines.items():
            begun = done[epoch]
            done[epoch] = _end(held, day, begun, least.get((day.on, epoch), 0))
            # With its neighbours on both sides: a silence may begin or end with them.
            around.append(held[max(0, begun - 1) : done[epoch] + 1])
            if done[epoch] > begun:
                parts.append(held[begun : done[epoch]])
        # One epoch may have ended long ago; in the newest the station still speaks.
        is_heard_after = any(done[epoch] < len(held) for epoch, held in lines.items())
        found[day.on] = _facts(day, parts, around, is_heard_after=is_heard_after)
    return found


def _end(held: Sequence[Line], day: SchoolDay, begun: int, least_sequence: int) -> int:
    for index in range(len(held) - 1, begun - 1, -1):
        latest_ms = held[index].interval.latest_ms
        if held[index].sequence <= least_sequence or (latest_ms is not None and latest_ms < day.ends_ms):
            return index + 1
    return begun


def _facts(
    day: SchoolDay,
    parts: Sequence[Sequence[Line]],
    around: Sequence[Sequence[Line]],
    *,
    is_heard_after: bool,
) -> DayFacts:
    entries = list(joined.from_iterable(parts))
    alive_minutes, silences = _life(day, around)
    return DayFacts(
        ranges=tuple(_range(part) for part in parts),
        taps=sum(1 for line in entries if line.entry is not None and line.entry.kind == Kind.TAP),
        alive_minutes=alive_minutes,
        silences=silences,
        gaps=tuple(gap for line in entries if (gap := _gap(line)) is not None),
        said=entries[-1].said if entries else _UNSAID,
        is_heard_after=is_heard_after,
    )


def _range(part: Sequence[Line]) -> Range:
    first, last = part[0], part[-1]
    leaves = root(line.leaf for line in part)
    return Range(first.epoch, first.sequence, first.h, last.sequence, last.h, leaves)


def _life(day: SchoolDay, around: Sequence[Sequence[Line]]) -> tuple[int, tuple[tuple[str, str], ...]]:
    alive, silences = 0, list[tuple[str, str]]()
    for held in around:
        signs = [line for line in held if line.entry is not None]
        stamped = [_stamped(line) for line in signs]
        intervals = [line.interval for line in signs]
        alive += liveness(stamped, intervals, within=(day.starts_ms, day.ends_ms)).alive_ms
        for silence in liveness(stamped, intervals, within=day.bells_ms).silences:
            assert silence.from_ms is not None  # noqa: S101  what lies within a span is located
            assert silence.to_ms is not None  # noqa: S101  what lies within a span is located
            silences.append((_instant(silence.from_ms), _instant(silence.to_ms)))
    return alive // 60_000, tuple(silences)


def _stamped(line: Line) -> Stamped:
    assert line.entry is not None  # noqa: S101  only entries that can be read are asked for
    reading = line.entry.reading
    return Stamped(reading.boot, reading.raw_ms, reading.wall_ms, reading.sync_state, reading.max_error_ms)


def _gap(line: Line) -> Mapping[str, object] | None:
    """Return what an entry declares missing: taps not recorded, or entries lost with a damaged disk."""
    entry = line.entry
    if entry is None or entry.kind not in {Kind.GAP, Kind.SALVAGE} or not isinstance(entry.payload, dict):
        return None
    told = {name: entry.payload[name] for name in ("lost", "missing") if name in entry.payload}
    return {"epoch": line.epoch, "seq": line.sequence, "kind": str(entry.kind), **told}


def _instant(at_ms: int) -> str:
    return instant_text(_EPOCH + timedelta(milliseconds=at_ms))
