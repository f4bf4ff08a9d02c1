"""What the monthly report says, cell by cell, as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from central.domain.finding import Finding
from central.law.monthly import MonthCell
from central.reports.headed import Headed
from central.reports.period import ProofLine
from central.reports.rounding import half_up, total
from central.store.queries.corrections import Correction


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLine:
    """One school month of one track, grade span and modality, with what surrounds its count.

    `to_date` are the days attended and taught from the first month to this one; `unresolved`
    records are certified by nobody yet; `recovery_earned` and `recovery_used` are days of attendance
    recovery, used on absences of this month, in no other number of the line.
    """

    cell: MonthCell
    to_date: tuple[int, int]
    unresolved: int
    recovery_earned: int
    recovery_used: int

    @property
    def ada(self) -> Decimal:
        """The month's average daily attendance, printed; nothing where no school was taught."""
        return _cell(self.cell.earned, self.cell.days_taught)

    @property
    def ada_to_date(self) -> Decimal:
        """The average daily attendance of this month and those before it, printed."""
        return _cell(*self.to_date)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyReport(Headed):
    """The months of a year so far; `findings` are about the school's data, `caveats` about the law.

    `since` is the end of the day the last closed monthly report was as of; None: none was closed.
    `signers` are the employee numbers of those who certified sessions of the last month.
    """

    digest: str
    lines: tuple[MonthLine, ...]
    proof: tuple[ProofLine, ...]
    since: datetime | None
    corrections: tuple[Correction, ...]
    signers: tuple[str, ...]
    findings: tuple[Finding, ...]
    caveats: tuple[Finding, ...]

    def of_month(self, number: int) -> tuple[MonthLine, ...]:
        """Return the lines of one school month."""
        return tuple(line for line in self.lines if line.cell.key.month == number)

    @property
    def months(self) -> tuple[int, ...]:
        """The numbers of the months there are lines of."""
        return tuple(sorted({line.cell.key.month for line in self.lines}))


def ada_of(lines: Iterable[MonthLine]) -> Decimal:
    """Add the printed cells of some lines of one month."""
    return total(line.ada for line in lines)


def _cell(days: int, taught: int) -> Decimal:
    return half_up(Fraction(days, taught)) if taught else half_up(0)
