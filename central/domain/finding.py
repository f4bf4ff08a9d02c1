"""What a rule says about the school's own data: a value, never an exception."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs."""

    NOTICE = "notice"
    """Worth knowing; nothing is lost by it."""
    WARNING = "warning"
    """An auditor may object; a person should look before certifying."""
    BLOCKING = "blocking"
    """What it is about may not be claimed until it is settled."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule noticed, where the rule comes from, and what to do about it.

    `rule` is the number of the rule ("R-ADA-04"), `citation` the law behind it ("EC 47612(d)").
    `subject` is the key of the student, track, session or teacher concerned, never a name.
    """

    rule: str
    citation: str
    subject: str
    on: date | None
    says: str
    remedy: str
    severity: Severity

    @property
    def blocks(self) -> bool:
        """Tell whether the claim it is about must wait."""
        return self.severity is Severity.BLOCKING
