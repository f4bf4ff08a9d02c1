"""The question of the register to emergencies: announced, done by their days, audited and reviewed."""

from collections.abc import Iterator

from central.domain.emergency import DutyState
from central.register.records import Records, some
from central.register.standing import Answer, at_risk, broken, met
from central.store.models import Emergency, EmergencyStep
from central.store.queries.emergencies import (
    announcements_of,
    closed_for,
    duties_of,
    end_of,
    is_withdrawn,
    steps_of,
)
from central.work import emergency_audit


def emergencies_settled(records: Records) -> Answer:
    """Ask for emergencies that are over and not announced, not done in time, not audited or not reviewed."""
    rows = Emergency.objects.filter(school_year=records.year, at__lt=records.before)
    known = [row for row in rows.select_related("school_year__school") if not is_withdrawn(row)]
    over = [row for row in known if end_of(row).is_over]
    lacking = [f"{row.code}: {what}" for row in over for what in _lacks(row, records)]
    if lacking:
        return broken(some(lacking))
    if len(over) < len(known):
        going_on = [row.code for row in known if row not in over]
        return at_risk(f"it goes on: {some(going_on)}")
    return met(f"{len(over)} emergencies, all of them settled" if over else "there was no emergency")


def _lacks(row: Emergency, records: Records) -> Iterator[str]:
    left = sum(each.is_open for each in announcements_of(row))
    if left:
        yield f"{left} announcements are open"
    for duty in duties_of(row, closed_for(row), records.as_of):
        if duty.state is DutyState.BROKEN:
            yield f"{duty.kind} by {duty.due}: {duty.why}"
    lines = [line for line in emergency_audit.audit(row, records.before) if line.is_open]
    if lines:
        yield f"{len(lines)} lines of its audit are open"
    if not any(step.kind == EmergencyStep.Kind.REVIEWED for step in steps_of(row)):
        yield "it was not reviewed"
