"""Who changes what attendance recovery keeps, when and why, and the audit line each change leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from central.errors import RefusedError
from central.store.models import AuditEvent, School, Staff
from central.work import rights

Members = Mapping[str, str | int | bool | None]
"""A row as its audit line shows it."""
_MOST_CHARS: Final = 255


@dataclass(frozen=True, slots=True)
class Act:
    """One act of one person; a change or deletion needs the reason."""

    by: Staff
    at: datetime
    reason: str = ""

    def because(self, what: str) -> str:
        """Return the reason as it is kept; raises RefusedError where there is none."""
        return rights.reason(self.reason, what)

    def note(self, verb: str, subject: str, before: Members | None, after: Members | None) -> None:
        """Write the audit line of a change; raises RefusedError for a reason too long to keep whole."""
        reason = " ".join(self.reason.split())
        if len(reason) > _MOST_CHARS:
            msg = f"the reason is {len(reason)} characters long; say it in {_MOST_CHARS}"
            raise RefusedError(msg)
        AuditEvent.objects.create(
            at=self.at,
            by=self.by.number,
            verb=verb,
            subject=subject[:200],
            detail={"before": before, "after": after, "reason": reason},
        )


def district(school: School) -> str:
    """Return what a row says it was created by: the district's name and number, else the school's own."""
    return f"{school.lea_name or school.name} {school.lea_code or school.code}"[:255]
