"""What became of the taps of some entries, and what keeps a station's school day open."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from central.store.models import Station, StationDoubt, StationTimeline, Tap
from central.timeline import Grade
from central.work.day_ranges import DayFacts, SchoolDay
from sync_agent.certificate import Range

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WAITING: Final = frozenset({Tap.Outcome.PENDING, Tap.Outcome.DOUBTED_STATION})
_UNDATED: Final = frozenset({Grade.REVIEW, Grade.CONTRADICTION})


class AliveBar(NamedTuple):
    """How long a station must have been alive on a day for its silence about a student to mean anything."""

    since: date
    minutes: int
    why: str


ALIVE_BARS: Final = (
    AliveBar(
        date(2024, 7, 1),
        180,
        "the shortest school day there is, a kindergarten's, has 180 minutes (EC 46117): a station that "
        "was alive for less cannot have seen any class' whole day",
    ),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What people and rules made of a day; `why` keeps it open, in sentences, and is empty otherwise."""

    dispositions: dict[str, int]
    time_quality: dict[str, int]
    why: tuple[str, ...]


class _Fate(NamedTuple):
    sequence: int
    outcome: str
    quality: str
    is_undated: bool
    """Whether a person has yet to say of which day it is."""


class _Undated(NamedTuple):
    """A tap nobody has given a day, and the span (ms UTC) it surely lies in, where that is known."""

    epoch: int
    sequence: int
    earliest_ms: int
    latest_ms: int


class Fates:
    """What became of all taps of one station, read once."""

    def __init__(self, station: Station) -> None:
        self._doubts = list(StationDoubt.objects.filter(station=station, cleared_at=None))
        self._read_up_to = dict(
            StationTimeline.objects.filter(station=station, carried_in=0).values_list(
                "epoch", "projected_sequence"
            )
        )
        self._taps: dict[int, list[_Fate]] = {}
        rows = Tap.objects.filter(station=station).order_by("epoch", "sequence")
        columns = rows.values_list("epoch", "sequence", "outcome", "time_quality", "is_attested", "on")
        for epoch, sequence, outcome, quality, is_attested, on in columns.iterator():
            # A decision that evidence has overtaken since dates nothing, though somebody once decided.
            is_undated = on is None or (quality in _UNDATED and not is_attested)
            self._taps.setdefault(epoch, []).append(_Fate(sequence, outcome, quality, is_undated))
        spans = rows.filter(on=None).values_list("epoch", "sequence", "earliest_at", "latest_at")
        self._undated = [
            _Undated(epoch, sequence, _ms(earliest_at), _ms(latest_at))
            for epoch, sequence, earliest_at, latest_at in spans
            if earliest_at is not None and latest_at is not None
        ]

    def judge(self, day: SchoolDay, facts: DayFacts) -> Judged:
        """Return what is to be said of a day's entries now."""
        taps = [(each.epoch, fate) for each in facts.ranges for fate in self._within(each)]
        return Judged(
            dispositions=_counted(fate.outcome for _, fate in taps),
            time_quality=_counted(fate.quality for _, fate in taps),
            why=tuple(self._why(day, facts, taps)),
        )

    def _within(self, each: Range) -> Sequence[_Fate]:
        fates = self._taps.get(each.epoch, [])
        first = bisect_left(fates, each.first_seq, key=lambda fate: fate.sequence)
        end = bisect_left(fates, each.last_seq + 1, key=lambda fate: fate.sequence)
        return fates[first:end]

    def _why(self, day: SchoolDay, facts: DayFacts, taps: Sequence[tuple[int, _Fate]]) -> Iterable[str]:
        if not facts.is_heard_after:
            yield "nothing was heard of the station since the day ended"
        unread = sum(
            max(0, each.last_seq - max(each.first_seq - 1, self._read_up_to.get(each.epoch, 0)))
            for each in facts.ranges
        )
        if unread:
            yield f"{unread} entries are not read yet"
        waiting = sum(1 for _, fate in taps if fate.outcome in _WAITING)
        if waiting:
            yield f"{waiting} taps wait to be judged"
        undated = sum(1 for _, fate in taps if fate.is_undated)
        if undated:
            yield f"{undated} taps have no certain time, and nobody has decided about them"
        others = sum(1 for tap in self._undated if _may_be_of(tap, day) and not _is_among(tap, facts.ranges))
        if others:
            yield f"{others} taps of entries after these may be of this day, and nobody has decided"
        bar = _bar(day.on)
        if facts.alive_minutes < bar:
            yield f"the station was alive for {facts.alive_minutes} minutes, {bar} are asked for"
        ended_at = _EPOCH + timedelta(milliseconds=day.ends_ms)
        for doubt in self._doubts:
            if doubt.since_at < ended_at:
                yield f"the station is in doubt ({doubt.reason}), and nobody has cleared it"


def _may_be_of(tap: _Undated, day: SchoolDay) -> bool:
    return tap.earliest_ms < day.ends_ms and day.starts_ms <= tap.latest_ms


def _is_among(tap: _Undated, ranges: Iterable[Range]) -> bool:
    return any(each.epoch == tap.epoch and each.first_seq <= tap.sequence <= each.last_seq for each in ranges)


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _bar(on: date) -> int:
    """Return the minutes asked for on a date; before the first bar was set, that one's."""
    return next((bar.minutes for bar in reversed(ALIVE_BARS) if bar.since <= on), ALIVE_BARS[0].minutes)


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
