"""Recovered attendance as lines of its own beside the regular rows of a report."""

from central.reports import recovery_report
from central.reports.ground import Ground
from central.reports.period import RecoveredRow


def of_period(ground: Ground) -> tuple[RecoveredRow, ...]:
    """Return the recovered lines of a period; none before recovery began, or where nobody recovers."""
    found = recovery_report.recovered(ground.year, ground.kind, ground.as_of, ground.before)
    return tuple(RecoveredRow(line.school, line.track, line.span, line.ada) for line in found)
