"""What a station's own entries prove of its life at some hours: alive, silent, or not heard of yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from central.timeline.liveness import LONGEST_MS
from central.work.journal_signs import Signs, Sources, read_signs

Span: TypeAlias = tuple[datetime, datetime]
"""From one instant to another, the second left out."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KNOWN_MS: Final = 60_000
_NEVER_MS: Final = (-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Hush:
    """A part of a span without any entry, certainly from the one instant to the other."""

    from_at: datetime
    to_at: datetime
    epoch: int
    after: int
    """The entry it lies behind; 0 where the station wrote nothing before it."""
    is_over: bool
    """Whether the station was heard of again: if not, what it recorded may still come in."""


class Life(StrEnum):
    """What can be said of a station at some hours."""

    ALIVE = "alive"
    """It wrote entries all the while, so who did not tap did not tap."""
    SILENT = "silent"
    """It wrote none for a part of the time, and was heard of again."""
    UNHEARD = "unheard"
    """Nothing of that time has come in; it may be recording."""
    UNCLEAR = "unclear"
    """It wrote entries, but when cannot be proven."""


def hushes(sources: Sources, station: str, span: Span) -> list[Hush]:
    """Return where, for longer than it may, a station wrote nothing in a span, the earliest first."""
    return _hushes(read_signs(sources, station, _ms(span[0]), _ms(span[1])), span)


def life(sources: Sources, station: str, span: Span) -> Life:
    """Return what is proven of a station's life in a span."""
    signs = read_signs(sources, station, _ms(span[0]), _ms(span[1]))
    quiet = _hushes(signs, span)
    if any(each.is_over for each in quiet):
        return Life.SILENT
    if quiet:
        return Life.UNHEARD
    return Life.ALIVE if _is_alive_throughout(signs, span) else Life.UNCLEAR


def _is_alive_throughout(signs: Sequence[Signs], span: Span) -> bool:
    """Tell whether the entries whose times are known leave no stretch longer than a station may be quiet."""
    from_ms, to_ms = _ms(span[0]), _ms(span[1])
    seen_ms = from_ms
    for earliest_ms, latest_ms, _ in sorted(_places(signs)):
        if latest_ms - earliest_ms > _KNOWN_MS or latest_ms <= from_ms:
            continue
        if latest_ms - seen_ms > LONGEST_MS:
            return False
        seen_ms = max(seen_ms, earliest_ms)
        if seen_ms >= to_ms:
            return True
    return to_ms - seen_ms <= LONGEST_MS


def _hushes(signs: Sequence[Signs], span: Span) -> list[Hush]:
    """Lay out where every entry can have been, and return what is left: no entry was in there."""
    from_ms, to_ms = _ms(span[0]), _ms(span[1])
    found: list[Hush] = []
    covered_ms, last = from_ms, (0, 0)
    for earliest_ms, latest_ms, place in sorted(_places(signs)):
        reached_ms = min(earliest_ms, to_ms)
        if reached_ms - covered_ms > LONGEST_MS:
            found.append(_hush(covered_ms, reached_ms, last, is_over=True))
        if latest_ms >= covered_ms or last == (0, 0):
            covered_ms, last = max(covered_ms, latest_ms), place
    if to_ms - covered_ms > LONGEST_MS:
        found.append(_hush(covered_ms, to_ms, last, is_over=False))
    return found


def _places(signs: Sequence[Signs]) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Yield the bounds of each entry with its address; an entry nobody can date may be anywhere."""
    for journal in signs:
        for sequence, interval in journal.intervals.items():
            earliest_ms, latest_ms = interval.earliest_ms, interval.latest_ms
            if interval.is_contradiction:
                earliest_ms = None
            yield (
                _NEVER_MS[0] if earliest_ms is None else earliest_ms,
                _NEVER_MS[1] if latest_ms is None or interval.is_contradiction else latest_ms,
                (journal.epoch, sequence),
            )


def _hush(from_ms: int, to_ms: int, last: tuple[int, int], *, is_over: bool) -> Hush:
    return Hush(_instant(from_ms), _instant(to_ms), last[0], last[1], is_over)


def _ms(at: datetime) -> int:
    return round((at - _EPOCH).total_seconds() * 1000)


def _instant(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)
