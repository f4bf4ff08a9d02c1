"""The records of a school year day by day, each with the number its student's day counts in."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from central.domain.calendar import SchoolYear as Year
from central.domain.calendar import TrackCalendar, monday_of
from central.domain.enrolment import EnrolledSpan
from central.domain.period import PeriodKind
from central.law.months import school_months
from central.reports.ground import Ground
from central.reports.period import ProofLine
from central.reports.proof import proof_of
from central.reports.walk import CellName
from central.store.attended import Scope, Standing
from central.store.models import SchoolYear
from central.store.queries.calendars import track_calendars
from central.store.queries.enrolments import enrolled_spans
from central.work.claims import Claimed, claimed

# Whole weeks: whether a weekend class counts is decided by its week.
_AT_ONCE: Final = timedelta(weeks=4)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """The number a student's day counts in; `month` is that of the track."""

    name: CellName
    month: int


@dataclass(frozen=True, slots=True)
class Line:
    """One record, or one day of evaluated work; `cell` is None where no number rests on it."""

    record: int
    student: str
    section: str
    on: date
    mark: str
    stage: str
    source: str
    certified_by: str
    certified_at: datetime | None
    cell: Cell | None

    def row(self) -> tuple[str | int | None, ...]:
        """Return it as a line of the tables of records."""
        cell = self.cell
        counts = (
            ("", "", "", "")
            if cell is None
            else (cell.name.track, cell.month, cell.name.span.value, cell.name.modality.value)
        )
        at = self.certified_at and self.certified_at.astimezone(UTC).isoformat()
        signed = (self.stage, self.source, self.certified_by, at)
        return (self.record, self.student, self.section, self.on.isoformat(), self.mark, *signed, *counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What a packet looks at: a year as of the end of a day, or one school month of each of its tracks."""

    year: SchoolYear
    as_of: date
    before: datetime
    month: int | None
    calendars: Mapping[str, TrackCalendar]
    spans: list[EnrolledSpan]
    months: Mapping[tuple[str, date], int]
    """The number of the school month by track and Monday."""

    @classmethod
    def of(cls, year: SchoolYear, as_of: date, before: datetime, month: int | None) -> "Span":
        """Gather the calendars and enrollments as they are known now."""
        named = Year(year.name)
        every = track_calendars(year.school_id, named)
        calendars = {code: calendar for code, calendar in every.items() if calendar.days_taught}
        months = {
            (code, week): found.number
            for code, calendar in calendars.items()
            for found in school_months(calendar)
            for week in found.weeks
        }
        spans = list(enrolled_spans(year.school_id, named, None))
        return cls(
            year=year,
            as_of=as_of,
            before=before,
            month=month,
            calendars=calendars,
            spans=spans,
            months=months,
        )

    def month_of(self, track: str, on: date) -> int | None:
        """Return the school month a track counts a date in."""
        return self.months.get((track, monday_of(on)))

    def bounds(self) -> tuple[date, date]:
        """Return the first and the last day looked at."""
        year = Year(self.year.name)
        weeks = [week for (_, week), number in self.months.items() if number == self.month]
        since = max(min(weeks), year.starts_on) if weeks else year.starts_on
        until = max(weeks) + 6 * _DAY if weeks else year.ends_on
        return since, min(until, year.ends_on, self.as_of)


def days(span: Span) -> Iterator[tuple[date, list[Line]]]:
    """Yield every day with its lines in the order of the tables; four weeks are in memory at once."""
    since, until = span.bounds()
    first = monday_of(since)
    while first <= until:
        dates = {on for n in range(_AT_ONCE.days) if since <= (on := first + n * _DAY) <= until}
        by_day: dict[date, list[Line]] = defaultdict(list)
        for line in _lines(span, dates):
            by_day[line.on].append(line)
        for on, lines in sorted(by_day.items()):
            yield on, sorted(lines, key=lambda line: (line.section, line.student, line.record))
        first += _AT_ONCE


def _lines(span: Span, dates: set[date]) -> Iterator[Line]:
    made = claimed(span.year, span.before, span.as_of, Scope(days=dates))
    proofs = _proofs(span, made)
    for record in made.standing:
        proof = proofs.pop((record.student, record.on), None)
        is_behind = proof is not None and proof[0].source != "study" and proof[0].record == record.record
        if proof is not None and not is_behind:
            proofs[record.student, record.on] = proof
        cell = proof[1] if proof is not None and is_behind else None
        if span.month is None or span.month_of(record.track, record.on) == span.month:
            yield _line(record, cell)
    for line, cell in proofs.values():
        if span.month in {None, cell.month}:
            yield _studied(line, cell)


def _proofs(span: Span, made: Claimed) -> dict[tuple[str, date], tuple[ProofLine, Cell]]:
    """Return what each student-day rests on and where it counts; a student has one a day."""
    ground = Ground(
        year=span.year,
        kind=PeriodKind.ANNUAL,
        as_of=span.as_of,
        before=span.before,
        calendars=made.calendars,
        in_period=made.calendars,
        spans=made.spans,
        standing=made.standing,
        claimable=made.claimable,
        claim=made.claim,
        counted=sorted(made.claim.days, key=lambda day: (day.track, day.student, day.on)),
        without_credential=made.without_credential,
        absences=(),
        months=(),
    )
    found = {}
    for day, proof in zip(ground.counted, proof_of(ground), strict=True):
        month = span.month_of(day.track, day.on)
        if month is not None:
            found[day.student, day.on] = (proof, Cell(CellName.of(day), month))
    return found


def _line(record: Standing, cell: Cell | None) -> Line:
    return Line(
        record=record.record,
        student=record.student,
        section=record.section,
        on=record.on,
        mark=record.mark.value,
        stage=record.stage.value,
        source=record.source,
        certified_by=record.certified_by,
        certified_at=record.certified_at,
        cell=cell,
    )


def _studied(line: ProofLine, cell: Cell) -> Line:
    return Line(
        record=line.record,
        student=line.student,
        section=line.section,
        on=line.on,
        mark="present",
        stage=line.stage,
        source=line.source,
        certified_by=line.certified_by,
        certified_at=line.certified_at,
        cell=cell,
    )
