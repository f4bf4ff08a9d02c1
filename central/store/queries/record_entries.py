"""Published: when each certified record was first entered, by whom, and every change made to it since."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from central.domain.attendance import Stage
from central.domain.calendar import SchoolYear as Year
from central.store.models import Decision, SchoolYear, Tap

REMOVED: Final = "removed"
_AT_ONCE: Final = 5_000
_ENTERS: Final = (Tap.Outcome.RECORDED, Tap.Outcome.REPEAT)
_COLUMNS: Final = (
    *("record_id", "record__student__number", "record__on", "record__section__code"),
    *("stage_from", "stage_to", "mark", "by__number", "by_process", "at", "is_same_day", "reason"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of what a record says: its mark before and after, or "removed"; by an employee's number."""

    at: datetime
    by: str
    before: str
    after: str
    reason: str
    is_by_person: bool
    is_after_certification: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One record that was certified: its first entry, by whom, its changes, and whether it still counts."""

    record: int
    student: str
    on: date
    section: str
    entered_at: datetime
    entered_by: str
    """An employee's number, or the part of the program that made the record from taps."""
    is_same_day: bool
    process: str
    """The part of the program that entered it without anybody's word; empty where somebody gave it."""
    is_standing: bool
    changes: tuple[Change, ...]


def entries(year: SchoolYear, until: date, before: datetime) -> Iterator[Entry]:
    """Yield the records of a school year up to a date that were certified before an instant; one query.

    Records removed after they were certified are among them, records nobody ever certified are not.
    """
    span = Year(year.name)
    rows = Decision.objects.filter(
        record__section__school_year=year,
        record__on__range=(span.starts_on, min(until, span.ends_on)),
        at__lt=before,
    ).order_by("record_id", "pk")
    told = rows.values_list(*_COLUMNS).iterator(chunk_size=_AT_ONCE)
    for _, steps in groupby(told, key=itemgetter(0)):
        found = _entry(list(steps))
        if found is not None:
            yield found


def tapped(year: SchoolYear, until: date) -> dict[int, tuple[date, datetime | None]]:
    """Return the date and the earliest tap of every record of a year that a tap entered, by its key."""
    span = Year(year.name)
    taps = Tap.objects.filter(
        record__section__school_year=year, record__on__range=(span.starts_on, until), outcome__in=_ENTERS
    )
    rows = taps.order_by("record_id", "earliest_at", "pk").values_list("record_id", "on", "earliest_at")
    found: dict[int, tuple[date, datetime | None]] = {}
    for record, on, at in rows.iterator(chunk_size=_AT_ONCE):
        if on is not None:
            found.setdefault(record, (on, at))
    return found


def _entry(steps: Sequence[Sequence[Any]]) -> Entry | None:  # Any: a row of columns of many types
    if not any(Stage(step[5]).counts for step in steps):
        return None
    first, last = steps[0], steps[-1]
    return Entry(
        record=first[0],
        student=first[1],
        on=first[2],
        section=first[3],
        entered_at=first[9],
        entered_by=first[7] or first[8],
        is_same_day=first[10],
        process=first[8] if first[7] is None else "",
        is_standing=Stage(last[5]).counts,
        changes=tuple(_changes(steps)),
    )


def _changes(steps: Iterable[Sequence[Any]]) -> Iterator[Change]:  # Any: a row of columns of many types
    said, was_certified = "", False
    for *_, stage, mark, by, process, at, _, reason in steps:
        says = REMOVED if stage == Stage.REMOVED else mark
        if said and says != said:
            yield Change(at, by or process, said, says, reason, by is not None, was_certified)
        said = says
        was_certified = was_certified or Stage(stage).counts
