"""What a recovery report says, and everything it is computed from, as plain values."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

from central.domain.enrolment import Grade, GradeSpan
from central.domain.finding import Finding
from central.domain.period import PeriodKind
from central.domain.recovery import RecoveryRecord, RecoveryService
from central.law.calpads import AbsenceSummary
from central.law.recovery_account import RecoveryAccount
from central.reports.headed import Headed
from central.reports.rounding import half_up


@dataclass(frozen=True, slots=True)
class RecoveredLine:
    """Recovered days of one track and grade span for the school that earns them, over days taught."""

    school: str
    track: str
    span: GradeSpan
    days: int
    divisor: int

    @property
    def ada(self) -> Fraction:
        """The average daily attendance, exactly."""
        return Fraction(self.days, self.divisor)

    @property
    def cell(self) -> Decimal:
        """The printed cell: two decimals, half up."""
        return half_up(self.ada)


@dataclass(frozen=True, slots=True)
class RecoveredPeriod:
    """The recovered attendance of one reporting period, a line a school, track and grade span."""

    kind: PeriodKind
    lines: tuple[RecoveredLine, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """What the ledger wrote into a service as of a date."""

    as_of: date
    days_used: int | None
    minutes_earned: int | None
    version: int
    """1 for the first that was written for the date."""
    rule_set: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service by its number in the records, and the figures the ledger wrote, oldest first."""

    number: int
    service: RecoveryService
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class RecoveredAbsence:
    """One absence made up as of the report's day: where it was, and for which school it counts."""

    on: date
    school: str
    track: str
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentRecovery:
    """One student's records, services and accounts: as of each reporting date reached, and of the day.

    `periods` pairs the name of a reporting period, or "as of" for the report's own day, with the account.
    """

    student: str
    records: tuple[RecoveryRecord, ...]
    services: tuple[ServiceLine, ...]
    periods: tuple[tuple[str, RecoveryAccount], ...]
    made_up: tuple[RecoveredAbsence, ...]

    @property
    def now(self) -> RecoveryAccount:
        """The account as of the report's own day."""
        return self.periods[-1][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One session with what an auditor asks for first: supervision, ratio, signature, standards."""

    session: str
    on: date
    begins: time
    ends: time
    students: int
    teachers: int
    minutes: int
    is_signed: bool
    standards: str

    @property
    def ratio(self) -> str:
        """Students to each certificated employee, rounded up as a person would say it."""
        if not self.teachers:
            return f"{self.students}:0"
        return f"{-(-self.students // self.teachers)}:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReport(Headed):
    """One report with its proof; `findings` are about the school's data, `caveats` about the law.

    `digest` is the SHA-256 over everything the numbers rest on.
    """

    periods: tuple[RecoveredPeriod, ...]
    students: tuple[StudentRecovery, ...]
    sessions: tuple[SessionLine, ...]
    summaries: tuple[AbsenceSummary, ...]
    findings: tuple[Finding, ...]
    caveats: tuple[Finding, ...]
    digest: str
