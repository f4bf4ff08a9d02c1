"""Published: what a report was computed from, for those who look for what is wrong with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.absence import FullDayAbsence
from central.domain.attendance import AttendanceDay
from central.domain.calendar import TrackCalendar
from central.domain.enrolment import EnrolledSpan
from central.domain.period import PeriodKind
from central.law.ada import Claim
from central.law.monthly import MonthCell
from central.store.attended import Standing
from central.store.models import SchoolYear


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a report was computed from."""

    year: SchoolYear
    kind: PeriodKind
    as_of: date
    before: datetime
    calendars: Mapping[str, TrackCalendar]
    in_period: Mapping[str, TrackCalendar]
    """The tracks with the days whose attendance the period counts, weekend classes among them."""
    spans: Sequence[EnrolledSpan]
    standing: Sequence[Standing]
    claimable: Sequence[Standing]
    """The records whose signature and track hold; only present and certified ones of them count."""
    claim: Claim
    counted: Sequence[AttendanceDay]
    without_credential: Collection[tuple[str, date]]
    """Employee numbers and dates of signatures no credential on file is valid for."""
    absences: Sequence[FullDayAbsence]
    months: Sequence[MonthCell]
    """Every school month begun by then, whatever the period."""

    @property
    def days(self) -> set[date]:
        """Every date the period counts on some track."""
        return {on for calendar in self.in_period.values() for on in calendar.days_taught}
