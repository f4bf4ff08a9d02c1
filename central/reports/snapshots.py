"""Freeze a period's report as a revision beside those before it, never over them."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction

from central.domain.period import PeriodKind
from central.errors import RefusedError
from central.reports import render_json
from central.reports.period import Closed, PeriodReport
from central.store.models import AuditEvent, ReportSnapshot, SchoolYear, Staff

_MAY_CLOSE = {Staff.Role.LEADER, Staff.Role.ADMIN}


def last_closed(year: SchoolYear, kind: PeriodKind) -> Closed | None:
    """Return the last frozen report of a period."""
    row = ReportSnapshot.objects.filter(school_year=year, kind=kind.value).order_by("-revision").first()
    if row is None:
        return None
    return Closed(row.revision, row.as_of, str(row.body["total"]["ada"]), str(row.body["digest"]))


def close(report: PeriodReport, year: SchoolYear, by: Staff, now: datetime) -> ReportSnapshot:
    """Freeze a report, proof and all, as the next revision.

    Only a school leader or administrator may; only once the period's days are over; not twice the
    same numbers. Raises RefusedError.
    """
    _require(report, by)
    text = render_json.render(report)
    try:
        with transaction.atomic():
            revision = (report.closed.revision if report.closed else 0) + 1
            frozen = ReportSnapshot.objects.create(
                school_year=year,
                kind=report.kind.value,
                revision=revision,
                as_of=report.as_of,
                made_at=now,
                made_by=by,
                body=render_json.members(report),
                sha256=hashlib.sha256(text.encode()).hexdigest(),
            )
            AuditEvent.objects.create(
                at=now,
                by=by.number,
                verb="close-report",
                subject=f"{report.kind} {report.year} revision {revision}",
                detail={"total": str(report.total), "digest": report.digest},
            )
    except IntegrityError as error:
        msg = f"{report.kind} {report.year} was closed by somebody else at this moment; look at it first"
        raise RefusedError(msg) from error
    return frozen


def _require(report: PeriodReport, by: Staff) -> None:
    if by.role not in _MAY_CLOSE:
        msg = f"employee {by.number} may not close reports; ask the school leader or an administrator"
        raise RefusedError(msg)
    last = max((track.until for track in report.tracks), default=report.as_of)
    if report.as_of < last:
        msg = f"{report.kind} {report.year} runs until {last}; close it with --as-of that day or later"
        raise RefusedError(msg)
    if report.closed and report.closed.sha256 == report.digest:
        msg = (
            f"{report.kind} {report.year} was closed as revision {report.closed.revision} with these very "
            "numbers; nothing is to be revised"
        )
        raise RefusedError(msg)
