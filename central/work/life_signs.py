"""What a station's own entries prove of its life at some hours: alive, silent, or not heard of yet."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Self, TypeAlias

from central.auditor import times
from central.config import CentralConfig
from central.store.evidence import Evidence, StoredBatch
from central.timeline import Interval
from central.timeline.liveness import LONGEST_MS
from central.work import keys
from station import tap
from sync_agent import signing, wire

Span: TypeAlias = tuple[datetime, datetime]
"""From one instant to another, the second left out."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# So many batches before the first that matters hold an exchange that bounds it from below.
_BACK: Final = 3
_AT_ONCE: Final = 50
_SLACK_MS: Final = 60_000
_KNOWN_MS: Final = 60_000
_NEVER_MS: Final = (-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Signs:
    """A stretch of one journal: the entries in it and when each was made."""

    epoch: int
    intervals: dict[int, Interval]
    vague: frozenset[int]
    """Those that cannot be read, or bring an entry of another journal, written whenever that was."""


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


@dataclass(frozen=True, slots=True)
class Sources:
    """Where entries are read, and the key under which their exchanges are proven."""

    evidence: Evidence
    key: Callable[[], signing.VerifyKey]
    """Asked only where there is an exchange to prove."""

    @classmethod
    def of(cls, config: CentralConfig) -> Self:
        """Return those of an installation."""
        return cls(
            Evidence(config.evidence), lambda: signing.VerifyKey.from_hex(keys.public(config.keys, keys.ACK))
        )


def hushes(sources: Sources, station: str, span: Span) -> list[Hush]:
    """Return where, for longer than it may, a station wrote nothing in a span, the earliest first."""
    return _hushes(_signs(sources, station, span), span)


def life(sources: Sources, station: str, span: Span) -> Life:
    """Return what is proven of a station's life in a span."""
    signs = _signs(sources, station, span)
    quiet = _hushes(signs, span)
    if any(each.is_over for each in quiet):
        return Life.SILENT
    if quiet:
        return Life.UNHEARD
    return Life.ALIVE if _is_alive_throughout(signs, span) else Life.UNCLEAR


def _is_alive_throughout(signs: list[Signs], span: Span) -> bool:
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


def _hushes(signs: list[Signs], span: Span) -> list[Hush]:
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


def _places(signs: list[Signs]) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Yield the bounds of each entry with its address; an entry nobody can date may be anywhere."""
    for journal in signs:
        for sequence, interval in journal.intervals.items():
            earliest_ms, latest_ms = interval.earliest_ms, interval.latest_ms
            if interval.is_contradiction or sequence in journal.vague:
                earliest_ms = None
            yield (
                _NEVER_MS[0] if earliest_ms is None else earliest_ms,
                _NEVER_MS[1] if latest_ms is None or interval.is_contradiction else latest_ms,
                (journal.epoch, sequence),
            )


def _hush(from_ms: int, to_ms: int, last: tuple[int, int], *, is_over: bool) -> Hush:
    return Hush(_instant(from_ms), _instant(to_ms), last[0], last[1], is_over)


def _signs(sources: Sources, station: str, span: Span) -> list[Signs]:
    since_ms = _ms(span[0])
    found = []
    for epoch, first in sources.evidence.held_before(station, since_ms - _SLACK_MS, _BACK).items():
        signs = _read(sources, station, epoch, first - 1, _ms(span[1]) + _SLACK_MS)
        if signs.intervals:
            found.append(signs)
    return found


def _read(sources: Sources, station: str, epoch: int, beyond: int, until_ms: int) -> Signs:
    """Read a journal from an entry on, until an exchange later than the span has bounded what is in it."""
    entries: list[tuple[int, tap.Entry | None]] = []
    beacons: dict[int, wire.Beacon] = {}
    receipts: list[tuple[int, int]] = []
    server_key = sources.key()
    for batch in _batches(sources.evidence, station, epoch, beyond):
        lines = _lines(batch)
        entries += lines
        receipts.append((batch.last_sequence, batch.received_ms))
        proven = dict(_beacons(lines, station, server_key))
        beacons |= proven
        if any(beacon.t3_ms > until_ms for beacon in proven.values()):
            break
    vague = {sequence for sequence, entry in entries if entry is None or entry.kind == tap.Kind.CARRY}
    return Signs(epoch, times.intervals(entries, beacons, receipts), frozenset(vague))


def _batches(evidence: Evidence, station: str, epoch: int, beyond: int) -> Iterator[StoredBatch]:
    while some := evidence.journal(station, epoch, beyond=beyond, limit=_AT_ONCE):
        yield from some
        beyond = some[-1].last_sequence


def _lines(batch: StoredBatch) -> list[tuple[int, tap.Entry | None]]:
    """Return the entries a batch added; none of one that is damaged."""
    try:
        opened = batch.open()
    except wire.WireError:
        return []
    lines = enumerate(opened.bodies, start=opened.envelope.first)
    return [(sequence, times.readable(body)) for sequence, body in lines if sequence >= batch.first_sequence]


def _beacons(
    entries: Iterable[tuple[int, tap.Entry | None]], station: str, server_key: signing.VerifyKey
) -> Iterator[tuple[int, wire.Beacon]]:
    for sequence, entry in entries:
        try:
            beacon = entry and times.beacon_of(entry, station, server_key)
        except (signing.SignatureError, wire.WireError):
            continue
        if beacon:
            yield sequence, beacon


def _ms(at: datetime) -> int:
    return round((at - _EPOCH).total_seconds() * 1000)


def _instant(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)
