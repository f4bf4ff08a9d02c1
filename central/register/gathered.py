"""What the register asks of all attendance records, gathered a part of the year at a time.

A year of ten thousand students is millions of records: what is asked of them adds up day by day, so
no more of them than `AT_ONCE` are held.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from central.domain.attendance import Mark, Stage
from central.domain.calendar import DateSpan
from central.domain.enrolment import EnrolledSpan
from central.store.attended import Scope, SessionKey, Standing, standing_records
from central.store.models import AttendanceRecord, Placement

if TYPE_CHECKING:
    from central.register.records import Records

AT_ONCE: Final = 100_000
"""About so many records are held at a time; some 70 MB."""


@dataclass(slots=True)
class Gathered:
    """What was found: signatures, presence, and what is amiss with it.

    `signed_by` are employee numbers with the days of records they stand behind. `presences` counts
    records of presence somebody stands behind, `student_days` the days of students these are of.
    `not_taught` counts those on a date its track is not taught, `twice` names a student for each day
    with presence in two tracks, and `unmarked` counts students without a mark in a signed session.
    """

    signed_by: set[tuple[str, date]] = field(default_factory=set)
    presences: int = 0
    student_days: int = 0
    not_taught: Counter[tuple[date, str]] = field(default_factory=Counter)
    twice: list[str] = field(default_factory=list)
    unmarked: Counter[SessionKey] = field(default_factory=Counter)


def gather(records: "Records") -> Gathered:
    """Go through all records of a year up to its day once."""
    found, places = Gathered(), _Places(records)
    for days in _parts(records):
        standing = standing_records(records.year, records.before, records.as_of, Scope(days=days))
        signed = [record for record in standing if record.stage.counts]
        present = [record for record in signed if record.mark is Mark.PRESENT]
        found.signed_by.update((record.certified_by, record.on) for record in signed)
        found.presences += len(present)
        found.not_taught.update(
            (record.on, record.track)
            for record in present
            if (calendar := records.calendars.get(record.track)) and record.on not in calendar.days_taught
        )
        tracks: dict[tuple[str, date], set[str]] = defaultdict(set)
        for record in present:
            tracks[record.student, record.on].add(record.track)
        found.student_days += len(tracks)
        found.twice += [student for (student, _), each in tracks.items() if len(each) > 1]
        found.unmarked.update(places.unmarked(days, standing))
    return found


def _parts(records: "Records") -> Iterator[Sequence[date]]:
    """Cut the days of the year so far into parts of about as many records as are held at a time."""
    first, last = records.span.starts_on, min(records.as_of, records.span.ends_on)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    kept = AttendanceRecord.objects.filter(section__school_year=records.year).count()
    size = max(1, len(days) // (1 + kept // AT_ONCE))
    for start in range(0, len(days), size):
        yield days[start : start + size]


class _Places:
    """Who had a place in which signed session."""

    def __init__(self, records: "Records") -> None:
        self._signed: dict[date, list[SessionKey]] = defaultdict(list)
        for key in records.signed:
            self._signed[key.on].append(key)
        self._enrolled: dict[str, list[EnrolledSpan]] = defaultdict(list)
        for span in records.enrolled:
            self._enrolled[span.student].append(span)
        self._placed: dict[str, list[tuple[str, DateSpan]]] = defaultdict(list)
        rows = Placement.objects.filter(section__school_year=records.year)
        for section, student, since, until in rows.values_list(
            "section__code", "student__number", "since", "until"
        ):
            if until is None or until >= since:
                self._placed[section].append((student, DateSpan(since, until)))

    def unmarked(self, days: Sequence[date], standing: Sequence[Standing]) -> Iterator[SessionKey]:
        """Yield a signed session of these days once for each student with a place and no mark in it."""
        marked: dict[SessionKey, set[str]] = defaultdict(set)
        for record in standing:
            if record.stage is not Stage.REMOVED:
                marked[SessionKey(record.on, record.section)].add(record.student)
        for key in (key for on in days for key in self._signed[on]):
            here = marked[key]
            for student, place in self._placed[key.section]:
                if student not in here and place.holds(key.on) and self._is_enrolled(student, key.on):
                    yield key

    def _is_enrolled(self, student: str, on: date) -> bool:
        return any(span.holds(on) for span in self._enrolled[student])
