"""Keep the newest entries of each journal that IT should know of, with what is proven about their time."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from central.store.models import Occurrence, Station
from central.store.rewrite import rewrite
from central.timeline import Interval
from central.work.lines import Seen
from central.work.tap_times import instant
from station.tap import Json, Kind

SHOWN: Final = frozenset({Kind.ERR, Kind.GAP, Kind.SALVAGE, Kind.STAFF, Kind.ANCHOR})
KEPT: Final = 50
"""How many a journal; a station whose disk is dying writes one after another."""
REFUTED: Final = "refuted"
"""What is added to an anchor that proofs deny."""
_MOST_CHARS: Final = 4_000
_MOST_NESTED: Final = 50


def write_occurrences(
    station: Station, epoch: int, seen: Sequence[Seen], intervals: Mapping[int, Interval]
) -> None:
    """Add the new ones, renew the times of those still open, and drop all but the newest."""
    kept = Occurrence.objects.filter(station=station, epoch=epoch)
    rows = [row for row in kept if _is_retimed(row, intervals)]
    rewrite(rows, ["earliest_at", "latest_at", "payload"])
    fresh = [_row(station, epoch, line) for line in seen if line.entry and line.entry.kind in SHOWN][-KEPT:]
    if not fresh:
        return
    for row in fresh:
        _is_retimed(row, intervals)
    Occurrence.objects.bulk_create(fresh)
    newest = list(kept.order_by("-sequence").values_list("pk", flat=True)[:KEPT])
    kept.exclude(pk__in=newest).delete()


def _row(station: Station, epoch: int, line: Seen) -> Occurrence:
    assert line.entry is not None  # noqa: S101  only entries that could be read are asked for
    payload = _trimmed(line.entry.payload)
    return Occurrence(
        station=station, epoch=epoch, sequence=line.sequence, kind=line.entry.kind, payload=payload
    )


def _trimmed(payload: Json) -> Json:
    """Return what a page can show; whatever is longer stands in the evidence."""
    if not isinstance(payload, Mapping):
        return {}
    try:
        text = json.dumps(payload)
    except RecursionError:
        return {}
    if len(text) <= _MOST_CHARS and text.count("[") + text.count("{") <= _MOST_NESTED:
        return payload
    return {name: value for name, value in payload.items() if isinstance(value, int)}


def _is_retimed(row: Occurrence, intervals: Mapping[int, Interval]) -> bool:
    """Write what is proven about an entry's time into its row; tell whether that is news."""
    found = intervals.get(row.sequence)
    if found is None:
        return False
    before = row.earliest_at, row.latest_at, row.payload
    row.earliest_at, row.latest_at = instant(found.earliest_ms), instant(found.latest_ms)
    if row.kind == Kind.ANCHOR and found.is_word_refuted and isinstance(row.payload, Mapping):
        # What a person said and proofs deny is not believed, and not passed over in silence either.
        row.payload = {**row.payload, REFUTED: True}
    return before != (row.earliest_at, row.latest_at, row.payload)
