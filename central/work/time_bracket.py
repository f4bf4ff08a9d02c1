"""Between which moments an entry that nothing dates surely was, so that no word can go beyond it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from central.errors import RefusedError
from central.store.evidence import Evidence
from central.store.models import Occurrence, Station, Tap, TimeDecision
from central.timeline import Grade
from station.tap import Kind

FOR_PEOPLE: Final = (Grade.REVIEW, Grade.CONTRADICTION)
"""The grades no rule may date."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RECEIPT_EPS: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a journal by its address."""

    station: Station
    epoch: int
    sequence: int

    def __str__(self) -> str:
        """Name it as people type it."""
        return f"{self.station.pk}/{self.epoch}/{self.sequence}"


@dataclass(frozen=True, slots=True)
class Bracket:
    """Where the truth of one entry surely lies; None where nothing bounds it."""

    earliest_at: datetime | None
    latest_at: datetime | None

    def holds(self, earliest_at: datetime, latest_at: datetime) -> bool:
        """Tell whether an interval lies inside."""
        return not (
            (self.earliest_at is not None and earliest_at < self.earliest_at)
            or (self.latest_at is not None and latest_at > self.latest_at)
        )


def bracket(entry: Entry, evidence: Evidence, *, is_anchor: bool) -> Bracket:
    """Return where an entry that needs a decision surely lies; raises RefusedError where it needs none."""
    if is_anchor:
        return _of_anchor(entry)
    tap = tap_at(entry)
    if not needs_a_person(tap):
        msg = f"the time of {entry} is proven ({tap.time_quality}) and not for a person to decide"
        raise RefusedError(msg)
    return provable(tap, evidence)


def needs_a_person(tap: Tap) -> bool:
    """Tell whether a tap's time is for a person to decide, or to decide again."""
    return tap.time_quality in FOR_PEOPLE


def provable(tap: Tap, evidence: Evidence) -> Bracket:
    """Return a tap's second bracket, by signed exchanges and receipts alone.

    Nothing can have happened after central held it. Where proofs contradict one another, that is all
    that is known.
    """
    received_ms = evidence.received_ms_of([tap.server_sequence]).get(tap.server_sequence)
    held_at = None if received_ms is None else _EPOCH + timedelta(milliseconds=received_ms) + _RECEIPT_EPS
    earliest_at, latest_at = tap.provable_earliest_at, tap.provable_latest_at
    if earliest_at is not None and latest_at is not None and earliest_at > latest_at:
        return Bracket(None, held_at)
    return Bracket(earliest_at, min(filter(None, (latest_at, held_at)), default=None))


def tap_at(entry: Entry) -> Tap:
    """Return the tap at an address; raises RefusedError where there is none."""
    tap = Tap.objects.filter(station=entry.station, epoch=entry.epoch, sequence=entry.sequence).first()
    if tap is None:
        msg = f"there is no tap {entry}; decide-time lists those that wait"
        raise RefusedError(msg)
    return tap


def _of_anchor(entry: Entry) -> Bracket:
    rows = Occurrence.objects.filter(station=entry.station, epoch=entry.epoch, sequence=entry.sequence)
    row = rows.filter(kind=Kind.ANCHOR).first()
    if row is None:
        msg = f"{entry} is no staff tap that can anchor the entries around it"
        raise RefusedError(msg)
    about = TimeDecision.objects.filter(station=entry.station, epoch=entry.epoch, sequence=entry.sequence)
    if about.filter(is_anchor=True).exists():
        # Its bounds rest on the word that is to be replaced; what evidence denies does not count anyway.
        return Bracket(None, None)
    return Bracket(row.earliest_at, row.latest_at)
