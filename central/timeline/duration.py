"""Say how long somebody was there at the very least, with or without a clock that knows the date."""

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from central.timeline.bounds import PPM
from central.timeline.facts import Interval
from central.timeline.resolve import RHO_PPM

# Two readings cut to whole milliseconds may lie this much further apart than the moments they are of.
_CUT_MS = 1


@dataclass(frozen=True, slots=True)
class Placed:
    """One tap: the moments at which it can have happened, and where it stands on a raw clock.

    `life` names one unbroken raw clock: the station, the journal and the boot. None where that is not
    known, as for a time somebody remembers.
    """

    interval: Interval
    life: Hashable | None = None
    raw_ms: int = 0


def least_ms(first_in: Placed, last_out: Placed, rho_ppm: int = RHO_PPM) -> int:
    """Return the whole milliseconds between two taps that nobody can deny, never less than 0.

    It is the larger of two lower bounds: the earliest moment of the second tap less the latest of the
    first; and, where one raw clock saw both, its difference less what a crystal off by `rho_ppm` and
    two readings cut to whole milliseconds can have added. The second needs no date: minutes earned
    offline are minutes although nobody can say of which day. What is credited is cut, never rounded up:
    true time is at least this whenever the evidence is true. A contradiction proves no time of day, and
    of a time that rests on a person's word only the part that is proven without it counts, for what
    staff say is certified by a signature and not by arithmetic.

    Source: EC 46211(d), by which the teacher documents the time a pupil took part (R-AR-07, R-AR-11): what
    is proven supports that figure, and what is not is left for the teacher to certify.
    """
    return max(0, _by_date(first_in.interval, last_out.interval), _by_raw(first_in, last_out, rho_ppm))


def _by_date(first_in: Interval, last_out: Interval) -> int:
    leaves_ms, comes_ms = _earliest(last_out), _latest(first_in)
    return 0 if leaves_ms is None or comes_ms is None else leaves_ms - comes_ms


def _by_raw(first_in: Placed, last_out: Placed, rho_ppm: int) -> int:
    if first_in.life is None or first_in.life != last_out.life:
        return 0
    raw_ms = last_out.raw_ms - first_in.raw_ms - _CUT_MS
    return floor(raw_ms * Fraction(PPM - rho_ppm, PPM))


def _earliest(interval: Interval) -> int | None:
    if interval.is_contradiction:
        return None
    return interval.provable_earliest_ms if interval.is_attested else interval.earliest_ms


def _latest(interval: Interval) -> int | None:
    if interval.is_contradiction:
        return None
    return interval.provable_latest_ms if interval.is_attested else interval.latest_ms
