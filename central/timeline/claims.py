"""What the station's own wall clock claims, in stretches that are right or wrong as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from central.timeline.boots import Boot
from central.timeline.bounds import PPM
from central.timeline.facts import Stamped

# The kernel's own bound is set to nothing at each synchronisation, which no clock deserves.
_LEAST_ERROR_MS = 500
# A wall clock may be slewed by 500 ppm over a crystal that is 100 ppm off; more is a step.
_SLEW_PPM = 600
_STEP_MS = 500


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries of one boot, between two steps of a wall clock called synchronised."""

    boot: Boot
    indexes: tuple[int, ...]


def stretches(entries: Sequence[Stamped], boots: Sequence[Boot]) -> Iterator[Stretch]:
    """Yield the stretches of every boot; entries whose clock claimed nothing are in none."""
    for boot in boots:
        synced = [n for n in range(boot.first, boot.last + 1) if entries[n].sync_state == 1]
        run: list[int] = []
        for index in synced:
            if run and _is_step(entries[run[-1]], entries[index]):
                yield Stretch(boot, tuple(run))
                run = []
            run.append(index)
        if run:
            yield Stretch(boot, tuple(run))


def claim(entry: Stamped) -> tuple[int, int]:
    """Return the earliest and latest time the entry's wall clock allows."""
    error_ms = max(_LEAST_ERROR_MS, entry.max_error_ms)
    return entry.wall_ms - error_ms, entry.wall_ms + error_ms


def _is_step(before: Stamped, after: Stamped) -> bool:
    raw_ms = abs(after.raw_ms - before.raw_ms)
    moved_ms = abs((after.wall_ms - after.raw_ms) - (before.wall_ms - before.raw_ms))
    return moved_ms * PPM > _STEP_MS * PPM + _SLEW_PPM * raw_ms
