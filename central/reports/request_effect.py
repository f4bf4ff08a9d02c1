"""Published: what a request to the state does to a period: as it may be certified, if approved, if denied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from central.domain.calendar import SchoolYear as Year
from central.domain.closure import RequestState, StateRequest
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.errors import RefusedError
from central.law.emergency import credit, days_of_attendance_credited, divisor_calendars
from central.law.periods import divisor_days
from central.law.weekend import countable_calendar
from central.reports.ground import Ground
from central.reports.groundwork import ground_of
from central.reports.period import PeriodReport
from central.reports.periods import report_on
from central.reports.rounding import half_up
from central.store.models import SchoolYear
from central.store.queries.closures import closed_days, requests


class Case(StrEnum):
    """In which case a figure holds."""

    NOW = "as it stands"
    APPROVED = "if approved"
    DENIED = "if denied"


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One track in one case: its divisor, its ADA without and with what the state credits beside the rows."""

    case: Case
    track: str
    pupil_days: int
    divisor: int
    credited_attendance: Fraction
    days_taught: int
    credited_days: int
    credited_minutes: int

    @property
    def ada(self) -> Decimal:
        """The printed figure of the rows alone."""
        return half_up(Fraction(self.pupil_days, self.divisor)) if self.divisor else Decimal("0.00")

    @property
    def ada_with_credit(self) -> Decimal:
        """The same with the days of attendance the state credits for a material decrease."""
        if not self.divisor:
            return Decimal("0.00")
        return half_up((self.pupil_days + self.credited_attendance) / self.divisor)


@dataclass(frozen=True, slots=True)
class Effect:
    """A request's effect on a period, with the report it is computed from as its proof."""

    request: StateRequest
    report: PeriodReport
    rows: tuple[CaseRow, ...]

    def pupil_days(self, track: str) -> int:
        """Return how many lines of the proof sheet stand behind a track's figure."""
        return sum(line.track == track for line in self.report.proof)


def effect(year: SchoolYear, code: str, kind: PeriodKind, as_of: date, now: datetime) -> Effect:
    """Return what a request does to a period in each case; nothing of it is kept.

    "As it stands" credits what is approved by then and nothing else: it is the only case a report may
    be certified with. Raises RefusedError for an unknown request, CentralError as reports do.
    """
    ground = ground_of(year, kind, as_of, now)
    known = requests(year, ground.before)
    found = next((each for each in known if each.request == code), None)
    if found is None:
        msg = f"{year.name} has no request {code} as of {as_of}; rollbook-central j13a list names them"
        raise RefusedError(msg)
    report = report_on(ground, now)
    cases = {
        Case.NOW: known,
        Case.APPROVED: _with(known, replace(found, state=RequestState.APPROVED)),
        Case.DENIED: _with(known, replace(found, state=RequestState.DENIED)),
    }
    tracks = sorted({day.track for day in found.days} & ground.calendars.keys())
    rows = [_row(ground, report, case, held, track) for track in tracks for case, held in cases.items()]
    return Effect(found, report, tuple(rows))


def _with(known: Sequence[StateRequest], other: StateRequest) -> list[StateRequest]:
    return [other if each.request == other.request else each for each in known]


def _row(
    ground: Ground, report: PeriodReport, case: Case, held: Sequence[StateRequest], track: str
) -> CaseRow:
    calendar = ground.calendars[track]
    closed = closed_days(ground.year.school_id, Year(ground.year.name)).get(track, frozenset())
    lea = LeaKind(ground.year.school.kind)
    divided = divisor_calendars(lea, calendar, closed, held).as_filed
    in_period = countable_calendar(ground.kind, divided)
    credited = credit(held, track).as_filed
    within = [_within(request, in_period.days_taught) for request in held]
    return CaseRow(
        case=case,
        track=track,
        pupil_days=sum(row.numerator for row in report.rows if row.track == track),
        divisor=len(divisor_days(in_period)),
        credited_attendance=days_of_attendance_credited(within, track).as_filed,
        days_taught=len(divisor_days(calendar)),
        credited_days=len(credited.days),
        credited_minutes=credited.minutes,
    )


def _within(request: StateRequest, days: frozenset[date]) -> StateRequest:
    return replace(request, days=tuple(day for day in request.days if day.on in days))
