"""The recovery report as JSON with stable keys; numbers that must stay exact are text."""

from typing import Any

from central.law.recovery_account import RecoveryAccount
from central.reports import indented
from central.reports.recovery import (
    RecoveredPeriod,
    RecoveryReport,
    ServiceLine,
    SessionLine,
    StudentRecovery,
)
from central.reports.render_json import finding
from central.reports.rounding import total

VERSION = 1


def render(report: RecoveryReport) -> str:
    """Return the report as indented JSON, keys in a fixed order."""
    return indented.text(_members(report))


def _members(report: RecoveryReport) -> dict[str, Any]:  # Any: JSON of mixed shapes
    return {
        "version": VERSION,
        "report": "recovery",
        "school": {"name": report.school, "code": report.school_code, "is_practice": report.is_practice},
        "school_year": report.year,
        "as_of": report.as_of.isoformat(),
        "time_zone": report.zone,
        "made_at": report.made_at.isoformat(),
        "rule_set": report.rule_set,
        "digest": report.digest,
        "periods": [_period(period) for period in report.periods],
        "students": [_student(student) for student in report.students],
        "sessions": [_session(line) for line in report.sessions],
        "absence_summaries": [
            {
                "student": row.student,
                "school": row.school,
                "days_expected": row.days_expected,
                "days_attended": row.days_attended,
                "days_absent": row.days_absent,
                "days_recovered": None if row.days_recovered is None else str(row.days_recovered),
            }
            for row in report.summaries
        ],
        "findings": [finding(found) for found in report.findings],
        "caveats": [finding(found) for found in report.caveats],
    }


def _period(period: RecoveredPeriod) -> dict[str, Any]:  # Any: as above
    return {
        "period": period.kind.value,
        "rows": [
            {
                "school": line.school,
                "track": line.track,
                "grade_span": line.span.value,
                "recovered_days": line.days,
                "days_taught": line.divisor,
                "exact": str(line.ada),
                "ada": str(line.cell),
            }
            for line in period.lines
        ],
        "ada": str(total(line.cell for line in period.lines)),
    }


def _student(student: StudentRecovery) -> dict[str, Any]:  # Any: as above
    return {
        "student": student.student,
        "records": [
            {
                "startDate": record.since.isoformat(),
                "endDate": record.until.isoformat() if record.until else None,
                "comment": record.comment,
            }
            for record in student.records
        ],
        "services": [_service(line) for line in student.services],
        "accounts": [{"period": name, **_account(account)} for name, account in student.periods],
        "absences_made_up": [
            {"date": day.on.isoformat(), "school": day.school, "track": day.track, "grade": day.grade.value}
            for day in student.made_up
        ],
    }


def _service(line: ServiceLine) -> dict[str, Any]:  # Any: as above
    service = line.service
    return {
        "number": line.number,
        "serviceType": service.kind.value,
        "startDate": service.since.isoformat(),
        "endDate": service.until.isoformat() if service.until else None,
        "schoolNumber": service.school,
        "isCalendar": service.is_calendar,
        "daysUsed": service.days_used,
        "timeEarned": service.minutes_earned,
        "comments": service.comments,
        "figures": [
            {
                "as_of": figure.as_of.isoformat(),
                "version": figure.version,
                "days_used": figure.days_used,
                "minutes_earned": figure.minutes_earned,
                "rule_set": figure.rule_set,
                "at": figure.at.isoformat(),
            }
            for figure in line.figures
        ],
    }


def _account(account: RecoveryAccount) -> dict[str, Any]:  # Any: as above
    return {
        "to": account.as_of.isoformat(),
        "raw_minutes": account.raw_minutes,
        "credited_minutes": account.credited_minutes,
        "minutes_banked": account.minutes_banked,
        "minutes_expired": account.minutes_expired,
        "days_earned": [on.isoformat() for on in account.earned_on],
        "days_expired": account.days_expired,
        "absences_recoverable": [absence.on.isoformat() for absence in account.recoverable],
        "days_allowed": account.days_allowed,
        "days_used": account.days_used,
        "days_used_beside_attendance": account.days_used_beside_attendance,
    }


def _session(line: SessionLine) -> dict[str, Any]:  # Any: as above
    return {
        "session": line.session,
        "date": line.on.isoformat(),
        "starts": f"{line.begins:%H:%M}",
        "ends": f"{line.ends:%H:%M}",
        "students": line.students,
        "teachers": line.teachers,
        "ratio": line.ratio,
        "minutes": line.minutes,
        "is_signed": line.is_signed,
        "standards": line.standards,
    }
