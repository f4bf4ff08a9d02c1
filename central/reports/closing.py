"""Published: close a report of whatever kind can be closed."""

from datetime import datetime

from central.errors import RefusedError
from central.reports.kinds import Report
from central.reports.month_closing import close_month
from central.reports.monthly import MonthlyReport
from central.reports.period import PeriodReport
from central.reports.snapshots import Filing, close
from central.store.models import SchoolYear, Staff


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
