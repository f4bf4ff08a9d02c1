"""The papers of absence: the rates that may be shown, who is concerned, every student, every day away."""

from typing import Final

from central.domain.absence import AbsenceReason
from central.exchange.workbook import Cell
from central.reports.board_papers import Papers, Printed
from central.reports.chronic import ChronicReport, StudentAbsence

_STUDENTS: Final = (
    *("Student", "Grades", "Expected", "Missed", "Rate %", "Chronic", "Recovered", "Alternate rate %"),
    *("Unrecorded", "Truancy"),
)


def papers(report: ChronicReport) -> Papers:
    """Return the report on a year's absence as papers; students are named by number alone."""
    concerned = [row for row in report.students if row.is_chronic or _truancy(row) != "no"]
    ordered = sorted(concerned, key=lambda row: (-row.rate, row.student))
    return Papers(
        title=f"Chronic absence {report.year}",
        lines=[
            (
                "Full days missed of days expected, as certified and noted by the end of "
                f"{report.as_of:%m/%d/%Y}. The rates may be shown to anybody; the lists of students may not."
            )
        ],
        tables=[
            _rates(report),
            Printed(
                "Students chronically absent or truant",
                _STUDENTS,
                [_row(each) for each in ordered],
                (),
                "Concerned",
            ),
            Printed(
                "Every student",
                _STUDENTS,
                [_row(each) for each in report.students],
                (),
                "Students",
                in_print=False,
            ),
            _reasons(report),
            _away(report),
        ],
        signers=("Administrator",),
    )


def _rates(report: ChronicReport) -> Printed:
    rows = [(rate.name, *rate.cells) for rate in report.rates]
    is_kept_back = any(rate.rate is None for rate in report.rates)
    says = ["* kept back: ten students or fewer, or a group that would betray one such"] * is_kept_back
    return Printed("Rates", ("Grades", "Counted", "Chronic", "Rate %"), rows, says, "Rates")


def _row(row: StudentAbsence) -> tuple[Cell, ...]:
    return (
        *(row.student, row.span.value, row.expected, row.missed, row.rate),
        *("yes" if row.is_chronic else "no", row.recovered, row.alternate, row.unrecorded, _truancy(row)),
    )


def _truancy(row: StudentAbsence) -> str:
    if row.truancy is None or not row.truancy.is_truant:
        return "no"
    kind = "chronic truant" if row.truancy.is_chronic else "truant"
    return f"{kind}: {row.truancy.unexcused} days, {row.truancy.occasions} occasions"


def _reasons(report: ChronicReport) -> Printed:
    rows = [
        (reason.value, sum(row.days.get(reason, 0) for row in report.students)) for reason in AbsenceReason
    ]
    return Printed("Days away by reason", ("Reason", "Days"), rows, short="Reasons")


def _away(report: ChronicReport) -> Printed:
    rows = [
        (
            *(line.student, line.on, line.reason.value, "yes" if line.is_missed else "no"),
            *(" ".join(line.sections), " ".join(map(str, line.records)), " ".join(line.certified_by)),
        )
        for line in report.proof
    ]
    columns = ("Student", "Date", "Reason", "Missed", "Classes", "Records", "Certified by")
    says = [f"SHA-256 of the proof: {report.digest}"]
    return Printed("Proof sheet: every day away", columns, rows, says, "Proof sheet", in_print=False)
