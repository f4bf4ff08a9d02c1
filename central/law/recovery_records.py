"""Attendance recovery: how the records of a student, and the services of a record, must lie."""

from collections.abc import Iterable
from itertools import combinations

from central.domain.calendar import DateSpan
from central.domain.enrolment import EnrolledSpan
from central.domain.finding import Finding, Severity
from central.domain.recovery import RecoveryRecord, RecoveryService

LONGEST_COMMENT = 255
"""Characters a comment may have where the student information system keeps it."""


def findings_on_records(
    records: Iterable[RecoveryRecord], spans: Iterable[EnrolledSpan]
) -> tuple[Finding, ...]:
    """Report recovery records that overlap, lie beside every enrolment, or say too much.

    Records of one student never share a date; one without an end overlaps everything after its start.
    `spans` are the enrolments of the same students.

    Cites: EC 46211 (R-AR-15).
    """
    kept = sorted(records, key=lambda record: (record.student, record.since))
    enrolled = tuple(spans)
    findings = []
    for before, after in combinations(kept, 2):
        if before.student == after.student and _meet(before.dates, after.dates):
            says = f"the records from {before.since} and {after.since} overlap"
            findings.append(_finding(after, says, "end the first before the second begins"))
    for record in kept:
        theirs = (span for span in enrolled if span.student == record.student)
        if not any(_meet(record.dates, DateSpan(span.since, span.until)) for span in theirs):
            says = f"the record from {record.since} overlaps no enrolment"
            findings.append(_finding(record, says, "correct its dates, or those of the enrolment"))
        findings.extend(_on_length(record, record.comment))
    return tuple(findings)


def findings_on_services_and_records(
    services: Iterable[RecoveryService], records: Iterable[RecoveryRecord]
) -> tuple[Finding, ...]:
    """Report services without their record, outside its dates, or that say too much.

    A service belongs to the record of its student whose dates it names; it needs no enrolment.

    Cites: EC 46211 (R-AR-15).
    """
    dates = {(record.student, record.dates) for record in records}
    findings = []
    for service in services:
        what = f"the {service.kind} service from {service.since}"
        if service.record is None or (service.student, service.record) not in dates:
            says = f"{what} names no recovery record of the student"
            findings.append(_finding(service, says, "add the record first, and name it in the service"))
        elif not _holds(service.record, service.dates):
            says = f"{what} reaches beyond its record from {service.record.since}"
            remedy = "correct the dates of the service, or of its record"
            findings.append(_finding(service, says, remedy, Severity.WARNING))
        findings.extend(_on_length(service, service.comments))
    return tuple(findings)


def _on_length(subject: RecoveryRecord | RecoveryService, comment: str) -> tuple[Finding, ...]:
    if len(comment) <= LONGEST_COMMENT:
        return ()
    says = f"a comment has {len(comment)} characters; {LONGEST_COMMENT} are the most"
    return (_finding(subject, says, "shorten the comment"),)


def _meet(one: DateSpan, other: DateSpan) -> bool:
    return one.holds(other.since) or other.holds(one.since)


def _holds(outer: DateSpan, inner: DateSpan) -> bool:
    # A service that is left open lasts as long as its record.
    return outer.holds(inner.since) and (inner.until is None or outer.holds(inner.until))


def _finding(
    subject: RecoveryRecord | RecoveryService,
    says: str,
    remedy: str,
    severity: Severity = Severity.BLOCKING,
) -> Finding:
    return Finding(
        rule="R-AR-15",
        citation="EC 46211",
        subject=subject.student,
        on=subject.since,
        says=says,
        remedy=remedy,
        severity=severity,
    )
