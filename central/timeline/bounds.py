"""Carry lower bounds along the raw clock of each boot and from boot to boot, in exact integers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

PPM = 1_000_000

# Clocks are cut to whole milliseconds, so a difference of two readings is up to this much off.
_CUT_MS = 1


@dataclass(frozen=True, slots=True)
class Track:
    """One boot: readings of its raw clock in rising order, and a lower bound of the time at each.

    Whatever bounds the end of the track before bounds this one at `way_in`; this one's end is at
    `way_out`. Neither lies inside the readings.
    """

    raws: Sequence[int]
    lows: Sequence[int | None]
    way_in: int
    way_out: int

    def mirrored(self) -> "Track":
        """Return the track with time running backwards, where an upper bound is a lower one."""
        raws = [-raw for raw in reversed(self.raws)]
        lows = [None if low is None else -low for low in reversed(self.lows)]
        return Track(raws, lows, -self.way_out, -self.way_in)


def lower_bounds(tracks: Sequence[Track], rho_ppm: int) -> list[list[int | None]]:
    """Return the best lower bound at every reading that follows from all of them.

    Between two readings of one boot that are d apart, at least d(1-rho) and at most d(1+rho) of
    true time passed. Between boots any time may have passed, but none backwards. Costs one look at
    each reading in each direction.
    """
    carried: int | None = None
    result = []
    for track in tracks:
        raws, lows = [track.way_in, *track.raws, track.way_out], [carried, *track.lows, None]
        later = list(_carry(zip(raws, lows, strict=True), PPM - rho_ppm))
        backwards = zip(reversed(raws), reversed(lows), strict=True)
        earlier = list(_carry(backwards, PPM + rho_ppm))[::-1]
        best = [_highest(three) for three in zip(lows, later, earlier, strict=True)]
        carried = best[-1]
        result.append(best[1:-1])
    return result


def upper_bounds(tracks: Sequence[Track], rho_ppm: int) -> list[list[int | None]]:
    """Return the best upper bounds, for tracks whose `lows` hold upper bounds."""
    mirrored = lower_bounds([track.mirrored() for track in reversed(tracks)], rho_ppm)
    return [[None if low is None else -low for low in reversed(lows)] for lows in reversed(mirrored)]


def higher(a: int | None, b: int | None) -> int | None:
    """Return the better of two lower bounds, where None is none."""
    return b if a is None else a if b is None else max(a, b)


def lower(a: int | None, b: int | None) -> int | None:
    """Return the better of two upper bounds, where None is none."""
    return b if a is None else a if b is None else min(a, b)


def _carry(readings: Iterable[tuple[int, int | None]], rate: int) -> Iterator[int | None]:
    """Yield, for each reading, what the readings before it say when time passes at `rate`/PPM."""
    best: int | None = None
    for raw, low in readings:
        yield None if best is None else (best + raw * rate) // PPM - _CUT_MS
        if low is not None:
            lead = low * PPM - raw * rate
            best = lead if best is None else max(best, lead)


def _highest(bounds: Iterable[int | None]) -> int | None:
    return max((bound for bound in bounds if bound is not None), default=None)
