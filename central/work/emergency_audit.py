"""Published: the audit of an emergency once it is over: what does not fit, and how each was resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

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


def resolve(emergency: Emergency, names: Sequence[str], act: Act) -> None:
    """Keep how discrepancies were resolved and why, all or none; the last word on each counts.

    Raises RefusedError for somebody without the right, without a reason, and for one that is not there.
    """
    _step(emergency, names, act, is_resolved=True)


def open_again(emergency: Emergency, names: Sequence[str], act: Act) -> None:
    """Take resolutions back, with the reason."""
    _step(emergency, names, act, is_resolved=False)


def _step(emergency: Emergency, names: Sequence[str], act: Act, *, is_resolved: bool) -> None:
    require_open(emergency, act.by, Right.WRITE)
    reason = rights.reason(act.reason, "resolving a discrepancy")
    lines = {line.name: line for line in audit(emergency, act.at)}
    for name in names:
        line = lines.get(name)
        if line is None:
            msg = f"the audit of emergency {emergency.code} has no line {name}; look at it again"
            raise RefusedError(msg)
        if line.is_open is not is_resolved:
            msg = f"{name} is {'resolved' if is_resolved else 'open'} already"
            raise RefusedError(msg)
    with transaction.atomic():
        for name in dict.fromkeys(names):
            DiscrepancyStep.objects.create(
                emergency=emergency,
                kind=lines[name].found.kind,
                key=lines[name].found.key,
                is_resolved=is_resolved,
                reason=reason,
                by=act.by,
                at=act.at,
            )
