"""Freeze a period's report as an edition beside those before it, never over them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from central.domain.finding import Finding
from central.domain.period import Edition, PeriodKind
from central.errors import RefusedError
from central.law.errors import LawError
from central.law.revision import edition_that_follows
from central.reports import render_json
from central.reports.period import Closed, PeriodReport
from central.store.models import AuditEvent, ReportSnapshot, SchoolYear, Staff

_LONGEST_REASON = 255
_MAY_CLOSE = {Staff.Role.LEADER, Staff.Role.ADMIN}
INDEFENSIBLE: Final = frozenset(
    {"R-MON-01", "R-AUD-01", "R-AUD-02", "R-AUD-03", "R-NCB-02", "R-IS-06", "R-EMG-04"}
)
"""The rules whose blocking findings keep a report open.

They say that the number itself is wrong: sums that do not agree, a total that is not its lines, days
claimed as classroom-based that are not, attendance above a ratio, credit the state has not given.
"""


@dataclass(frozen=True, slots=True)
class Filing:
    """How a report is closed: as which edition, why it differs, and when the year's audit was completed."""

    edition: Edition | None = None
    reason: str = ""
    audited_on: date | None = None


def last_closed(year: SchoolYear, kind: PeriodKind) -> Closed | None:
    """Return the last frozen report of a period."""
    row = ReportSnapshot.objects.filter(school_year=year, kind=kind.value).order_by("-revision").first()
    if row is None:
        return None
    total, digest = str(row.body["total"]["ada"]), str(row.body["digest"])
    return Closed(row.revision, row.as_of, total, digest, Edition(row.edition))


def in_the_way(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that keep a report from being closed.

    Most blocking findings are about days the report has already left out: a mark on a day not
    taught, a student not eligible or not enrolled, a signature without a credential. The number is
    right without those days, and claiming less than may be true is nobody's fault; so they do not
    keep it open. Nor do tracks that are too short, minutes that are missing or a practice school's
    mark: these cost money or claims elsewhere, and the attendance still has to be reported.
    """
    return [found for found in findings if found.blocks and found.rule in INDEFENSIBLE]


def close(
    report: PeriodReport, year: SchoolYear, by: Staff, now: datetime, filing: Filing | None = None
) -> ReportSnapshot:
    """Freeze a report, proof and all, as the next edition.

    Only a school leader or administrator may; only once the period's days are over; not twice the
    same numbers, unless the audit confirms them; not against a broken sum. The first is the
    original, later ones need a reason. Raises RefusedError.
    """
    how = filing or Filing()
    edition = _edition(report, how)
    _require(report, by, edition)
    _require_reason(report, how)
    try:
        with transaction.atomic():
            if edition is Edition.AUDITED:
                _set_audited(year, how.audited_on, by, now)
            return _freeze(report, (year, edition, how.reason.strip()), by, now)
    except IntegrityError as error:
        msg = f"{report.kind} {report.year} was closed by somebody else at this moment; look at it first"
        raise RefusedError(msg) from error


def _freeze(
    report: PeriodReport, what: tuple[SchoolYear, Edition, str], by: Staff, now: datetime
) -> ReportSnapshot:
    year, edition, reason = what
    revision = (report.closed.revision if report.closed else 0) + 1
    frozen = ReportSnapshot.objects.create(
        school_year=year,
        kind=report.kind.value,
        revision=revision,
        edition=edition.value,
        reason=reason,
        as_of=report.as_of,
        made_at=now,
        made_by=by,
        body=render_json.members(report),
        sha256=hashlib.sha256(render_json.render(report).encode()).hexdigest(),
    )
    detail: dict[str, Any] = {"total": str(report.total), "digest": report.digest}  # Any: JSON
    if reason:
        detail["reason"] = reason
    subject = f"{report.kind} {report.year} revision {revision}, {edition}"
    AuditEvent.objects.create(at=now, by=by.number, verb="close-report", subject=subject, detail=detail)
    return frozen


def _edition(report: PeriodReport, how: Filing) -> Edition:
    before = report.closed.edition if report.closed else None
    try:
        return edition_that_follows(before, how.edition)
    except LawError as error:
        msg = f"{report.kind} {report.year}: {error}"
        raise RefusedError(msg) from error


def require_signer(by: Staff) -> None:
    """Refuse everybody but school leaders and administrators; raises RefusedError."""
    if by.role not in _MAY_CLOSE:
        msg = f"employee {by.number} may not close reports; ask the school leader or an administrator"
        raise RefusedError(msg)


def require_sound(name: str, findings: Sequence[Finding]) -> None:
    """Refuse a report whose number would be indefensible; raises RefusedError naming the first reason."""
    wrong = in_the_way(findings)
    if wrong:
        first = f"{wrong[0].says} [{wrong[0].subject}] ({wrong[0].rule})"
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        msg = f"{name} cannot be certified: {first}{more}; {wrong[0].remedy}"
        raise RefusedError(msg)


def _require(report: PeriodReport, by: Staff, edition: Edition) -> None:
    require_signer(by)
    last = max((track.until for track in report.tracks), default=report.as_of)
    if report.as_of < last:
        msg = f"{report.kind} {report.year} runs until {last}; close it with --as-of that day or later"
        raise RefusedError(msg)
    require_sound(f"{report.kind} {report.year}", report.findings)
    is_same = report.closed is not None and report.closed.sha256 == report.digest
    if report.closed and is_same and (edition is not Edition.AUDITED or report.closed.edition is edition):
        msg = (
            f"{report.kind} {report.year} was closed as revision {report.closed.revision} with these very "
            "numbers; nothing is to be revised"
        )
        raise RefusedError(msg)


def _require_reason(report: PeriodReport, how: Filing) -> None:
    if report.closed and not how.reason.strip():
        msg = (
            f"{report.kind} {report.year} was closed before with {report.closed.total}, now it is "
            f"{report.total}; say why with --reason, it stands beside the number for good"
        )
        raise RefusedError(msg)
    if len(how.reason) > _LONGEST_REASON:
        msg = f"a reason has at most {_LONGEST_REASON} characters; say it shorter"
        raise RefusedError(msg)


def _set_audited(year: SchoolYear, audited_on: date | None, by: Staff, now: datetime) -> None:
    """Keep the day the audit was completed; records are kept so many years after it (R-RET-01)."""
    if audited_on is None and year.audited_on is None:
        msg = f"when was the audit of {year.name} completed? say so with --audited-on"
        raise RefusedError(msg)
    if audited_on is None or audited_on == year.audited_on:
        return
    if audited_on > now.date():
        msg = f"{audited_on} has not come yet; an audit is completed on a day that is over"
        raise RefusedError(msg)
    before = year.audited_on and year.audited_on.isoformat()
    year.audited_on = audited_on
    year.save(update_fields=["audited_on"])
    detail = {"before": before, "after": audited_on.isoformat()}
    AuditEvent.objects.create(at=now, by=by.number, verb="audit-completed", subject=year.name, detail=detail)
