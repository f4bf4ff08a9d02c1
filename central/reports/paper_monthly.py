"""The papers of the monthly report to the authorizer: each school month, its absences, its corrections."""

from collections.abc import Sequence
from typing import Final

from central.domain.absence import AbsenceReason
from central.exchange.workbook import Cell
from central.reports import paper_proof
from central.reports.board_papers import Papers, Printed
from central.reports.monthly import MonthLine, MonthlyReport, ada_of

_WHERE: Final = ("Month", "Track", "Grades", "Modality")


def papers(report: MonthlyReport) -> Papers:
    """Return the report as papers, one line a school month, track, grade span and modality."""
    return Papers(
        title=f"Monthly report of attendance {report.year}",
        lines=[
            (
                "Every school month begun by the end of "
                f"{report.as_of:%m/%d/%Y}, the last one as far as it has come. Days are student-days; "
                "possible, attended and absent are each counted from their own source, so that holding them "
                "together shows a mistake."
            )
        ],
        tables=[
            _attendance(report.lines),
            _enrolled(report.lines),
            _absent(report.lines),
            _months(report),
            _corrections(report),
            *paper_proof.tables(report.proof, report.digest),
        ],
        signers=(*(f"Teacher {signer}" for signer in report.signers), "Administrator"),
    )


def _where(line: MonthLine) -> tuple[Cell, ...]:
    key = line.cell.key
    return str(key.month), key.track, key.span.value, key.modality.value


def _attendance(lines: Sequence[MonthLine]) -> Printed:
    rows = [
        (
            *_where(line),
            *(line.cell.days_taught, line.cell.possible, line.cell.attended, line.cell.on_weekends),
            *(sum(line.cell.absent.values()), sum(line.cell.lost.values()), line.ada, line.ada_to_date),
        )
        for line in lines
    ]
    columns = (
        *(*_WHERE, "Days taught", "Possible", "Attended", "Weekend", "Absent", "Not claimed"),
        *("ADA", "ADA to date"),
    )
    return Printed("Attendance by school month", columns, rows, short="Attendance")


def _enrolled(lines: Sequence[MonthLine]) -> Printed:
    rows = [
        (
            *(*_where(line), line.cell.since, line.cell.until),
            *(line.cell.at_start, line.cell.entries, line.cell.exits, line.cell.at_end),
            *(line.unresolved, line.recovery_earned, line.recovery_used),
        )
        for line in lines
    ]
    columns = (
        *(*_WHERE, "From", "To", "At start", "Entries", "Exits", "At end"),
        *("Certified by nobody yet", "Recovery earned", "Recovery used"),
    )
    return Printed("Enrollment and what is open", columns, rows, short="Enrollment")


def _absent(lines: Sequence[MonthLine]) -> Printed:
    rows = []
    for line in lines:
        where, cell = _where(line), line.cell
        rows += [
            (*where, "absent", reason.value, cell.absent[reason])
            for reason in AbsenceReason
            if cell.absent.get(reason)
        ]
        rows += [(*where, "not claimed", why, days) for why, days in sorted(cell.lost.items()) if days]
    columns = (*_WHERE, "Kind", "Reason", "Student-days")
    return Printed("Days absent and days not claimed, by reason", columns, rows, short="Reasons")


def _months(report: MonthlyReport) -> Printed:
    rows: list[tuple[Cell, ...]] = []
    for month in report.months:
        lines = report.of_month(month)
        attended = sum(line.cell.earned for line in lines)
        rows.append((str(month), sum(line.cell.possible for line in lines), attended, ada_of(lines)))
    columns = ("Month", "Possible", "Attended, weekends included", "ADA, the sum of the cells")
    return Printed("The school by month", columns, rows, short="Months")


def _corrections(report: MonthlyReport) -> Printed:
    rows = [
        (one.student, one.on, one.section, one.track, one.before, one.after, one.by, one.at, one.reason)
        for one in report.corrections
    ]
    columns = ("Student", "Date", "Class", "Track", "Before", "After", "By", "At (UTC)", "Reason")
    since = f"since the report closed by {report.since:%m/%d/%Y}" if report.since else "ever; none was closed"
    says = [f"What was changed about certified records {since}."]
    return Printed("Corrections", columns, rows, says, "Corrections")
