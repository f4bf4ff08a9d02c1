"""What a report on absence says, and everything it is computed from, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from central.domain.absence import AbsenceReason
from central.domain.enrolment import GradeSpan
from central.domain.finding import Finding
from central.law.chronic import absence_rate, alternate_absence_rate
from central.reports.headed import Headed
from central.reports.rounding import percent


@dataclass(frozen=True, slots=True)
class Truancy:
    """What compulsory education asks of one student: full days and occasions without an excuse."""

    unexcused: int
    occasions: int
    is_truant: bool
    is_chronic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentAbsence:
    """One student's year so far: days expected, days missed by reason, and what follows.

    `days` counts every full day away by its reason, presence in an in-school suspension among them;
    `missed` are those that are absences. `unrecorded` are expected days no certified record is
    about. `recovered` is how many missed days were made up. `truancy` is None for adults, and for
    who has no birth date.
    """

    student: str
    span: GradeSpan
    expected: int
    missed: int
    unrecorded: int
    recovered: int
    days: Mapping[AbsenceReason, int]
    is_chronic: bool
    is_exempt: bool
    is_counted: bool
    truancy: Truancy | None

    @property
    def exact(self) -> str:
        """The fraction as it arose, not reduced."""
        return f"{self.missed}/{self.expected}"

    @property
    def rate(self) -> Decimal:
        """The rate as a percentage of one decimal."""
        return percent(absence_rate(self.missed, self.expected), 1)

    @property
    def alternate(self) -> Decimal:
        """The rate had the recovered days not been missed, as a percentage of one decimal."""
        return percent(alternate_absence_rate(self.missed, self.recovered, self.expected), 1)


@dataclass(frozen=True, slots=True)
class RateRow:
    """The published rate of one grade span, or of the school; `rate` is None where it is kept back."""

    span: GradeSpan | None
    counted: int
    chronic: int
    rate: Fraction | None

    @property
    def name(self) -> str:
        """The grade span, or "all"."""
        return self.span.value if self.span else "all"

    @property
    def cells(self) -> tuple[str, str, str]:
        """Students counted, chronic absentees and rate as they may be shown to anybody."""
        if self.rate is None:
            return ("*", "*", "*")
        return (str(self.counted), str(self.chronic), str(percent(self.rate, 1)))


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """One full day away: its reason and the certified records that say so."""

    student: str
    on: date
    reason: AbsenceReason
    is_missed: bool
    sections: tuple[str, ...]
    records: tuple[int, ...]
    certified_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChronicReport(Headed):
    """The absence of a school year so far, student by student, with its proof.

    `digest` is the SHA-256 over everything the numbers rest on.
    """

    students: tuple[StudentAbsence, ...]
    rates: tuple[RateRow, ...]
    proof: tuple[AbsenceLine, ...]
    findings: tuple[Finding, ...]
    caveats: tuple[Finding, ...]
    digest: str
