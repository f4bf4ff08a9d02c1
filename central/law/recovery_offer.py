"""Attendance recovery: what a school owes that offers it, and what may run beside it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from central.domain.calendar import SATURDAY, DateSpan
from central.domain.finding import Finding, Severity
from central.domain.recovery import RecoverySession


def findings_on_recovery_terms(
    school: str, terms: Mapping[str, DateSpan], sessions: Iterable[RecoverySession], as_of: date
) -> tuple[Finding, ...]:
    """Report the terms of a school year in which a school that offers recovery held no session.

    A school without any session does not offer it and owes none. Terms that have not ended are waited for.

    Cites: EC 46211 (R-AR-02).
    """
    held = {session.on for session in sessions if session.on <= as_of}
    if not held:
        return ()
    empty = [
        name
        for name, term in sorted(terms.items(), key=lambda found: (found[1].since, found[0]))
        if term.until is not None and term.until <= as_of and not any(term.holds(on) for on in held)
    ]
    remedy = "offer sessions at least once each term, and keep what shows that they were offered"
    return tuple(
        _finding("R-AR-02", school, terms[name].until, f"no recovery session in {name}", remedy)
        for name in empty
    )


def findings_on_session_beside(
    session: RecoverySession,
    makeup_classes: Collection[date] = (),
    *,
    is_expanded_learning: bool = False,
    serves_meals: bool | None = None,
) -> tuple[Finding, ...]:
    """Report what a session must keep to because of what else the school runs at its time.

    A weekend make-up class of EC 37223 is attendance in its own right, so none of its minutes may be
    recovery. Expanded learning may run at the same time if the rules of both are met. `serves_meals` is
    None where nobody said; on a weekend that is asked for.

    Cites: EC 46211; EC 37223 (R-AR-14).
    """
    findings = []
    if session.on in makeup_classes:
        says = "on the date of a weekend make-up class, which recovery does not replace"
        remedy = "count no minute of the make-up class as recovery, and keep both rosters apart"
        findings.append(_finding("R-AR-14", session.session, session.on, says, remedy))
    if is_expanded_learning:
        says = "runs together with expanded learning"
        remedy = "keep what shows that the rules of both are met and that nobody lost a place"
        findings.append(_finding("R-AR-14", session.session, session.on, says, remedy, Severity.NOTICE))
    if session.on.weekday() >= SATURDAY and not serves_meals:
        says = "on a weekend, without a word on meals"
        remedy = "see what the department says of meals on recovery days, and note what was served"
        findings.append(_finding("R-AR-14", session.session, session.on, says, remedy, Severity.NOTICE))
    return tuple(findings)


def _finding(
    rule: str,
    subject: str,
    on: date | None,
    says: str,
    remedy: str,
    severity: Severity = Severity.WARNING,
) -> Finding:
    return Finding(
        rule=rule,
        citation="EC 46211",
        subject=subject,
        on=on,
        says=says,
        remedy=remedy,
        severity=severity,
    )
