"""Published: compute what a period would come to under a supposition, beside the real report."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from central.domain.attendance import AttendanceDay, Mark, RecordedMark, Stage
from central.domain.calendar import TrackCalendar
from central.domain.closure import RequestKind, RequestState, StateRequest
from central.domain.enrolment import Modality
from central.domain.period import PeriodKind
from central.errors import CentralError
from central.law import ada
from central.law.emergency import credit, days_of_attendance_credited
from central.law.periods import divisor_days
from central.law.weekend import countable_calendar
from central.reports.ground import Ground
from central.reports.groundwork import ground_of
from central.reports.period import PeriodRow
from central.reports.periods import caps_of, months_of, report_on, rows_of
from central.reports.rounding import total
from central.reports.what_if import SupposedRow, Supposition, WhatIf
from central.store.models import SchoolYear
from central.store.queries.closures import requests
from central.work.bars import bar_of

EVERY_TRACK = "all"


def what_if(year: SchoolYear, kind: PeriodKind, as_of: date, now: datetime, supposed: Supposition) -> WhatIf:
    """Return what a period would come to; nothing of it is kept, and it cannot be closed.

    Raises CentralError as `period_report` does, and for a track or request there is none of;
    LawError for a week kept out of the school months in which school is taught.
    """
    ground = ground_of(year, kind, as_of, now)
    asked = _approved(year, ground, supposed)
    _require_tracks(ground, supposed)
    calendars = {
        code: _calendar(calendar, supposed, asked)
        for code, calendar in ground.calendars.items()
        if code not in supposed.dropped
    }
    in_period = {code: countable_calendar(kind, calendar) for code, calendar in calendars.items()}
    days = {*ground.claim.days, *_certified(ground, supposed)}
    counted = [day for day in days if day.track in in_period and day.on in in_period[day.track].days_taught]
    spans = [span for span in ground.spans if span.track in calendars]
    other = replace(ground, calendars=calendars, in_period=in_period, counted=counted, spans=spans)
    return WhatIf(
        real=report_on(ground, now),
        supposed=supposed,
        months=tuple((code, months_of(other, code).months) for code in calendars),
        rows=(*_rows(other, supposed), *_credited(other, asked)),
        cap=total([cap.ada for cap in caps_of(other)] or [Decimal("0.00")]),
        credits=tuple(_credits(other, asked)),
    )


def _approved(year: SchoolYear, ground: Ground, supposed: Supposition) -> list[StateRequest]:
    """Return the requests supposed to be approved, as approved."""
    every = {request.request: request for request in requests(year, ground.before)}
    unknown = sorted(supposed.approved - every.keys())
    if unknown:
        known = ", ".join(sorted(every)) or "none"
        msg = f"there is no request {unknown[0]} in {year.name}; there is: {known}"
        raise CentralError(msg)
    return [replace(every[code], state=RequestState.APPROVED) for code in sorted(supposed.approved)]


def _require_tracks(ground: Ground, supposed: Supposition) -> None:
    unknown = sorted((supposed.dropped | (supposed.certified - {EVERY_TRACK})) - ground.calendars.keys())
    if unknown:
        msg = f"there is no track {unknown[0]}; there is: {', '.join(ground.calendars)}"
        raise CentralError(msg)
    if not ground.calendars.keys() - supposed.dropped:
        msg = "every track is dropped, so nothing is left to suppose; drop fewer"
        raise CentralError(msg)


def _calendar(calendar: TrackCalendar, supposed: Supposition, asked: list[StateRequest]) -> TrackCalendar:
    """Return a track's calendar as supposed: a closed day is not taught, a week in or out of its months."""
    weeks = (calendar.excluded_weeks | supposed.excluded) - supposed.included
    closed = credit(asked, calendar.track).as_filed.days
    return replace(calendar.within(calendar.days_taught - closed), excluded_weeks=weeks)


def _certified(ground: Ground, supposed: Supposition) -> frozenset[AttendanceDay]:
    """Return the days provisional presences would add, were they certified; credentials are not asked for."""
    marks = [
        RecordedMark(record.student, record.on, record.track, Mark.PRESENT, Stage.CERTIFIED)
        for record in ground.standing
        if record.stage is Stage.PROVISIONAL
        and record.mark is Mark.PRESENT
        and record.track in ground.calendars
        and not supposed.certified.isdisjoint({record.track, EVERY_TRACK})
    ]
    known = {(day.student, day.on) for day in ground.claim.days}
    claim = ada.attendance_days(marks, ground.spans, ground.calendars, bar_of(ground.year, ground.before))
    return frozenset(day for day in claim.days if (day.student, day.on) not in known)


def _rows(ground: Ground, supposed: Supposition) -> Iterator[SupposedRow]:
    for row in rows_of(ground):
        days = Fraction(row.numerator)
        if supposed.is_projected:
            days = _projected(row, ground.in_period[row.track], ground.as_of)
        yield SupposedRow(row.track, row.span, row.modality, days, row.divisor)


def _projected(row: PeriodRow, calendar: TrackCalendar, as_of: date) -> Fraction:
    """Return a cell's days at the end of the period if the days to come are attended as those past."""
    days = divisor_days(calendar)
    past = sum(on <= as_of for on in days)
    return Fraction(row.numerator * len(days), past) if past else Fraction(0)


def _credited(ground: Ground, asked: list[StateRequest]) -> Iterator[SupposedRow]:
    """Yield the days of attendance a material decrease would credit, track by track."""
    for code, calendar in ground.in_period.items():
        within = [_within(request, calendar) for request in asked]
        days = days_of_attendance_credited(within, code).as_filed
        divisor = len(divisor_days(calendar))
        if days and divisor:
            yield SupposedRow(code, None, Modality.CLASSROOM, days, divisor)


def _within(request: StateRequest, calendar: TrackCalendar) -> StateRequest:
    return replace(request, days=tuple(day for day in request.days if day.on in calendar.days_taught))


def _credits(ground: Ground, asked: list[StateRequest]) -> Iterator[tuple[str, int, int]]:
    closures = [request for request in asked if request.kind is RequestKind.CLOSURE]
    for code in ground.calendars:
        given = credit(closures, code).as_filed
        if given.days:
            yield code, len(given.days), given.minutes
