"""The recovery report as CSV that a spreadsheet shows and never runs, and its proof sheet."""

from collections.abc import Iterator, Sequence

from central.reports.recovery import RecoveryReport, StudentRecovery
from central.reports.render_csv import Cell, table

_COLUMNS = (
    *("report", "school_year", "as_of", "student", "period", "to", "raw_minutes", "credited_minutes"),
    *("minutes_banked", "days_earned", "absences_recoverable", "days_allowed", "days_used", "mark"),
)
_PROOF = (
    *("about", "student", "date", "session", "minutes", "credited_minutes", "school", "track", "grade"),
    *("recovered_days", "days_taught", "exact", "ada"),
)
_FINDINGS = ("about", "severity", "rule", "citation", "subject", "on", "says", "remedy")


def render(report: RecoveryReport) -> str:
    """Return a line for each student and reporting date, and for the report's own day."""
    head = ("recovery", report.year, report.as_of.isoformat())
    mark = "PRACTICE" if report.is_practice else ""
    lines: list[Sequence[Cell]] = [_COLUMNS]
    lines += [
        (
            *(*head, student.student, name, account.as_of.isoformat()),
            *(account.raw_minutes, account.credited_minutes, account.minutes_banked),
            *(account.days_earned, len(account.recoverable), account.days_allowed, account.days_used, mark),
        )
        for student in report.students
        for name, account in student.periods
    ]
    return table(lines)


def render_proof(report: RecoveryReport) -> str:
    """Return the proof sheet: sessions that count, dates' credit, absences, made-up days, recovered lines."""
    lines: list[Sequence[Cell]] = [_PROOF]
    for student in report.students:
        lines += _of_student(student)
    for period in report.periods:
        lines += [
            (
                *(f"recovered in {period.kind.value}", "", "", "", "", "", line.school, line.track),
                *(line.span.value, line.days, line.divisor, str(line.ada), str(line.cell)),
            )
            for line in period.lines
        ]
    return table(lines)


def render_findings(report: RecoveryReport) -> str:
    """Return the findings and caveats, a line each."""
    lines: list[Sequence[Cell]] = [_FINDINGS]
    for about, findings in (("data", report.findings), ("law", report.caveats)):
        lines += [
            (
                *(about, found.severity.value, found.rule, found.citation, found.subject),
                *(found.on.isoformat() if found.on else "", found.says, found.remedy),
            )
            for found in findings
        ]
    return table(lines)


def _of_student(student: StudentRecovery) -> Iterator[Sequence[Cell]]:
    account, number = student.now, student.student
    for session in account.sessions.counted:
        minutes = session.minutes_of(number)
        yield _line("session", number, session.on.isoformat(), session.session, minutes)
    for credit in account.earned.dates:
        what = "day earned" if credit.is_earned else "minutes credited"
        yield _line(what, number, credit.on.isoformat(), "", credit.raw_minutes, credit.credited_minutes)
    for absence in account.recoverable:
        yield _line(f"absence {absence.reason.value}", number, absence.on.isoformat())
    for day in student.made_up:
        where = (day.school, day.track, day.grade.value)
        yield _line("absence made up", number, day.on.isoformat(), "", "", "", *where)


def _line(*cells: Cell) -> Sequence[Cell]:
    return (*cells, *[""] * (len(_PROOF) - len(cells)))
