"""Published: close a report of whatever kind can be closed."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from central.errors import RefusedError
from central.reports.kinds import Report
from central.reports.month_closing import close_month
from central.reports.monthly import MonthlyReport
from central.reports.period import PeriodReport
from central.reports.snapshots import Filing, close
from central.store.models import SchoolYear, Staff
from central.work import signing_off
from central.work.tool_rights import Right, Tool, require


@dataclass(frozen=True, slots=True)
class Signer:
    """Who closes a report when, with the one-time code of that moment."""

    by: Staff
    at: datetime
    code: str = field(repr=False)


def close_with_code(report: Report, year: SchoolYear, signer: Signer, filing: Filing) -> str:
    """Close a report under a one-time code; a wrong or used code leaves everything as it was.

    Raises RefusedError as `close_any` does, and TryLaterError after too many wrong codes.
    """
    require(signer.by, Tool.REPORTS, Right.ADD)
    try:
        with transaction.atomic():
            said = close_any(report, year, signer.by, signer.at, filing)
            signing_off.spend_code(signer.by, signer.code, signer.at)
            return said
    except signing_off.WrongCodeError:
        signing_off.note_refusal(signer.by, signer.at)
        raise


def close_any(report: Report, year: SchoolYear, by: Staff, now: datetime, filing: Filing) -> str:
    """Freeze a report and return a sentence saying so; raises RefusedError where it may not be closed."""
    if isinstance(report, MonthlyReport):
        frozen = close_month(report, year, by, now, filing)
        return f"closed Monthly {report.year} as of {report.as_of} as revision {frozen.revision}"
    if isinstance(report, PeriodReport):
        frozen = close(report, year, by, now, filing)
        name = f"{report.kind} {report.year}"
        return f"closed {name} as revision {frozen.revision}, {frozen.edition}: {report.total} ADA"
    msg = "only P-1, P-2, Annual and the monthly report are closed; others are made anew each time"
    raise RefusedError(msg)
