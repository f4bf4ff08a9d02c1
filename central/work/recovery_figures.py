"""Published: let the ledger write its figures into the services with the calendar flag on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from central.domain.calendar import SchoolYear as Year
from central.domain.period import PeriodKind
from central.domain.recovery import RecoveryService as Service
from central.errors import RefusedError
from central.law import provision
from central.law.recovery_account import RecoveryAccount
from central.law.recovery_services import ServiceFigures, service_figures
from central.store.models import RecoveryService, RecoveryServiceFigure, SchoolYear, Student
from central.store.queries import recovery as stored
from central.work.local_days import local_date
from central.work.recovery_act import Act
from central.work.recovery_faults import Dates, lasts
from central.work.recovery_gathering import recovery_year
from central.work.recovery_services import members
from central.work.recovery_year import BEGAN, RecoveryYear, is_in_force
from central.work.tool_rights import Right, Tool, require

_WHY = "the ledger wrote its figures"


@dataclass(frozen=True, slots=True)
class Updated:
    """What the ledger wrote: dated figures, and services whose own figures changed."""

    services: int
    figures: int
    changed: int


def update_services(year: SchoolYear, as_of: date, act: Act) -> Updated:
    """Write what the ledger says into every service with the calendar flag on, as of a date.

    Dated figures are written for that date and for every reporting date (P-1, P-2, Annual) it has
    reached, all from what is known at the moment of the act, so that a corrected absence takes its
    day back from each of them. A figure that says the same already is not written again; none is
    ever changed. The service's own figures are those of the newest date.

    Raises RefusedError without the right, for a date that has not come or is of another year, and for
    a school year before recovery began.
    """
    require(act.by, Tool.SERVICES, Right.WRITE)
    named = Year(year.name)
    if not is_in_force(named):
        msg = f"{named.name} is before {BEGAN}, when attendance recovery began; name a later school year"
        raise RefusedError(msg)
    today = local_date(year.school, act.at)
    if not named.starts_on <= as_of <= today:
        msg = f"{as_of} is before {named.name} or has not come yet (it is {today}); name a day up to today"
        raise RefusedError(msg)
    with transaction.atomic():
        rows = _held_services(year)
        ledger = recovery_year(year, act.at)
        writer = _Writer(ledger, _last_figures(rows), act)
        by_student: dict[str, list[RecoveryService]] = defaultdict(list)
        for row in rows:
            by_student[row.record.student.number].append(row)
        for student, theirs in by_student.items():
            writer.write(student, theirs, min(as_of, named.ends_on))
    return Updated(sum(row.is_calendar for row in rows), writer.figures, writer.changed)


def _held_services(year: SchoolYear) -> list[RecoveryService]:
    """Return the year's services; whoever would change one of them waits until the transaction ends."""
    theirs = {row.record.student_id for row in stored.service_rows(year)}
    list(Student.objects.select_for_update().filter(pk__in=theirs).order_by("pk"))
    return stored.service_rows(year)


def lasting(row: RecoveryService) -> Service:
    """Return a service as the law looks at it, ended with its record or its school year at the latest."""
    record = row.record
    dates = lasts(Dates(row.since, row.until), Dates(record.since, record.until))
    return replace(stored.as_service(row), until=dates.until)


class _Writer:
    """Writes figures of one school year at one moment."""

    def __init__(
        self,
        ledger: RecoveryYear,
        last: Mapping[int, Mapping[date, RecoveryServiceFigure]],
        act: Act,
    ) -> None:
        self._ledger, self._last, self._act = ledger, last, act
        self.figures = self.changed = 0

    def write(self, student: str, rows: Sequence[RecoveryService], as_of: date) -> None:
        """Bring the figures of one student's services up to date."""
        flagged = [row for row in rows if row.is_calendar]
        if not flagged:
            return
        written = (on for row in flagged for on in self._last.get(row.pk, ()))
        # What a service shows is of its newest date, so that one is kept right too.
        newest = max([as_of, *written])
        services = [lasting(row) for row in rows]
        for on in sorted({*self._reached(student, as_of), as_of, newest}):
            account = self._ledger.account(student, on)
            for row, figures in zip(rows, service_figures(account, services), strict=True):
                if row.is_calendar:
                    self._note(row, account, figures)
                    if on == newest:
                        self._show(row, figures)

    def _reached(self, student: str, as_of: date) -> Iterable[date]:
        ends = (self._ledger.counts_to(student, kind) for kind in PeriodKind)
        return [end for end in ends if end is not None and end <= as_of]

    def _note(self, row: RecoveryService, account: RecoveryAccount, figures: ServiceFigures) -> None:
        basis = basis_of(account)
        last = self._last.get(row.pk, {}).get(account.as_of)
        if last is not None and (last.days_used, last.minutes_earned, last.basis) == (
            figures.days_used,
            figures.minutes_earned,
            basis,
        ):
            return
        RecoveryServiceFigure.objects.create(
            service=row,
            as_of=account.as_of,
            days_used=figures.days_used,
            minutes_earned=figures.minutes_earned,
            rule_set=provision.rule_set_version(),
            basis=basis,
            at=self._act.at,
        )
        self.figures += 1

    def _show(self, row: RecoveryService, figures: ServiceFigures) -> None:
        if (row.days_used, row.minutes_earned) == (figures.days_used, figures.minutes_earned):
            return
        before = members(row)
        row.days_used, row.minutes_earned = figures.days_used, figures.minutes_earned
        row.modified_by, row.modified_at = self._act.by, self._act.at
        row.save()
        act = replace(self._act, reason=self._act.reason or _WHY)
        act.note("update-recovery-service", f"recovery service {row.pk}", before, members(row))
        self.changed += 1


def basis_of(account: RecoveryAccount) -> dict[str, object]:
    """Return what an account was computed from, as it is kept beside a figure."""
    return {
        "sessions": [
            [session.session, session.on.isoformat(), session.minutes_of(account.student)]
            for session in account.sessions.counted
        ],
        "minutes": [[credit.on.isoformat(), credit.credited_minutes] for credit in account.earned.dates],
        "days_earned": [on.isoformat() for on in account.earned_on],
        "absences": [absence.on.isoformat() for absence in account.recoverable],
        "days_allowed": account.days_allowed,
        "days_used": account.days_used,
    }


def _last_figures(rows: Iterable[RecoveryService]) -> dict[int, dict[date, RecoveryServiceFigure]]:
    """Return the last figure of each service and date."""
    found: dict[int, dict[date, RecoveryServiceFigure]] = defaultdict(dict)
    for figure in RecoveryServiceFigure.objects.filter(service__in=[row.pk for row in rows]).order_by("pk"):
        found[figure.service_id][figure.as_of] = figure
    return found
