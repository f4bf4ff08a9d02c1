"""What a P-1, P-2 or Annual report says, and everything it is computed from, as plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from central.domain.enrolment import GradeSpan
from central.domain.finding import Finding
from central.domain.period import PeriodKind
from central.reports.rounding import half_up, total


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """Average daily attendance of one grade span on one track: pupil-days over days taught, exactly."""

    track: str
    span: GradeSpan
    numerator: int
    divisor: int

    @property
    def exact(self) -> str:
        """The fraction as it arose, not reduced."""
        return f"{self.numerator}/{self.divisor}"

    @property
    def ada(self) -> Decimal:
        """The printed cell: two decimals, half up."""
        return half_up(Fraction(self.numerator, self.divisor))


@dataclass(frozen=True, slots=True)
class TrackMonths:
    """The school months of one track that make up the period."""

    track: str
    months: tuple[int, ...]
    since: date
    until: date
    days_taught: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One pupil-day: which certified record of that day it rests on, and who signed that when."""

    student: str
    on: date
    track: str
    grade: str
    section: str
    record: int
    source: str
    stage: str
    certified_by: str
    certified_at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """The last frozen report of the period, if one was closed."""

    revision: int
    as_of: date
    total: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodReport:
    """One report with its proof; `findings` are about the school's data, `caveats` about the law.

    `digest` is the SHA-256 over everything the numbers rest on; two reports with the same digest
    say the same. `closed` is the last frozen one it can be held against.
    """

    school: str
    school_code: str
    zone: str
    is_practice: bool
    kind: PeriodKind
    year: str
    as_of: date
    made_at: datetime
    rule_set: str
    tracks: tuple[TrackMonths, ...]
    rows: tuple[PeriodRow, ...]
    proof: tuple[ProofLine, ...]
    findings: tuple[Finding, ...]
    caveats: tuple[Finding, ...]
    digest: str
    closed: Closed | None = None

    @property
    def total(self) -> Decimal:
        """The sum of the printed cells."""
        return total(row.ada for row in self.rows)

    def span_totals(self) -> list[tuple[GradeSpan, int, Decimal]]:
        """Return pupil-days and the sum of printed cells of each grade span over all tracks."""
        return [
            (span, sum(row.numerator for row in rows), total(row.ada for row in rows))
            for span in GradeSpan
            if (rows := _of(span, self.rows))
        ]


def _of(span: GradeSpan, rows: Iterable[PeriodRow]) -> Sequence[PeriodRow]:
    return [row for row in rows if row.span is span]
