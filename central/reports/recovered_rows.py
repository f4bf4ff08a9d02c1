"""Recovered attendance as lines of its own beside the regular rows of a report."""

from importlib import import_module
from importlib.util import find_spec

from central.reports.ground import Ground
from central.reports.period import RecoveredRow


def of_period(ground: Ground) -> tuple[RecoveredRow, ...]:
    """Return the recovered lines of a period; none where recovery is not kept in these records."""
    if find_spec("central.reports.recovery_report") is None:
        return ()
    recovered = import_module("central.reports.recovery_report").recovered
    found = recovered(ground.year, ground.kind, ground.as_of, ground.before)
    return tuple(RecoveredRow(line.school, line.track, line.span, line.ada) for line in found)
