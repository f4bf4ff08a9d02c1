"""Published: compute P-1, P-2 and Annual from the records as they stood at the end of a day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from itertools import product

from central.domain.attendance import AttendanceDay
from central.domain.enrolment import Grade, GradeSpan, Modality
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.law import ada, periods, question, tracks
from central.law.months import school_months
from central.reports import identities, recovered_rows
from central.reports.ground import Ground
from central.reports.groundwork import ground_of
from central.reports.head import head
from central.reports.period import CapRow, PeriodReport, PeriodRow, TrackMonths
from central.reports.period_findings import find
from central.reports.proof import digest_of, proof_of
from central.reports.snapshots import last_closed
from central.store.models import School, SchoolYear

_RULES = (
    *("R-CAL-01", "R-CAL-02", "R-CAL-03", "R-CAL-04"),
    *("R-ADA-01", "R-ADA-02", "R-ADA-04", "R-ADA-06", "R-ADA-08", "R-ADA-09", "R-REC-04"),
    *("R-TRK-01", "R-TRK-02", "R-TRK-03", "R-TRK-04", "R-TRK-05", "R-MON-01"),
)
_OF_DISTRICTS = ("R-ADA-03", "R-ADA-05")
_OF_STUDY = ("R-IS-01", "R-IS-02", "R-IS-03", "R-IS-04", "R-IS-05", "R-IS-06", "R-IS-07", "R-IS-08")


def period_report(year: SchoolYear, kind: PeriodKind, as_of: date, now: datetime) -> PeriodReport:
    """Return the report of a period as decisions taken until the end of `as_of` make it.

    Only records a certificated person stands behind count, at most one day a student and date, on
    days of full school months that were taught. Calendars and enrollments are those known now; a
    closed report keeps its own. Raises CentralError for a day that has not come and when no calendar
    is there.
    """
    return report_on(ground_of(year, kind, as_of, now), now)


def report_on(ground: Ground, now: datetime) -> PeriodReport:
    """Return the report a ground makes, with its findings, proof and digest."""
    school = ground.year.school
    report = PeriodReport(
        **head(ground.year, ground.as_of, now),
        kind=ground.kind,
        tracks=tuple(months_of(ground, code) for code in ground.calendars),
        rows=tuple(rows_of(ground)),
        caps=tuple(caps_of(ground)),
        recovered=recovered_rows.of_period(ground),
        proof=proof_of(ground),
        findings=(),
        caveats=question.caveats((*rules_of(school), *_study_of(ground)), ground.as_of),
        digest="",
    )
    findings = (*identities.find(ground), *identities.find_in(report, ground), *find(ground))
    closed = last_closed(ground.year, ground.kind)
    return replace(report, findings=findings, digest=digest_of(report), closed=closed)


def rules_of(school: School) -> tuple[str, ...]:
    """Return the numbers of the rules a report of a school's attendance rests on."""
    return _RULES if school.kind == LeaKind.CHARTER else (*_RULES, *_OF_DISTRICTS)


def _study_of(ground: Ground) -> tuple[str, ...]:
    has_study = any(span.modality is Modality.INDEPENDENT_STUDY for span in ground.spans)
    return _OF_STUDY if has_study else ()


def rows_of(ground: Ground) -> Iterator[PeriodRow]:
    """Yield a row for every grade span and modality somebody was enrolled in, track by track."""
    span_of = {grade: grade.span for grade in Grade}
    by_cell: dict[tuple[str, GradeSpan, Modality], list[AttendanceDay]] = {
        (span.track, span_of[span.grade], span.modality): [] for span in ground.spans
    }
    for day in ground.counted:
        by_cell.setdefault((day.track, span_of[day.grade], day.modality), []).append(day)
    for (track, calendar), span, modality in product(ground.in_period.items(), GradeSpan, Modality):
        cell = by_cell.get((track, span, modality))
        divisor = len(periods.divisor_days(calendar))
        if cell is not None and divisor:
            # The law's own fraction, shown over the divisor it was made with.
            share = ada.average_daily_attendance(cell, calendar)
            yield PeriodRow(track, span, int(share * divisor), divisor, modality)


def caps_of(ground: Ground) -> Iterator[CapRow]:
    """Yield what is taken off for students above one ADA, in the line each stood on last."""
    with_days = {
        code: calendar for code, calendar in ground.in_period.items() if periods.divisor_days(calendar)
    }
    shares = tracks.ada_over_several_tracks(ground.counted, with_days)
    over = {share.student: share.excess for share in shares if share.excess}
    lines: dict[tuple[GradeSpan, Modality], list[Fraction]] = {}
    for student, excess in over.items():
        last = max((day for day in ground.counted if day.student == student), key=lambda day: day.on)
        lines.setdefault((last.grade.span, last.modality), []).append(excess)
    for (span, modality), parts in sorted(lines.items()):
        yield CapRow(span, modality, len(parts), sum(parts, start=Fraction(0)))


def months_of(ground: Ground, code: str) -> TrackMonths:
    """Return the school months of a track that make the period, with the days it is divided by."""
    calendar = ground.calendars[code]
    year = calendar.school_year
    months = periods.months_in(ground.kind, school_months(calendar), year)
    since = months[0].starts_on if months else year.starts_on
    until = months[-1].ends_on if months else year.starts_on
    days = tuple(sorted(periods.divisor_days(ground.in_period[code])))
    return TrackMonths(code, tuple(month.number for month in months), since, until, days)
