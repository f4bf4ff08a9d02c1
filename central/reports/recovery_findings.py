"""What must be said about a school's attendance recovery before anything is claimed from it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from central.domain.calendar import SchoolYear as Year
from central.domain.finding import Finding, Severity
from central.domain.period import PeriodKind
from central.law.recovery_account import RecoveryAccount
from central.law.recovery_records import findings_on_records, findings_on_services_and_records
from central.law.recovery_services import findings_on_services, service_figures
from central.reports.ground import Ground
from central.reports.recovery import Figure
from central.reports.recovery_books import RecoveryBooks, books
from central.reports.recovery_corroboration import findings_on_taps
from central.store.models import RecoveryService
from central.store.queries import recovery as stored
from central.store.queries.recovery_taps import session_taps
from central.work.recovery_figures import lasting
from central.work.recovery_year import is_in_force


def find(ground: Ground) -> Iterator[Finding]:
    """Yield what a period's report must say about recovery; nothing for a year before there was any."""
    if is_in_force(Year(ground.year.name)):
        yield from _at_once(findings(books(ground.year, ground.as_of, ground.before), ground.kind))


def _at_once(found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield one finding for all that ask for the same, so that a period's report stays readable."""
    alike: dict[tuple[str, str, Severity], list[Finding]] = {}
    for finding in found:
        alike.setdefault((finding.rule, finding.remedy, finding.severity), []).append(finding)
    for same in alike.values():
        more = f" ({len(same)} like it; report recovery names each)" if len(same) > 1 else ""
        yield replace(same[0], says=f"{same[0].says}{more}")


def findings(held: RecoveryBooks, kind: PeriodKind | None = None) -> list[Finding]:
    """Return every finding once: of one period's accounts, or of those of the report's own day."""
    found = [
        *(finding for student in held.ledger.students for finding in of_student(held, student, kind)),
        *_of_papers(held),
        *findings_on_taps(
            [session for session in held.ledger.sessions if session.on <= held.as_of],
            session_taps(held.year, held.ledger.year.starts_on, held.as_of),
        ),
    ]
    return list(dict.fromkeys(found))


def of_student(held: RecoveryBooks, student: str, kind: PeriodKind | None = None) -> Iterator[Finding]:
    """Yield what is found of one student: of a period's account, or of that of the report's own day."""
    account = held.account_of(student, kind) if kind else held.account(student)
    if account is not None:
        yield from account.findings
        yield from held.placed(account).findings
        yield from _beside_records(held, account)
        yield from _without_bells(held, account)
    rows = held.rows.get(student, ())
    yield from findings_on_services(held.account(student), [lasting(row) for row in rows])
    for reporting, on in held.reached(student).items():
        yield from _of_figures(held, rows, reporting, held.ledger.account(student, on))


def _of_figures(
    held: RecoveryBooks, rows: Sequence[RecoveryService], kind: PeriodKind, account: RecoveryAccount
) -> Iterator[Finding]:
    """Yield where the figures of a reporting date are not what the ledger says now, and what it took back."""
    wanted = service_figures(account, [lasting(row) for row in rows])
    unwritten = 0
    for row, figures in zip(rows, wanted, strict=True):
        written = held.figures.get(row.pk, {}).get(account.as_of, ())
        what = f"the {row.kind} service from {row.since}"
        unwritten += row.is_calendar and not written
        if written and row.is_calendar and _says(written[-1]) != (figures.days_used, figures.minutes_earned):
            says = f"{what} does not show what the ledger has as of {kind}, {account.as_of}"
            yield _about(account, says, "run recovery update-services", Severity.WARNING, account.as_of)
        yield from _taken_back(account, what, written)
    if unwritten:
        services = "1 service has" if unwritten == 1 else f"{unwritten} services have"
        says = f"{services} no figure of the ledger as of {kind}, {account.as_of}"
        yield _about(account, says, "run recovery update-services", Severity.NOTICE, account.as_of)


def _taken_back(account: RecoveryAccount, what: str, written: Sequence[Figure]) -> Iterator[Finding]:
    highest = max((figure.days_used or 0 for figure in written), default=0)
    if written and (written[-1].days_used or 0) < highest:
        says = f"{what} went from {highest} to {written[-1].days_used} days used as of {account.as_of}"
        remedy = "revise every report of that date that claimed them"
        yield _about(account, says, remedy, Severity.WARNING, account.as_of, "R-AR-06")


def _of_papers(held: RecoveryBooks) -> Iterator[Finding]:
    records = [record for theirs in held.records.values() for record in theirs]
    spans = [span for student in held.ledger.students.values() for span in student.spans]
    yield from findings_on_records(records, spans)
    services = [stored.as_service(row) for rows in held.rows.values() for row in rows]
    yield from findings_on_services_and_records(services, records)


def _beside_records(held: RecoveryBooks, account: RecoveryAccount) -> Iterator[Finding]:
    records = held.records.get(account.student, ())
    outside = [
        session.on
        for session in account.sessions.counted
        if not any(record.dates.holds(session.on) for record in records)
    ]
    if outside:
        says = f"took part in {len(outside)} sessions outside every recovery record"
        remedy = "add the recovery record, or correct its dates"
        yield _about(account, says, remedy, Severity.WARNING, min(outside))


def _without_bells(held: RecoveryBooks, account: RecoveryAccount) -> Iterator[Finding]:
    student = held.ledger.students[account.student]
    taught = {
        on
        for span in student.spans
        if span.track in held.ledger.calendars
        for on in held.ledger.calendars[span.track].days_taught
        if span.holds(on)
    }
    unshown = [
        session.on
        for session in account.sessions.counted
        if session.on in taught and session.on not in student.ground.regular_days
    ]
    if unshown:
        says = f"{len(unshown)} sessions on days taught, and no bell schedule says when the regular day is"
        remedy = "import bell times, so that it is shown that the sessions lie outside"
        yield _about(account, says, remedy, Severity.WARNING, min(unshown), "R-AR-03")


def _says(figure: Figure) -> tuple[int | None, int | None]:
    return figure.days_used, figure.minutes_earned


def _about(
    account: RecoveryAccount,
    says: str,
    remedy: str,
    severity: Severity,
    on: date,
    rule: str = "R-AR-15",
) -> Finding:
    return Finding(
        rule=rule,
        citation="EC 46211(b)(1)" if rule == "R-AR-03" else "EC 46211",
        subject=account.student,
        on=on,
        says=says,
        remedy=remedy,
        severity=severity,
    )
