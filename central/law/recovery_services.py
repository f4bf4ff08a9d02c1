"""Attendance recovery: what the services of a student must show, and where they do not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from central.domain.finding import Finding, Severity
from central.domain.recovery import RecoveryService, ServiceKind
from central.law.errors import LawError
from central.law.recovery_account import RecoveryAccount


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """What one service must show: days on a Used service, minutes on an Earned one, None on the other."""

    days_used: int | None
    minutes_earned: int | None


def service_of(kind: ServiceKind, on: date, services: Sequence[RecoveryService]) -> int | None:
    """Return the place among `services` of the one a date belongs to, or None for a date in none.

    Where two hold it, the one the ledger writes has it, then the one that began first; so no day is
    shown twice. A service without an end holds every date after its start.

    Cites: EC 46211 (R-AR-15).
    """
    holding = [place for place, found in enumerate(services) if found.kind is kind and found.dates.holds(on)]
    return min(holding, key=lambda place: _in_turn(services[place]), default=None)


def service_figures(
    account: RecoveryAccount, services: Sequence[RecoveryService]
) -> tuple[ServiceFigures, ...]:
    """Return what each of a student's services must show, in the order they are given.

    Earned: the minutes credited on its dates, which may be fewer than those spent. Used: the days whose
    absences lie in its dates. Every minute and every day is shown by one service, so the services add up
    to the account wherever they cover its dates. Give all services of the student together.

    Raises LawError for a service of another student.

    Cites: EC 46211 (R-AR-12, R-AR-15).
    """
    _require_theirs(account, services)
    days, minutes = [0] * len(services), [0] * len(services)
    for absence in account.offset:
        place = service_of(ServiceKind.USED, absence.on, services)
        if place is not None:
            days[place] += 1
    for credit in account.earned.dates:
        place = service_of(ServiceKind.EARNED, credit.on, services)
        if place is not None:
            minutes[place] += credit.credited_minutes
    return tuple(
        ServiceFigures(days[place], None)
        if service.kind is ServiceKind.USED
        else ServiceFigures(None, minutes[place])
        for place, service in enumerate(services)
    )


def findings_on_services(
    account: RecoveryAccount, services: Sequence[RecoveryService]
) -> tuple[Finding, ...]:
    """Report services that do not show what the account says as of its date.

    A service somebody entered by hand must show its figure, and no other; one the ledger writes may
    wait for it, but not keep an old one. Credited minutes no Earned service holds are reported too.
    Days no Used service holds are reported where they are placed (`recovered_days`).

    Raises LawError for a service of another student.

    Cites: EC 46211 (R-AR-11, R-AR-12, R-AR-15).
    """
    pairs = zip(services, service_figures(account, services), strict=True)
    findings = [finding for service, wanted in pairs for finding in _differences(account, service, wanted)]
    outside = [
        credit
        for credit in account.earned.dates
        if credit.credited_minutes and service_of(ServiceKind.EARNED, credit.on, services) is None
    ]
    if outside:
        minutes = sum(credit.credited_minutes for credit in outside)
        says = f"{minutes} credited minutes from {outside[0].on} on lie in no Earned service"
        remedy = "add an Earned service that holds their dates"
        findings.append(_finding(account.student, outside[0].on, says, remedy, Severity.WARNING))
    return tuple(findings)


def _differences(
    account: RecoveryAccount, service: RecoveryService, wanted: ServiceFigures
) -> Iterable[Finding]:
    figures = (
        ("days used", service.days_used, wanted.days_used),
        ("minutes earned", service.minutes_earned, wanted.minutes_earned),
    )
    for name, shown, right in figures:
        if shown == right or (shown is None and service.is_calendar):
            continue
        says = (
            f"the {service.kind} service from {service.since} shows {_figure(shown)} {name};"
            f" as of {account.as_of} the ledger has {_figure(right)}"
        )
        remedy = (
            "have the ledger write its figures anew"
            if service.is_calendar
            else "correct the service, or let the ledger write it by its calendar flag"
        )
        yield _finding(account.student, service.since, says, remedy, Severity.WARNING)


def _figure(value: int | None) -> str:
    return "no" if value is None else str(value)


def _in_turn(service: RecoveryService) -> tuple[bool, date, str]:
    return not service.is_calendar, service.since, service.school


def _require_theirs(account: RecoveryAccount, services: Iterable[RecoveryService]) -> None:
    if any(found.student != account.student for found in services):
        msg = "the services of one student cannot show the account of another"
        raise LawError(msg)


def _finding(student: str, on: date, says: str, remedy: str, severity: Severity) -> Finding:
    return Finding(
        rule="R-AR-15",
        citation="EC 46211",
        subject=student,
        on=on,
        says=says,
        remedy=remedy,
        severity=severity,
    )
