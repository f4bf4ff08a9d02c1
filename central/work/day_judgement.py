"""What became of the taps of some entries, and what keeps a station's school day open."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from central.store.models import Station, StationDoubt, StationTimeline, Tap, TimeDecision
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


class Fates:
    """What became of all taps of one station, read once."""

    def __init__(self, station: Station) -> None:
        self._decided = set(
            TimeDecision.objects.filter(station=station).values_list("epoch", "sequence").iterator()
        )
        self._doubts = list(StationDoubt.objects.filter(station=station, cleared_at=None))
        self._read_up_to = dict(
            StationTimeline.objects.filter(station=station, carried_in=0).values_list(
                "epoch", "projected_sequence"
            )
        )
        self._taps: dict[int, list[_Fate]] = {}
        rows = Tap.objects.filter(station=station).order_by("epoch", "sequence")
        columns = rows.values_list("epoch", "sequence", "outcome", "time_quality")
        for epoch, sequence, outcome, quality in columns.iterator():
            self._taps.setdefault(epoch, []).append(_Fate(sequence, outcome, quality))

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
        undated = sum(
            1
            for epoch, fate in taps
            if fate.quality in _UNDATED and (epoch, fate.sequence) not in self._decided
        )
        if undated:
            yield f"{undated} taps have no certain time, and nobody has decided about them"
        bar = _bar(day.on)
        if facts.alive_minutes < bar:
            yield f"the station was alive for {facts.alive_minutes} minutes, {bar} are asked for"
        ended_at = _EPOCH + timedelta(milliseconds=day.ends_ms)
        for doubt in self._doubts:
            if doubt.since_at < ended_at:
                yield f"the station is in doubt ({doubt.reason}), and nobody has cleared it"


def _bar(on: date) -> int:
    """Return the minutes asked for on a date; before the first bar was set, that one's."""
    return next((bar.minutes for bar in reversed(ALIVE_BARS) if bar.since <= on), ALIVE_BARS[0].minutes)


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
