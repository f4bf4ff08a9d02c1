"""What stations report beside taps, in sentences a person can act on."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from central.store.models import Occurrence, School
from central.work.occurrence_rows import REFUTED
from station.tap import Kind

ERROR: Final = "error: %(what)s"
GAP: Final = "taps shown as not recorded: %(what)s; ask the room for its paper list"
SALVAGED: Final = "the journal was damaged and salvaged; entries missing: %(what)s"
SALVAGED_IN_PART: Final = (
    "the journal was damaged and salvaged; entries missing: %(what)s, perhaps more at its end"
)
OUTAGE: Final = "staff marked an outage"
TIME: Final = "staff attested the time"
TIME_REFUTED: Final = "staff attested a time that proofs deny; it is not believed, so ask who tapped"
ENROLLED: Final = "staff laid down a card to be enrolled"
WELL: Final = "self-test by staff: all is well"
NOT_WELL: Final = "self-test by staff found: %(what)s"
ACT: Final = "staff did: %(what)s"
SENTENCES: Final = frozenset(
    {ERROR, GAP, SALVAGED, SALVAGED_IN_PART, OUTAGE, TIME, TIME_REFUTED, ENROLLED, WELL, NOT_WELL, ACT}
)
"""Every sentence there is, for those who translate them."""
_SHOWN: Final = 5
_AGO: Final = timedelta(days=30)
_EXACT: Final = timedelta(minutes=1)
_MOST_CHARS: Final = 120


@dataclass(frozen=True, slots=True)
class OccurrenceLine:
    """One entry of a station: by when it was written, and what it says as a sentence with its figures."""

    at: datetime | None
    is_exact: bool
    """Whether that is known to the minute; otherwise it may have been long before."""
    sentence: str
    figures: Mapping[str, str]

    def __str__(self) -> str:
        """Say it in English."""
        return self.sentence % self.figures


def newest(school: School, now: datetime) -> dict[str, list[OccurrenceLine]]:
    """Return by station what it reported last, the newest first; nothing of more than 30 days ago."""
    rows = Occurrence.objects.filter(station__school=school, station__retired_at=None)
    recent = rows.exclude(latest_at__lt=now - _AGO).order_by("-latest_at", "-sequence")
    found: dict[str, list[OccurrenceLine]] = defaultdict(list)
    for row in recent.iterator():
        if len(found[row.station_id]) < _SHOWN:
            found[row.station_id].append(told(row))
    return dict(found)


def how_many(row: Occurrence) -> int | None:
    """Return how many taps or entries an entry says are missing, where it says so."""
    payload = row.payload if isinstance(row.payload, dict) else {}
    _, what = _told(row.kind, payload)
    return int(what) if row.kind in {Kind.GAP, Kind.SALVAGE} and what.isdecimal() else None


def told(row: Occurrence) -> OccurrenceLine:
    """Return what an entry says."""
    earliest_at, latest_at = row.earliest_at, row.latest_at
    is_exact = earliest_at is not None and latest_at is not None and latest_at - earliest_at <= _EXACT
    payload = row.payload if isinstance(row.payload, dict) else {}
    sentence, what = _told(row.kind, payload)
    return OccurrenceLine(latest_at, is_exact, sentence, {"what": what[:_MOST_CHARS]})


def _told(kind: str, payload: Mapping[str, object]) -> tuple[str, str]:
    """Return the sentence of an entry and what is said in it."""
    match kind:
        case Kind.GAP:
            return GAP, str(payload.get("lost", "?"))
        case Kind.SALVAGE:
            is_whole = payload.get("tail") == "known"
            return SALVAGED if is_whole else SALVAGED_IN_PART, _count(payload.get("missing"))
        case Kind.ANCHOR:
            # The member is central's own, added where it found so.
            return TIME_REFUTED if payload.get(REFUTED) is True else TIME, ""
        case Kind.STAFF:
            return _staff(payload)
        case _:
            return ERROR, str(payload.get("what", "?"))


def _staff(payload: Mapping[str, object]) -> tuple[str, str]:
    did, found = str(payload.get("did", "?")), payload.get("found")
    if did == "self-test" and not payload.get("ok"):
        return NOT_WELL, ", ".join(str(code) for code in found) if isinstance(found, list) else "?"
    sentence = {"outage": OUTAGE, "enrol": ENROLLED, "self-test": WELL}.get(did, ACT)
    return sentence, did


def _count(missing: object) -> str:
    """Return how many entries lie in ranges of sequences, both ends included; a station wrote them."""
    try:
        ranges = [(int(first), int(last)) for first, last in missing] if isinstance(missing, list) else None
    except (TypeError, ValueError):
        ranges = None
    return "?" if ranges is None else str(sum(last - first + 1 for first, last in ranges))
