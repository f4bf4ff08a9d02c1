"""When a station was certainly alive and when it was certainly silent, from what it journalled."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from central.timeline.bounds import PPM
from central.timeline.facts import Interval, Stamped

LONGEST_MS: Final = 20 * 60_000
"""How far two entries may lie apart while the station lives: it writes one every 15 minutes."""

_RHO_PPM: Final = 200


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch without any entry: it lasted `least_ms` or longer, and certainly from `from_ms` to `to_ms`.

    Both are None where only its length is known. It lies behind the entry at `after` (its place among
    those given).
    """

    after: int
    least_ms: int
    from_ms: int | None
    to_ms: int | None


@dataclass(frozen=True, slots=True)
class Liveness:
    """Lower bounds both: for how long the station was alive, and the silences nobody can dispute."""

    alive_ms: int
    silences: tuple[Silence, ...]

    @property
    def alive_minutes(self) -> int:
        """Return the whole minutes the station was alive for."""
        return self.alive_ms // 60_000


def liveness(
    entries: Sequence[Stamped],
    intervals: Sequence[Interval],
    *,
    within: tuple[int, int] | None = None,
    longest_ms: int = LONGEST_MS,
) -> Liveness:
    """Return what the entries of one chain, in its order, prove of their station's life.

    Between neighbours of one boot its raw clock says how long it was; when that is at most
    `longest_ms` the station lived through it, otherwise it was silent. Over a restart only the
    intervals can tell, and nothing is alive. `within` (ms UTC, the end left out) counts only what lies
    there for certain, and cuts silences to it.
    """
    alive_ms, silences = 0, list[Silence]()
    pairs = pairwise(zip(entries, intervals, strict=True))
    for after, ((before, earlier), (later, next_)) in enumerate(pairs):
        passed_ms = later.raw_ms - before.raw_ms if later.boot == before.boot else -1
        if 0 <= passed_ms <= longest_ms:
            if within is None or _lies_in(earlier, next_, within):
                alive_ms += max(0, passed_ms * (PPM - _RHO_PPM) // PPM)
            continue
        silence = _silence(after, passed_ms, earlier, next_)
        if silence.least_ms > longest_ms:
            silences.append(silence)
    if within is not None:
        silences = [cut for each in silences if (cut := _cut(each, within)).least_ms > longest_ms]
    return Liveness(alive_ms, tuple(silences))


def _lies_in(earlier: Interval, later: Interval, within: tuple[int, int]) -> bool:
    if earlier.is_contradiction or later.is_contradiction:
        return False
    first_ms, last_ms = earlier.earliest_ms, later.latest_ms
    return first_ms is not None and last_ms is not None and within[0] <= first_ms and last_ms < within[1]


def _silence(after: int, passed_ms: int, earlier: Interval, later: Interval) -> Silence:
    from_ms, to_ms = earlier.latest_ms, later.earliest_ms
    if from_ms is None or to_ms is None or from_ms >= to_ms or _is_disputed(earlier, later):
        from_ms = to_ms = None
    located_ms = 0 if from_ms is None or to_ms is None else to_ms - from_ms
    # A raw clock that ran back is another life of the machine, though the boot has the same number.
    counted_ms = max(0, passed_ms * (PPM - _RHO_PPM) // PPM)
    return Silence(after, max(located_ms, counted_ms), from_ms, to_ms)


def _is_disputed(earlier: Interval, later: Interval) -> bool:
    return earlier.is_contradiction or later.is_contradiction


def _cut(silence: Silence, within: tuple[int, int]) -> Silence:
    """Return the part of a silence inside a span; one nobody can locate is in none."""
    if silence.from_ms is None or silence.to_ms is None:
        return Silence(silence.after, 0, None, None)
    from_ms, to_ms = max(silence.from_ms, within[0]), min(silence.to_ms, within[1])
    return Silence(silence.after, max(0, to_ms - from_ms), from_ms, to_ms)
