"""Published: the students in recovery on one list: bank, days, absences, and what is found of each."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from central.domain.finding import Finding
from central.law.provision import number
from central.law.recovery_account import RecoveryAccount
from central.reports.recovery import RecoveryReport
from central.reports.render_csv import neutral
from central.store.models import SchoolYear, Student

_COLUMNS = (
    *("student", "name", "as_of", "raw_minutes", "credited_minutes", "minutes_banked", "days_earned"),
    *("days_waiting", "absences_recoverable", "days_allowed", "days_used", "findings"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLine:
    """One student's account as of the report's day, with what was found of it."""

    student: Student
    account: RecoveryAccount
    findings: tuple[Finding, ...]
    has_record: bool


def desk(year: SchoolYear, report: RecoveryReport) -> list[DeskLine]:
    """Return a line a student of a recovery report, by name."""
    numbers = [line.student for line in report.students]
    people = {
        person.number: person for person in Student.objects.filter(school=year.school_id, number__in=numbers)
    }
    found = _by_student(report.findings)
    lines = [
        DeskLine(
            student=people[line.student],
            account=line.now,
            findings=tuple(found.get(line.student, ())),
            has_record=bool(line.records),
        )
        for line in report.students
        if line.student in people
    ]
    return sorted(
        lines, key=lambda line: (line.student.family_name, line.student.given_name, line.student.number)
    )


def cap(report: RecoveryReport) -> int:
    """Return the recovered days a school year allows a student."""
    return number("recovery_days_a_year", report.as_of)


def about(findings: Iterable[Finding], lines: Sequence[DeskLine]) -> list[Finding]:
    """Return the findings that are of no single student: of sessions and of the school."""
    named = {line.student.number for line in lines}
    return [found for found in findings if found.subject not in named]


def render(lines: Iterable[DeskLine]) -> str:
    """Return the list as CSV with CR LF; what could run as a formula stands behind an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for line in lines:
        account = line.account
        told = "; ".join(f"{found.rule} {found.says}" for found in line.findings)
        cells = (
            *(line.student.number, str(line.student), account.as_of, account.raw_minutes),
            *(account.credited_minutes, account.minutes_banked, account.days_earned, account.days_unused),
            *(len(account.recoverable), account.days_allowed, account.days_used, told),
        )
        writer.writerow([neutral(str(cell)) for cell in cells])
    return text.getvalue()


def _by_student(findings: Iterable[Finding]) -> Mapping[str, Sequence[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.subject].append(finding)
    return found
