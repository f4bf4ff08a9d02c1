"""Published: compute P-1, P-2 and Annual from the records as they stood at the end of a day."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from central.domain.attendance import AttendanceDay
from central.domain.calendar import SchoolYear as Year
from central.domain.calendar import TrackCalendar
from central.domain.enrolment import EnrolledSpan, Grade, GradeSpan
from central.domain.period import PeriodKind
from central.errors import CentralError
from central.law import ada, periods, provision, question
from central.law.months import school_months
from central.reports.ground import Ground
from central.reports.period import PeriodReport, PeriodRow, ProofLine, TrackMonths
from central.reports.period_findings import find
from central.reports.snapshots import last_closed
from central.store.attended import Standing
from central.store.models import SchoolYear
from central.store.queries.enrolments import enrolled_spans
from central.work.claims import claimed

KINDS = {"p1": PeriodKind.P1, "p2": PeriodKind.P2, "annual": PeriodKind.ANNUAL}
_RULES = (
    *("R-CAL-01", "R-CAL-02", "R-CAL-03", "R-CAL-04"),
    *("R-ADA-01", "R-ADA-02", "R-ADA-04", "R-ADA-06", "R-ADA-08", "R-ADA-09", "R-REC-04"),
    *("R-TRK-01", "R-TRK-02", "R-TRK-03", "R-TRK-04", "R-TRK-05"),
)


def period_report(year: SchoolYear, kind: PeriodKind, as_of: date, now: datetime) -> PeriodReport:
    """Return the report of a period as decisions taken until the end of `as_of` make it.

    Only records a certificated person stands behind count, at most one day a student and date, on
    days of full school months that were taught. Calendars and enrollments are those known now; a
    closed report keeps its own. Raises CentralError for a day that has not come and when no calendar
    is there.
    """
    school = year.school
    zone = ZoneInfo(school.time_zone)
    ground = _ground(year, kind, as_of, now.astimezone(zone).date(), end_of(as_of, zone))
    spans = enrolled_spans(year.school_id, Year(year.name))
    report = PeriodReport(
        school=school.name,
        school_code=school.code,
        zone=school.time_zone,
        is_practice=school.is_practice,
        kind=kind,
        year=year.name,
        as_of=as_of,
        made_at=now.astimezone(UTC),
        rule_set=provision.rule_set_version(),
        tracks=tuple(
            _months(kind, ground.calendars[code], ground.in_period[code]) for code in ground.calendars
        ),
        rows=tuple(_rows(ground.counted, ground.in_period, spans)),
        proof=_proof(ground),
        findings=tuple(find(ground)),
        caveats=question.caveats(_RULES, as_of),
        digest="",
    )
    return replace(report, digest=_digest(report), closed=last_closed(year, kind))


def _ground(year: SchoolYear, kind: PeriodKind, as_of: date, today: date, before: datetime) -> Ground:
    """Gather what the report rests on; raises CentralError where there is nothing to rest on."""
    if as_of > today:
        msg = f"{as_of} has not come yet (it is {today} at the school); report as of a day up to today"
        raise CentralError(msg)
    made = claimed(year, before, as_of)
    if not made.calendars:
        msg = f"no track of {year.name} is taught on any day; import the calendar first"
        raise CentralError(msg)
    in_period = {track: periods.period_calendar(kind, calendar) for track, calendar in made.calendars.items()}
    counted = [day for day in made.claim.days if day.on in in_period[day.track].days_taught]
    return Ground(
        year=year,
        kind=kind,
        as_of=as_of,
        before=before,
        calendars=made.calendars,
        in_period=in_period,
        standing=made.standing,
        claimable=made.claimable,
        claim=made.claim,
        counted=counted,
        without_credential=made.without_credential,
    )


def end_of(on: date, zone: ZoneInfo) -> datetime:
    """Return the instant a local date ends."""
    return datetime.combine(on + timedelta(days=1), time(), zone).astimezone(UTC)


def _rows(
    days: Sequence[AttendanceDay], calendars: Mapping[str, TrackCalendar], spans: Iterable[EnrolledSpan]
) -> Iterable[PeriodRow]:
    """Yield a row for every grade span somebody was enrolled in, track by track."""
    span_of = {grade: grade.span for grade in Grade}
    by_cell: dict[tuple[str, GradeSpan], list[AttendanceDay]] = {
        (span.track, span_of[span.grade]): [] for span in spans
    }
    for day in days:
        by_cell.setdefault((day.track, span_of[day.grade]), []).append(day)
    for (track, calendar), span in product(calendars.items(), GradeSpan):
        cell = by_cell.get((track, span))
        if cell is None or not calendar.days_taught:
            continue
        divisor = len(periods.divisor_days(calendar))
        # The law's own fraction, shown over the divisor it was made with.
        share = ada.average_daily_attendance(cell, calendar)
        yield PeriodRow(track, span, int(share * divisor), divisor)


def _months(kind: PeriodKind, calendar: TrackCalendar, within: TrackCalendar) -> TrackMonths:
    months = periods.months_in(kind, school_months(calendar), calendar.school_year)
    year = calendar.school_year
    since = months[0].starts_on if months else year.starts_on
    until = months[-1].ends_on if months else year.starts_on
    numbers = tuple(month.number for month in months)
    return TrackMonths(calendar.track, numbers, since, until, tuple(sorted(within.days_taught)))


def _proof(ground: Ground) -> tuple[ProofLine, ...]:
    """Name the record each pupil-day rests on: of several of a day, the one certified first."""
    behind: dict[tuple[str, date, str], Standing] = {}
    for record in ground.claimable:
        if not record.stage.counts or record.mark != "present" or record.certified_at is None:
            continue
        key = (record.student, record.on, record.track)
        first = behind.get(key)
        if first is None or _signed(record) < _signed(first):
            behind[key] = record
    lines = []
    for day in sorted(ground.counted, key=lambda day: (day.track, day.student, day.on)):
        record = behind[day.student, day.on, day.track]
        assert record.certified_at is not None  # noqa: S101  the others were left out above
        lines.append(
            ProofLine(
                day.student,
                day.on,
                day.track,
                day.grade.value,
                record.section,
                record.record,
                record.source,
                record.stage.value,
                record.certified_by,
                record.certified_at,
            )
        )
    return tuple(lines)


def _signed(record: Standing) -> tuple[datetime, int]:
    assert record.certified_at is not None  # noqa: S101  asked only of certified records
    return record.certified_at, record.record


def _digest(report: PeriodReport) -> str:
    """Hash what the numbers rest on: rules, days taught, rows and every pupil-day with its signature."""
    ground = [
        report.school_code,
        report.year,
        report.kind,
        report.rule_set,
        [[track.track, [str(on) for on in track.days_taught]] for track in report.tracks],
        [[row.track, row.span, row.numerator, row.divisor] for row in report.rows],
        [
            [line.student, str(line.on), line.track, line.grade, line.record, line.certified_by]
            for line in report.proof
        ],
    ]
    text = json.dumps(ground, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
