"""The override fields of PowerSchool's attendance recovery page, as a sheet to key by hand."""

from typing import Final

from central.domain.calendar import SchoolYear as Year
from central.domain.period import PeriodKind
from central.exchange import layout
from central.exchange.layout import Cells, Column, Layout
from central.law.chronic import is_missed_day
from central.reports.chronic_books import gather
from central.reports.exports.asking import Ask, worth_knowing
from central.reports.groundwork import ground_of
from central.reports.recovery_books import books
from central.store.models import Student
from central.work.exports import Made, OutFile
from central.work.recovery_year import is_in_force

SHEET: Final = Layout(
    (
        Column("Student_Number", "student"),
        Column("Last_Name", "last_name"),
        Column("First_Name", "first_name"),
        Column("TotalAbsentDays", "absent"),
        Column("MinutesAttendedOverride", "minutes"),
        Column("RecoveryDaysOverride", "days"),
        Column("Note", text="key RecoveryDaysOverride; leave the days PowerSchool calculates alone"),
    )
)
_WARNING: Final = (
    "PowerSchool's page says that 180 minutes make a recovered day from grade 4 on; the law's minimum day "
    "is longer, so the days it calculates may be too many"
)


def make(ask: Ask) -> Made:
    """Return a line for each student of the ledger: absences, credited minutes and days used."""
    rows = _rows(ask)
    data = layout.write(SHEET, rows)
    warning = worth_knowing(
        "the sheet", _WARNING, "key the override fields from this sheet for every student"
    )
    return ask.made(
        files=(OutFile(ask.name(".csv"), data, len(rows)),) if rows else (),
        findings=(warning,),
    )


def _rows(ask: Ask) -> list[Cells]:
    year = Year(ask.year.name)
    if not is_in_force(year):
        return []
    ledger = books(ask.year, ask.as_of, ask.before)
    ground = ground_of(ask.year, PeriodKind.ANNUAL, ask.as_of, ask.now)
    away = gather(ask.year, ground, min(ask.as_of, year.ends_on)).absences
    names = {row.number: row for row in Student.objects.filter(school=ask.school)}
    rows: list[Cells] = []
    for student in ledger.ledger.students:
        account = ledger.account(student)
        rows.append(
            {
                "student": student,
                "last_name": names[student].family_name,
                "first_name": names[student].given_name,
                "absent": str(sum(is_missed_day(absence.reason) for absence in away.get(student, ()))),
                "minutes": str(account.credited_minutes),
                "days": str(account.days_used),
            }
        )
    return rows
