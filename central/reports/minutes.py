"""What a report on days and minutes says, and everything it is computed from, as plain values."""

from dataclasses import dataclass
from fractions import Fraction

from central.domain.closure import Views
from central.domain.enrolment import Grade
from central.domain.finding import Finding
from central.domain.minutes import DayMinutes, Verdict, YearMinutes
from central.reports.headed import Headed


@dataclass(frozen=True, slots=True)
class DaysRow:
    """The days one track is taught, with those credited for closures, and the share lost for missing ones.

    `needed` are the days below which something is withheld.
    """

    track: str
    taught: int
    needed: int
    credited: Views[int]
    shortfall: Views[Fraction]


@dataclass(frozen=True, slots=True)
class Dollars:
    """What a shortfall costs: a unit of attendance in dollars, the grade's attendance, and their product.

    `ada` is that of P-2 as certified by then, None where no full month of the track lies in P-2.
    """

    per_ada: Fraction
    ada: Fraction | None
    lost: Views[Fraction | None]


@dataclass(frozen=True, slots=True)
class MinutesRow:
    """One track's grade: its minutes against those required, seen both ways, and those at the site.

    `shortfall` is None where the minutes of some day taught are not in the records; `at_site` and
    `required_at_site` are None where the school is no charter school.
    """

    year: YearMinutes
    days_taught: int
    required: int
    credited: Views[int]
    shortfall: Views[Fraction] | None
    at_site: Verdict | None
    required_at_site: Verdict | None
    least_at_site: int
    dollars: Dollars | None

    @property
    def track(self) -> str:
        """The track's code."""
        return self.year.track

    @property
    def grade(self) -> Grade:
        """The grade."""
        return self.year.grade


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of classroom-based instruction, whether it is met, and what shows it."""

    what: str
    verdict: Verdict
    shown_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesReport(Headed):
    """The days and minutes of one school year with their proof, one line a day, track and grade."""

    days: tuple[DaysRow, ...]
    rows: tuple[MinutesRow, ...]
    conditions: tuple[Condition, ...]
    proof: tuple[DayMinutes, ...]
    findings: tuple[Finding, ...]
    caveats: tuple[Finding, ...]
    digest: str
