"""The recovery report as plain text, for a terminal and for a printer."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from central.law.recovery_account import RecoveryAccount
from central.reports.recovery import RecoveryReport, ServiceLine, StudentRecovery
from central.reports.render_text import WIDTH, findings, wrapped
from central.reports.rounding import total

_ADA = (16, 8, 8, 6, 8, 10)
_ACCOUNT = (8, 10, 6, 8, 6, 6, 6, 8, 6)


def render(report: RecoveryReport) -> str:
    """Return the report as lines of at most 92 characters; nothing but text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: RecoveryReport) -> Iterator[str]:
    yield from _heading(report)
    yield from _ada(report)
    for student in report.students:
        yield from _student(student)
    yield from _sessions(report)
    yield from _summaries(report)
    yield from findings(f"FINDINGS ({len(report.findings)})", report.findings)
    yield from findings(f"WHAT THE LAW LEAVES OPEN ({len(report.caveats)})", report.caveats)
    yield ""
    yield "-" * WIDTH
    yield f"Rule set   {report.rule_set}"
    yield f"Digest     {report.digest}"
    yield ""
    yield "Administrator       ______________________________   Date ______________"


def _heading(report: RecoveryReport) -> Iterator[str]:
    title = f"Recovery  {report.year}"
    yield "=" * WIDTH
    yield f"{report.school}, {report.school_code}"[: WIDTH - len(title) - 2].ljust(WIDTH - len(title)) + title
    yield "Attendance recovery, tracked and reported apart from the regular day"
    made = report.made_at.astimezone(ZoneInfo(report.zone))
    yield f"As known by the end of {report.as_of} ({report.zone}); made {made:%Y-%m-%d %H:%M}"
    yield "=" * WIDTH
    if report.is_practice:
        yield "PRACTICE ".ljust(WIDTH, "*")
        yield "These numbers belong to a practice school and are never claimed."
        yield "*" * WIDTH


def _ada(report: RecoveryReport) -> Iterator[str]:
    yield ""
    yield "AVERAGE DAILY ATTENDANCE RECOVERED, over the regular divisor of the period"
    yield _row(("School", "Track", "Span", "Days", "Taught", "ADA"), _ADA, 3)
    for period in report.periods:
        yield f"  {period.kind.value}"
        for line in period.lines:
            cells = (line.school, line.track, line.span.value, line.days, line.divisor, line.cell)
            yield _row(cells, _ADA, 3)
        yield _row(("", "", "", "", "TOTAL", total(line.cell for line in period.lines)), _ADA, 3)


def _student(student: StudentRecovery) -> Iterator[str]:
    yield ""
    yield f"STUDENT {student.student}"
    for record in student.records:
        comment = f": {record.comment}" if record.comment else ""
        yield from wrapped(f"Record {record.since} to {record.until or 'open'}{comment}", "      ", "  ")
    for line in student.services:
        yield from wrapped(_service(line), "      ", "  ")
    head = ("", "to", "raw", "credited", "bank", "earned", "absent", "may use", "used")
    yield _row(head, _ACCOUNT, 2)
    for name, account in student.periods:
        yield _row((name, *_figures(account)), _ACCOUNT, 2)
    now = student.now
    if now.days_expired or now.minutes_expired:
        yield f"  expired on June 30: {now.days_expired} days, {now.minutes_expired} minutes"
    if student.made_up:
        days = ", ".join(f"{day.on} ({day.school})" for day in student.made_up)
        yield from wrapped(f"Absences made up: {days}", "      ", "  ")


def _figures(account: RecoveryAccount) -> Sequence[object]:
    return (
        *(account.as_of, account.raw_minutes, account.credited_minutes, account.minutes_banked),
        *(account.days_earned, len(account.recoverable), account.days_allowed, account.days_used),
    )


def _service(line: ServiceLine) -> str:
    service = line.service
    shown = service.days_used if service.minutes_earned is None else service.minutes_earned
    unit = "days" if service.kind.value == "Used" else "minutes"
    by = "by the ledger" if service.is_calendar else "by hand"
    figure = f"{shown} {unit}" if shown is not None else f"no {unit} yet"
    return (
        f"Service {line.number} {service.kind.value} {service.since} to {service.until or 'open'} "
        f"for {service.school}: {figure}, {by}"
    )


def _sessions(report: RecoveryReport) -> Iterator[str]:
    yield ""
    yield f"SESSIONS ({len(report.sessions)})"
    for line in report.sessions:
        signed = "signed" if line.is_signed else "NOT SIGNED"
        yield from wrapped(
            f"{line.on} {line.begins:%H:%M}-{line.ends:%H:%M} {line.session}: {_students(line.students)}, "
            f"{line.teachers} certificated, {line.ratio}, {line.minutes} minutes, {signed}; "
            f"{line.standards or 'no standards named'}",
            "      ",
            "  ",
        )


def _students(count: int) -> str:
    return "1 student" if count == 1 else f"{count} students"


def _summaries(report: RecoveryReport) -> Iterator[str]:
    yield ""
    yield "STATE ABSENCE SUMMARY: expected, attended, absent (unchanged), 13.24 recovered"
    for row in report.summaries:
        yield (
            f"  student {row.student}: {row.days_expected}, {row.days_attended}, {row.days_absent}, "
            f"{row.days_recovered}"
        )


def _row(cells: Sequence[object], widths: Sequence[int], texts: int) -> str:
    """Align the first cells, which are texts, to the left and the figures to the right."""
    shown = [
        str(cell).ljust(width) if place < texts else str(cell).rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"  {'  '.join(shown)}".rstrip()
