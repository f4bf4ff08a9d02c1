"""Freeze a monthly report as it was signed, so that the next one says what was corrected since."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction

from central.domain.period import Edition
from central.errors import RefusedError
from central.reports import render_monthly
from central.reports.monthly import MonthlyReport
from central.reports.monthly_report import KIND
from central.reports.snapshots import Filing, require_signer, require_sound
from central.store.models import AuditEvent, ReportSnapshot, SchoolYear, Staff


def close_month(
    report: MonthlyReport, year: SchoolYear, by: Staff, now: datetime, filing: Filing | None = None
) -> ReportSnapshot:
    """Freeze a monthly report, proof apart, beside those before it.

    One as of the day of the last one, or an earlier one, is a revision and needs a reason. Raises
    RefusedError for somebody who may not, a broken sum, and the very numbers closed before.
    """
    reason = (filing or Filing()).reason.strip()
    require_signer(by)
    require_sound(f"{KIND} {report.year}", report.findings)
    last = ReportSnapshot.objects.filter(school_year=year, kind=KIND).order_by("-revision").first()
    is_new = last is None or report.as_of > last.as_of
    if last is not None and last.body["digest"] == report.digest:
        msg = f"{KIND} {report.year} as of {report.as_of} was closed with these very numbers"
        raise RefusedError(msg)
    if not is_new and not reason:
        msg = f"{KIND} {report.year} was closed as of {report.as_of} or later; say why again with --reason"
        raise RefusedError(msg)
    body = render_monthly.members(report)
    text = render_monthly.render(report, "json")[".json"]
    revision = 1 + (last.revision if last else 0)
    try:
        with transaction.atomic():
            frozen = ReportSnapshot.objects.create(
                school_year=year,
                kind=KIND,
                revision=revision,
                edition=(Edition.ORIGINAL if is_new else Edition.REVISED).value,
                reason=reason,
                as_of=report.as_of,
                made_at=now,
                made_by=by,
                body=body,
                sha256=hashlib.sha256(text.encode()).hexdigest(),
            )
            subject = f"{KIND} {report.year} as of {report.as_of}, revision {revision}"
            detail = {"digest": report.digest, "reason": reason}
            AuditEvent.objects.create(
                at=now, by=by.number, verb="close-report", subject=subject, detail=detail
            )
    except IntegrityError as error:
        msg = f"{KIND} {report.year} was closed by somebody else at this moment; look at it first"
        raise RefusedError(msg) from error
    return frozen
