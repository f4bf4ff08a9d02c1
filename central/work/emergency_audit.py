"""Published: the audit of an emergency once it is over: what does not fit, and how each was resolved."""

from dataclasses import dataclass
from datetime import datetime

from central.errors import RefusedError
from central.store.models import DiscrepancyStep, Emergency
from central.work import emergency_findings, rights
from central.work.emergencies import require_open
from central.work.emergency_findings import Found, Kind
from central.work.emergency_scope import scope_of
from central.work.recovery_act import Act
from central.work.tool_rights import Right


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One line of the audit: what was found, and the last word on it."""

    found: Found
    step: DiscrepancyStep | None
    is_there: bool = True
    """False where it was resolved and the records no longer show it."""

    @property
    def is_open(self) -> bool:
        """Whether nobody has resolved it."""
        return self.step is None or not self.step.is_resolved

    @property
    def name(self) -> str:
        """What a form and a command call it."""
        return f"{self.found.kind.name.lower()}:{self.found.key}"


def audit(emergency: Emergency, now: datetime) -> list[Discrepancy]:
    """Return everything that does not fit and everything that was resolved, day by day."""
    last: dict[tuple[str, str], DiscrepancyStep] = {}
    for step in emergency.discrepancy_steps.select_related("by").order_by("pk"):
        last[step.kind, step.key] = step
    scope = scope_of(emergency, now)
    lines = [
        Discrepancy(found, last.pop((found.kind, found.key), None))
        for found in emergency_findings.find(scope, now)
    ]
    gone = [
        Discrepancy(Found(Kind(kind), key, emergency.first_day), step, is_there=False)
        for (kind, key), step in last.items()
        if step.is_resolved
    ]
    return lines + gone


def resolve(emergency: Emergency, name: str, act: Act) -> DiscrepancyStep:
    """Keep how a discrepancy was resolved and why; the last word counts.

    Raises RefusedError for somebody without the right, without a reason, and for one that is not there.
    """
    return _step(emergency, name, act, is_resolved=True)


def open_again(emergency: Emergency, name: str, act: Act) -> DiscrepancyStep:
    """Take a resolution back, with the reason."""
    return _step(emergency, name, act, is_resolved=False)


def _step(emergency: Emergency, name: str, act: Act, *, is_resolved: bool) -> DiscrepancyStep:
    require_open(emergency, act.by, Right.WRITE)
    reason = rights.reason(act.reason, "resolving a discrepancy")
    line = next((each for each in audit(emergency, act.at) if each.name == name), None)
    if line is None:
        msg = f"the audit of emergency {emergency.code} has no line {name}; look at it again"
        raise RefusedError(msg)
    if line.is_open is not is_resolved:
        msg = f"{name} is {'resolved' if is_resolved else 'open'} already"
        raise RefusedError(msg)
    return DiscrepancyStep.objects.create(
        emergency=emergency,
        kind=line.found.kind,
        key=line.found.key,
        is_resolved=is_resolved,
        reason=reason,
        by=act.by,
        at=act.at,
    )
