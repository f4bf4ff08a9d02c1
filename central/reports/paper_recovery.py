"""The papers of attendance recovery: periods, the ledger student by student, sessions, services, credit."""

from collections.abc import Iterator
from typing import Final

from central.exchange.workbook import Cell
from central.reports.board_papers import Papers, Printed
from central.reports.recovery import RecoveryReport, StudentRecovery

_CREDIT: Final = ("Student", "What", "Date", "Session", "Minutes", "Credited", "School", "Track", "Grade")


def papers(report: RecoveryReport) -> Papers:
    """Return the ledger of a year's attendance recovery as papers."""
    return Papers(
        title=f"Attendance recovery ledger {report.year}",
        lines=[
            (
                "Minutes of attendance recovery, the days they earned and the absences they made up, as "
                f"known by the end of {report.as_of:%m/%d/%Y}. Recovered days are a line of their own: in "
                "no other total, and never in a divisor."
            )
        ],
        tables=[
            _periods(report),
            _ledger(report),
            _sessions(report),
            _services(report),
            Printed(
                "Proof: sessions, credit, absences and days made up",
                _CREDIT,
                [row for student in report.students for row in _credit(student)],
                [f"SHA-256 of the proof: {report.digest}"],
                "Proof sheet",
                in_print=False,
            ),
        ],
        signers=("Recovery coordinator", "Administrator"),
    )


def _periods(report: RecoveryReport) -> Printed:
    rows = [
        (
            *(period.kind.value, line.school, line.track, line.span.value, line.days, line.divisor),
            *(line.ada, line.cell),
        )
        for period in report.periods
        for line in period.lines
    ]
    columns = ("Period", "School", "Track", "Grades", "Days recovered", "Days taught", "Exactly", "ADA")
    return Printed("Recovered attendance by period", columns, rows, short="Periods")


def _ledger(report: RecoveryReport) -> Printed:
    rows = [
        (
            *(student.student, name, account.as_of, account.raw_minutes, account.credited_minutes),
            *(account.minutes_banked, account.days_earned, len(account.recoverable)),
            *(account.days_allowed, account.days_used),
        )
        for student in report.students
        for name, account in student.periods
    ]
    columns = (
        *("Student", "Period", "As of", "Minutes", "Credited", "Banked", "Days earned"),
        *("Absences recoverable", "Days allowed", "Days used"),
    )
    return Printed("Ledger", columns, rows, short="Ledger")


def _sessions(report: RecoveryReport) -> Printed:
    rows = [
        (
            *(line.session, line.on, f"{line.begins:%I:%M %p}", f"{line.ends:%I:%M %p}", line.students),
            *(line.teachers, line.ratio, line.minutes, "yes" if line.is_signed else "no", line.standards),
        )
        for line in report.sessions
    ]
    columns = (
        *("Session", "Date", "From", "To", "Students", "Teachers", "Ratio", "Minutes", "Signed"),
        "Standards",
    )
    return Printed("Sessions", columns, rows, short="Sessions")


def _services(report: RecoveryReport) -> Printed:
    rows = [
        (
            *(student.student, str(line.number), figure.as_of, figure.minutes_earned, figure.days_used),
            *(figure.version, figure.at),
        )
        for student in report.students
        for line in student.services
        for figure in line.figures
    ]
    columns = ("Student", "Service", "As of", "Minutes earned", "Days used", "Version", "Written at (UTC)")
    return Printed("What the ledger wrote into services", columns, rows, short="Services")


def _credit(student: StudentRecovery) -> Iterator[tuple[Cell, ...]]:
    account, number = student.now, student.student
    for session in account.sessions.counted:
        minutes = session.minutes_of(number)
        yield (number, "session", session.on, session.session, minutes, None, "", "", "")
    for credit in account.earned.dates:
        what = "day earned" if credit.is_earned else "minutes credited"
        yield (number, what, credit.on, "", credit.raw_minutes, credit.credited_minutes, "", "", "")
    for absence in account.recoverable:
        yield (number, f"absence {absence.reason.value}", absence.on, "", None, None, "", "", "")
    for day in student.made_up:
        yield (number, "absence made up", day.on, "", None, None, day.school, day.track, day.grade.value)
