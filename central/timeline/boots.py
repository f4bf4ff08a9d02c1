"""Cut a chain of entries into boots, each with one unbroken raw clock."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.timeline.facts import Stamped

# Two readers' threads read the clock before they queue for the journal, so neighbours may cross.
_CROSSING_MS = 2_000


@dataclass(frozen=True, slots=True)
class Boot:
    """The entries `first` to `last`, both included; `since_raw_ms` is the raw clock when it began."""

    number: int
    first: int
    last: int
    since_raw_ms: int


def boots(entries: Sequence[Stamped]) -> list[Boot]:
    """Return the boots of a chain, in its order.

    A raw clock that ran back within one boot number belongs to another life of the machine, of
    which only the order is known.
    """
    found: list[Boot] = []
    first, newest_ms = 0, 0
    for index, entry in enumerate(entries):
        is_next = index > first and entry.boot == entries[index - 1].boot
        if index > first and not (is_next and entry.raw_ms >= newest_ms - _CROSSING_MS):
            found.append(_boot(entries, first, index - 1))
            first, newest_ms = index, entry.raw_ms
        newest_ms = max(newest_ms, entry.raw_ms) if index > first else entry.raw_ms
    return [*found, _boot(entries, first, len(entries) - 1)] if entries else []


def _boot(entries: Sequence[Stamped], first: int, last: int) -> Boot:
    number = entries[first].boot
    is_new_number = first == 0 or entries[first - 1].boot != number
    oldest_ms = min(entry.raw_ms for entry in entries[first : last + 1])
    return Boot(number, first, last, 0 if is_new_number else oldest_ms)
