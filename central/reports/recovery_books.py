"""Everything a recovery report looks at, gathered once: the ledger and the papers beside it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.calendar import SchoolYear as Year
from central.domain.calendar import TrackCalendar
from central.domain.period import PeriodKind
from central.domain.recovery import RecoveryRecord
from central.law.periods import period_calendar
from central.law.recovery_account import RecoveryAccount
from central.law.recovery_ada import RecoveredDay, RecoveredDays, recovered_ada, recovered_days
from central.reports.recovery import Figure, RecoveredLine
from central.store.models import RecoveryService, RecoveryServiceFigure, SchoolYear
from central.store.queries import recovery as stored
from central.work.recovery_figures import lasting
from central.work.recovery_gathering import recovery_year
from central.work.recovery_year import RecoveryYear


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryBooks:
    """The ledger of a year as known at an instant, with records, services and written figures.

    `rows` are the services of each student, `figures` those the ledger wrote into each of them,
    by date in the order they were written.
    """

    year: SchoolYear
    as_of: date
    ledger: RecoveryYear
    records: Mapping[str, Sequence[RecoveryRecord]]
    rows: Mapping[str, Sequence[RecoveryService]]
    figures: Mapping[int, Mapping[date, Sequence[Figure]]]

    def account_of(self, student: str, kind: PeriodKind) -> RecoveryAccount | None:
        """Return a student's account as a period counts it, up to the report's day; None without one."""
        end = self.ledger.counts_to(student, kind)
        return self.ledger.account(student, min(end, self.as_of)) if end else None

    def account(self, student: str) -> RecoveryAccount:
        """Return a student's account as of the report's own day."""
        return self.ledger.account(student, self.as_of)

    def reached(self, student: str) -> Mapping[PeriodKind, date]:
        """Return the reporting dates of a student the report's day has reached."""
        ends = {kind: self.ledger.counts_to(student, kind) for kind in PeriodKind}
        return {kind: end for kind, end in ends.items() if end is not None and end <= self.as_of}

    def placed(self, account: RecoveryAccount) -> RecoveredDays:
        """Say for which school, track and grade each recovered day of an account counts."""
        services = [lasting(row) for row in self.rows.get(account.student, ())]
        return recovered_days(account, services, self.ledger.students[account.student].spans)

    def recovered(self, kind: PeriodKind) -> list[RecoveredLine]:
        """Return the recovered attendance of a period, over the days of its regular divisor."""
        days: list[RecoveredDay] = []
        for student in self.ledger.students:
            account = self.account_of(student, kind)
            days += self.placed(account).days if account else ()
        tracks = {day.track for day in days}
        calendars = {track: period_calendar(kind, self.ledger.calendars[track]) for track in tracks}
        return _lines(days, calendars)


def books(year: SchoolYear, as_of: date, before: datetime) -> RecoveryBooks:
    """Gather the ledger and the papers of a school year as known at an instant."""
    rows: dict[str, list[RecoveryService]] = defaultdict(list)
    for row in stored.service_rows(year):
        rows[row.record.student.number].append(row)
    records: dict[str, list[RecoveryRecord]] = defaultdict(list)
    for record in stored.records(year):
        records[record.student].append(record)
    return RecoveryBooks(
        year=year,
        as_of=min(as_of, Year(year.name).ends_on),
        ledger=recovery_year(year, before),
        records=records,
        rows=rows,
        figures=_figures((row.pk for theirs in rows.values() for row in theirs), before),
    )


def _lines(days: Iterable[RecoveredDay], calendars: Mapping[str, TrackCalendar]) -> list[RecoveredLine]:
    kept = list(days)
    lines = []
    for (school, track, span), share in recovered_ada(kept, calendars).items():
        divisor = len(calendars[track].days_taught)
        # The law's own fraction, shown over the divisor it was made with.
        lines.append(RecoveredLine(school, track, span, int(share * divisor), divisor))
    return lines


def _figures(services: Iterable[int], before: datetime) -> dict[int, dict[date, list[Figure]]]:
    found: dict[int, dict[date, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    rows = RecoveryServiceFigure.objects.filter(service__in=list(services), at__lt=before).order_by("pk")
    for row in rows:
        written = found[row.service_id][row.as_of]
        version = len(written) + 1
        written.append(Figure(row.as_of, row.days_used, row.minutes_earned, version, row.rule_set, row.at))
    return found
