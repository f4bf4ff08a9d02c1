"""The papers of P-1, P-2 and Annual: every line and divisor, the totals, the months, and the proof."""

from typing import Final

from central.exchange.workbook import Cell
from central.reports import paper_proof
from central.reports.board_papers import Papers, Printed
from central.reports.period import PeriodReport, PeriodRow

_LINES: Final = ("Track", "Grades", "Line", "Apportionment days", "Days taught", "ADA, exactly", "ADA")
_SIGNERS: Final = ("Teacher in charge", "Administrator")


def papers(report: PeriodReport) -> Papers:
    """Return a period's report as papers to be signed."""
    return Papers(
        title=f"{report.kind.value} report of attendance {report.year}",
        lines=[
            (
                "Average daily attendance by track and grade span: apportionment days over days taught, "
                "counted from records a certificated teacher stands behind, as they stood by the end of "
                f"{report.as_of:%m/%d/%Y}. Each cell is rounded by itself; a total is the sum of the cells "
                "as printed."
            ),
        ],
        tables=[
            _lines(report),
            _totals(report),
            *([_recovered(report)] if report.recovered else []),
            _months(report),
            *paper_proof.tables(report.proof, report.digest),
        ],
        signers=_SIGNERS,
        says_at_end=_filed(report),
    )


def _lines(report: PeriodReport) -> Printed:
    rows = [_line(row) for row in report.rows]
    rows += [
        ("all", cap.span.value, f"over one ADA, {cap.students} students", None, None, -cap.excess, cap.ada)
        for cap in report.caps
    ]
    says = [] if rows else ["No track has a full school month in this period."]
    return Printed("Average daily attendance, line by line", _LINES, rows, says, "ADA")


def _line(row: PeriodRow) -> tuple[Cell, ...]:
    return (row.track, row.span.value, row.line.value, row.numerator, row.divisor, row.exact, row.ada)


def _totals(report: PeriodReport) -> Printed:
    rows = [(each.span.value, each.pupil_days, each.classroom, each.ada) for each in report.span_totals()]
    days = sum(row.numerator for row in report.rows)
    rows.append(("All grades", days, report.classroom, report.total))
    columns = ("Grades", "Apportionment days", "Classroom-based ADA", "ADA")
    return Printed("Totals over all tracks", columns, rows, short="Totals")


def _recovered(report: PeriodReport) -> Printed:
    rows: list[tuple[Cell, ...]] = [
        (row.school, row.track, row.span.value, row.exact, row.ada) for row in report.recovered
    ]
    rows.append(("All", "", "", "", report.recovered_total))
    says = ["A line of its own: in no total above, and never in a divisor."]
    columns = ("Earned for", "Track", "Grades", "Exactly", "ADA")
    return Printed("Attendance recovery", columns, rows, says, "Recovery")


def _months(report: PeriodReport) -> Printed:
    rows = [
        (
            track.track,
            f"{track.months[0]} to {track.months[-1]}" if track.months else "none",
            *(track.since, track.until, len(track.days_taught)),
        )
        for track in report.tracks
    ]
    columns = ("Track", "School months", "From", "To", "Days taught (divisor)")
    return Printed("School months and divisors", columns, rows, short="Months")


def _filed(report: PeriodReport) -> list[str]:
    closed = report.closed
    if closed is None:
        return ["This report was not closed before."]
    same = "; nothing it rests on has changed since" if closed.sha256 == report.digest else ""
    return [
        (
            f"Closed before as revision {closed.revision} ({closed.edition.value}) as of "
            f"{closed.as_of:%m/%d/%Y} with {closed.total} ADA{same}."
        )
    ]
