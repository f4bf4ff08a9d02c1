"""The absence summary the state collects of each student, and the checks it would be rejected by."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from central.domain.absence import FullDayAbsence
from central.domain.finding import Finding, Severity
from central.law.chronic import AbsenceCategory, absence_category
from central.law.provision import number

OWN_BESIDE_THE_SUM: Final = "own check beside CALPADS STAS0740E1"
"""No code is known for it alone; the sum over all schools validates the same fields."""
_NOWHERE_ELSE: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceSummary:
    """One student's days at one school in a school year: fields 13.15 to 13.22 and 13.24, in their order.

    `days_recovered` is None where there was no recovery; a Fraction is what somebody may write and the
    state will reject.
    """

    student: str
    school: str
    days_expected: int
    days_attended: int
    out_of_school_suspension: int = 0
    in_school_suspension: int = 0
    excused: int = 0
    unexcused: int = 0
    study_without_ada: int = 0
    study_with_ada: int = 0
    days_recovered: int | Fraction | None = None

    @property
    def parts(self) -> tuple[int, ...]:
        """The days of fields 13.16 to 13.22, which tell the days expected apart."""
        return (
            self.days_attended,
            self.out_of_school_suspension,
            self.in_school_suspension,
            self.excused,
            self.unexcused,
            self.study_without_ada,
            self.study_with_ada,
        )

    @property
    def days_absent(self) -> int:
        """The full days absent for any reason; a suspension in school is attendance."""
        return self.days_absent_in_person + self.study_without_ada

    @property
    def days_absent_in_person(self) -> int:
        """The absences recovered days are measured against: fields 13.17, 13.19 and 13.20."""
        return self.out_of_school_suspension + self.excused + self.unexcused


def absence_summary(
    student: str,
    school: str,
    days_expected: int,
    absences: Iterable[FullDayAbsence],
    days_recovered: int | None = None,
) -> AbsenceSummary:
    """Sort a student's days in class into the columns of the state's absence summary.

    `absences` are those of the school year at the school, each date once. Recovered days are told beside
    them and take none away. An absence without a column is in none, so the parts will not add up and the
    check on their sum says so.

    Cites: EC 46211; EC 60901(c)(1); state data dictionary, student absence summary (R-AR-13, R-CHR-02).
    """
    reasons = {absence.on: absence.reason for absence in absences if absence.student == student}
    found = Counter(absence_category(reason) for reason in reasons.values())
    return AbsenceSummary(
        student=student,
        school=school,
        days_expected=days_expected,
        days_attended=days_expected - len(reasons),
        out_of_school_suspension=found[AbsenceCategory.OUT_OF_SCHOOL_SUSPENSION],
        in_school_suspension=found[AbsenceCategory.IN_SCHOOL_SUSPENSION],
        excused=found[AbsenceCategory.EXCUSED],
        unexcused=found[AbsenceCategory.UNEXCUSED],
        study_without_ada=found[AbsenceCategory.INCOMPLETE_STUDY],
        days_recovered=days_recovered,
    )


def findings_on_absence_summaries(
    rows: Iterable[AbsenceSummary], on: date, elsewhere: Mapping[str, int] = _NOWHERE_ELSE
) -> tuple[Finding, ...]:
    """Report what the state would reject of a local educational agency's absence summaries.

    Give the rows of all its schools together: ten recovered days are the most one student may have in
    all of them. `elsewhere` are the recovered days schools of the agency tell that have no row here,
    by student. `on` is a date of the school year.

    Cites: EC 46211; state checks STAS0318, STAS0739 and STAS0740E1 (R-AR-06, R-AR-13, R-CHR-02).
    """
    kept = sorted(rows, key=lambda row: (row.student, row.school))
    most = number("recovery_days_a_year", on)
    each = (finding for row in kept for finding in (*_on_parts(row), *_on_recovered(row, most)))
    return (*each, *_on_students(kept, most, elsewhere))


def _on_parts(row: AbsenceSummary) -> Iterable[Finding]:
    if sum(row.parts) != row.days_expected or min(row.parts) < 0:
        says = f"the days at {row.school} tell {sum(row.parts)} days apart; {row.days_expected} were expected"
        yield _finding(row.student, "R-CHR-02", "STAS0318", says, "correct the absence without a column")


def _on_recovered(row: AbsenceSummary, most: int) -> Iterable[Finding]:
    days = row.days_recovered
    if days is None:
        return
    if days not in range(most + 1):
        says = f"{days} recovered days at {row.school}; a whole number from 0 to {most} is allowed"
        yield _finding(row.student, "R-AR-13", "STAS0739", says, "report the days the ledger has")
    elif days > row.days_absent_in_person:
        says = f"{days} recovered days at {row.school} for {row.days_absent_in_person} absences"
        remedy = "have the ledger write its figures anew"
        yield _finding(row.student, "R-AR-13", OWN_BESIDE_THE_SUM, says, remedy)


def _on_students(
    rows: Iterable[AbsenceSummary], most: int, elsewhere: Mapping[str, int]
) -> Iterable[Finding]:
    together: Counter[str] = Counter()
    schools: Counter[str] = Counter()
    for row in rows:
        if row.days_recovered in range(most + 1):
            together[row.student] += int(row.days_recovered or 0)
            schools[row.student] += 1
    for student in together.keys() & elsewhere.keys():
        together[student] += elsewhere[student]
        schools[student] += bool(elsewhere[student])
    for student, days in sorted(together.items()):
        if days > most:
            says = f"{days} recovered days at {schools[student]} schools together; {most} are allowed"
            remedy = "agree between the schools which of them keeps which days"
            yield _finding(student, "R-AR-06", "STAS0740E1", says, remedy)


def _finding(student: str, rule: str, check: str, says: str, remedy: str) -> Finding:
    return Finding(
        rule=rule,
        citation=_citation(rule, check),
        subject=student,
        on=None,
        says=says,
        remedy=remedy,
        severity=Severity.BLOCKING,
    )


def _citation(rule: str, check: str) -> str:
    named = check if check.startswith("own check") else f"CALPADS {check}"
    return named if rule == "R-CHR-02" else f"EC 46211; {named}"
