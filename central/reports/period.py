"""What a P-1, P-2 or Annual report says, and everything it is computed from, as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from central.domain.enrolment import GradeSpan, Modality
from central.domain.finding import Finding
from central.domain.period import Edition, Line, PeriodKind, line_of
from central.reports.headed import Headed
from central.reports.rounding import half_up, total


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """ADA of one grade span and modality on one track: pupil-days over days taught, exactly."""

    track: str
    span: GradeSpan
    numerator: int
    divisor: int
    modality: Modality = Modality.CLASSROOM

    @property
    def line(self) -> Line:
        """The line of the state's form it is reported on."""
        return line_of(self.modality)

    @property
    def exact(self) -> str:
        """The fraction as it arose, not reduced."""
        return f"{self.numerator}/{self.divisor}"

    @property
    def ada(self) -> Decimal:
        """The printed cell: two decimals, half up."""
        return half_up(Fraction(self.numerator, self.divisor))


@dataclass(frozen=True, slots=True)
class CapRow:
    """What students of one grade span and modality earned above one ADA on several tracks (R-TRK-05)."""

    span: GradeSpan
    modality: Modality
    students: int
    excess: Fraction

    @property
    def ada(self) -> Decimal:
        """The printed cell that is taken off, below nothing."""
        return half_up(-self.excess)


@dataclass(frozen=True, slots=True)
class RecoveredRow:
    """Recovered days of one grade span and track, for the school that earns them; never in the divisor."""

    school: str
    track: str
    span: GradeSpan
    exact: Fraction

    @property
    def ada(self) -> Decimal:
        """The printed cell of the line "attendance recovery"."""
        return half_up(self.exact)


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
    edition: Edition = Edition.ORIGINAL


@dataclass(frozen=True, slots=True)
class SpanTotal:
    """A grade span over all tracks: pupil-days, all of its ADA, and the classroom-based part of it."""

    span: GradeSpan
    pupil_days: int
    ada: Decimal
    classroom: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodReport(Headed):
    """One report with its proof; `findings` are about the school's data, `caveats` about the law.

    `digest` is the SHA-256 over everything the numbers rest on; two reports with the same digest
    say the same. `closed` is the last frozen one it can be held against. `recovered` stands beside
    the rows and is in none of their totals.
    """

    kind: PeriodKind
    tracks: tuple[TrackMonths, ...]
    rows: tuple[PeriodRow, ...]
    caps: tuple[CapRow, ...] = ()
    recovered: tuple[RecoveredRow, ...] = ()
    proof: tuple[ProofLine, ...]
    findings: tuple[Finding, ...]
    caveats: tuple[Finding, ...]
    digest: str
    closed: Closed | None = None

    @property
    def total(self) -> Decimal:
        """The sum of the printed cells."""
        return total([*(row.ada for row in self.rows), *(cap.ada for cap in self.caps)])

    @property
    def classroom(self) -> Decimal:
        """The sum of the printed cells that are classroom-based."""
        return _classroom(self.rows, self.caps)

    @property
    def recovered_total(self) -> Decimal:
        """The sum of the printed cells of attendance recovery."""
        return total(row.ada for row in self.recovered)

    def span_totals(self) -> list[SpanTotal]:
        """Return every grade span that has a row, over all tracks (R-NCB-04)."""
        found = []
        for span in GradeSpan:
            rows = [row for row in self.rows if row.span is span]
            caps = [cap for cap in self.caps if cap.span is span]
            if rows:
                days = sum(row.numerator for row in rows)
                ada = total([*(row.ada for row in rows), *(cap.ada for cap in caps)])
                found.append(SpanTotal(span, days, ada, _classroom(rows, caps)))
        return found


def _classroom(rows: Iterable[PeriodRow], caps: Iterable[CapRow]) -> Decimal:
    kept: list[PeriodRow | CapRow] = [*rows, *caps]
    return total(row.ada for row in kept if row.modality is Modality.CLASSROOM)
