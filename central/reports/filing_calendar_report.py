"""Published: what is filed of a school year by which day, and what of it is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from central.domain.calendar import SchoolMonth
from central.domain.calendar import SchoolYear as Year
from central.domain.errors import DomainError
from central.domain.finding import Finding, Severity
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.law.filings import Filing, Paper, filings
from central.law.months import school_months
from central.reports.monthly_report import KIND as MONTHLY
from central.reports.occasion import Occasion, occasion
from central.store.models import ReportSnapshot, SchoolYear
from central.store.queries.adult_classes import adult_classes
from central.store.queries.calendars import track_calendars
from central.store.queries.closures import requests

TITLE: Final = "The filing calendar"
ABOUT: Final = "What is filed of the year, with whom, by which day, and whether it is done."
SOON: Final = timedelta(days=30)
_PERIODS: Final = {
    Paper.P1: PeriodKind.P1.value,
    Paper.P2: PeriodKind.P2.value,
    Paper.ANNUAL: PeriodKind.ANNUAL.value,
}
_NOT_OURS: Final = "not kept here"


@dataclass(frozen=True, slots=True)
class FilingLine:
    """One paper with what is on record about it; `done_on` is the day it was first closed here."""

    filing: Filing
    done_on: date | None
    state: str

    def is_late(self, on: date) -> bool:
        """Tell whether its day has passed and it is not closed, though this program would know."""
        due = self.filing.due
        return self.done_on is None and self.state != _NOT_OURS and due is not None and due < on

    def is_near(self, on: date) -> bool:
        """Tell whether it is due within 30 days and not closed."""
        due = self.filing.due
        is_open = self.done_on is None and self.state != _NOT_OURS
        return is_open and due is not None and on <= due <= on + SOON


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingCalendar:
    """The papers of a year: those with a day in its order, then those without one."""

    of: Occasion
    lines: tuple[FilingLine, ...]
    findings: tuple[Finding, ...]


def report(year: SchoolYear, as_of: date, now: datetime) -> FilingCalendar:
    """Return the calendar of a year with what was closed by the end of a day.

    A report counts as done once it was closed; whether it was sent is not known here. Raises
    CentralError as `occasion` does.
    """
    of = occasion(year, as_of, now)
    closed = _closed(year, of)
    states = _requests(year, of)
    lines = [
        _line(filing, closed, states, ZoneInfo(of.zone))
        for filing in filings(
            Year(year.name),
            LeaKind(year.school.kind),
            _months(year),
            has_adults=bool(adult_classes(year, of.until)),
        )
    ]
    ordered = sorted(lines, key=lambda line: (line.filing.due is None, line.filing.due or date.max))
    made = FilingCalendar(of=of, lines=tuple(ordered), findings=())
    return replace(made, findings=tuple(_find(made)))


def _months(year: SchoolYear) -> list[tuple[str, SchoolMonth]]:
    found = []
    for code, calendar in track_calendars(year.school_id, Year(year.name)).items():
        if calendar.days_taught:
            try:
                found += [(code, month) for month in school_months(calendar)]
            except DomainError:
                # A calendar without lawful months says so in every report that counts by them.
                continue
    return found


def _closed(year: SchoolYear, of: Occasion) -> list[ReportSnapshot]:
    rows = ReportSnapshot.objects.filter(school_year=year, made_at__lt=of.before)
    return list(rows.defer("body").select_related("made_by").order_by("pk"))


def _requests(year: SchoolYear, of: Occasion) -> str:
    every = requests(year, of.before)
    return "; ".join(f"{each.request}: {each.state.value}" for each in every) or "none was prepared"


def _line(filing: Filing, closed: Sequence[ReportSnapshot], asked: str, zone: ZoneInfo) -> FilingLine:
    if filing.paper is Paper.J13A:
        return FilingLine(filing, None, asked)
    if filing.paper is Paper.MONTHLY:
        return _done(filing, [row for row in closed if row.kind == MONTHLY and _holds(filing, row)], zone)
    if filing.paper in _PERIODS:
        return _done(filing, [row for row in closed if row.kind == _PERIODS[filing.paper]], zone)
    return FilingLine(filing, None, _NOT_OURS)


def _holds(filing: Filing, row: ReportSnapshot) -> bool:
    return filing.part_ends is not None and filing.part_ends <= row.as_of


def _done(filing: Filing, rows: Sequence[ReportSnapshot], zone: ZoneInfo) -> FilingLine:
    if not rows:
        return FilingLine(filing, None, "not closed")
    first, last = rows[0], rows[-1]
    on = first.made_at.astimezone(zone).date()
    by = f" by employee {last.made_by.number}" if last.made_by else ""
    state = f"closed as revision {last.revision} ({last.edition}) as of {last.as_of}{by}"
    if filing.due is not None and on > filing.due:
        state = f"{state}; first closed on {on}, after its day"
    return FilingLine(filing, on, state)


def _find(made: FilingCalendar) -> Iterator[Finding]:
    for line in made.lines:
        filing = line.filing
        if line.is_late(made.of.as_of):
            says, weight = "its day has passed and it is not closed", Severity.WARNING
        elif line.is_near(made.of.as_of):
            says, weight = "due within 30 days and not closed", Severity.NOTICE
        else:
            continue
        yield Finding(
            "R-CAL-03",
            filing.citation,
            f"{filing.paper.value} to the {filing.to}",
            filing.due,
            says,
            "look through the report's findings, close it on the Reports page, and send it",
            weight,
        )
