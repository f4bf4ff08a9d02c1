"""Run every sum that must agree over one report, and say which does not."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from central.domain.attendance import Stage
from central.domain.calendar import SATURDAY, monday_of
from central.domain.enrolment import GradeSpan, Modality
from central.domain.finding import Finding
from central.law import reconciliation
from central.law.membership import MonthWindow, month_windows
from central.law.months import school_months
from central.law.periods import months_in
from central.reports.ground import Ground
from central.reports.period import PeriodReport
from central.store.models import StudentYear
from central.work import student_years


def find(ground: Ground) -> Iterator[Finding]:
    """Yield what does not agree among the records themselves, whatever is reported of them."""
    yield from reconciliation.findings_on_months(ground.months)
    yield from reconciliation.findings_on_absences(len(ground.absences), ground.months)
    stages = Counter(record.stage for record in ground.standing if record.on in ground.days)
    submitted = stages[Stage.SUBMITTED] + stages[Stage.CONFIRMED]
    yield from reconciliation.findings_on_submission(submitted, stages[Stage.CONFIRMED])
    # Without one counted year nothing was counted ahead, and there is nothing to compare.
    if StudentYear.objects.filter(school_year=ground.year).exists():
        yield from reconciliation.findings_on_projection(student_years.differences(ground.year))


def find_in(report: PeriodReport, ground: Ground) -> Iterator[Finding]:
    """Yield what does not agree between a period's report and its months, and between its own lines."""
    rows = {_name(row.track, row.span, row.modality): (row.numerator, row.divisor) for row in report.rows}
    is_over = all(ground.as_of >= max(track.days_taught, default=ground.as_of) for track in report.tracks)
    months = _sums(ground)
    if not is_over:
        # The divisor of a period counts the days to come; those of its months do not yet.
        rows, months = ({key: (days, 0) for key, (days, _) in found.items()} for found in (rows, months))
    yield from reconciliation.findings_on_period(report.kind.value, rows, months)
    spans = [found.ada for found in report.span_totals()]
    yield from reconciliation.findings_on_total(f"{report.kind.value}, grade spans", report.total, spans)
    cells = [*(row.ada for row in report.rows), *(cap.ada for cap in report.caps)]
    yield from reconciliation.findings_on_total(f"{report.kind.value}, cells", report.total, cells)
    proven = Counter((line.student, line.on) for line in report.proof)
    attended = Fraction(sum(row.numerator for row in report.rows))
    yield from reconciliation.findings_on_total(
        f"{report.kind.value}, proof", attended, [Fraction(len(proven))]
    )


def _sums(ground: Ground) -> dict[str, tuple[int, int]]:
    """Add up the months of the period: days attended and days taught, by the row they belong to."""
    windows = {code: _windows(ground, code) for code in ground.calendars}
    days: Counter[str] = Counter()
    track_of: dict[str, str] = {}
    for cell in ground.months:
        if cell.key.month in {window.month.number for window in windows[cell.key.track]}:
            name = _name(cell.key.track, cell.key.span, cell.key.modality)
            days[name] += cell.earned
            track_of[name] = cell.key.track
    for day in ground.claim.days:
        # A weekend class after the period's last day lies in its month and not in the period.
        if day.on.weekday() >= SATURDAY and day.on not in ground.in_period[day.track].days_taught:
            weeks = {week for window in windows[day.track] for week in window.month.weeks}
            days[_name(day.track, day.grade.span, day.modality)] -= monday_of(day.on) in weeks
    taught = {code: sum(len(window.taught) for window in found) for code, found in windows.items()}
    return {name: (days[name], taught[code]) for name, code in track_of.items()}


def _windows(ground: Ground, code: str) -> list[MonthWindow]:
    calendar = ground.calendars[code]
    months = months_in(ground.kind, school_months(calendar), calendar.school_year)
    wanted = {month.number for month in months}
    return [window for window in month_windows(calendar, ground.as_of) if window.month.number in wanted]


def _name(track: str, span: GradeSpan, modality: Modality) -> str:
    return f"track {track}, {span.value}, {modality.value}"
