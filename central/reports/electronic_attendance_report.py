"""Published: gather the evidence for the six points the state asks of electronic attendance."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from central.domain.local_day import start_of
from central.reports.electronic_attendance import ElectronicAttendanceReport, Letter, RoleSight
from central.reports.electronic_attendance_findings import find
from central.reports.entry_books import gather
from central.reports.occasion import Occasion, occasion
from central.store.models import RequirementEvidence, SchoolYear, Staff
from central.store.queries.viewing_figures import Looks, looks_by_page, looks_by_role, people_by_role
from central.work.login_figures import login_figures
from central.work.tool_rights import RIGHTS, Right, Tool

TITLE: Final = "Electronic attendance: the six points"
ABOUT: Final = (
    "Evidence for the state's letter of August 3, 2009: entry on its day, changes, who looked, logins."
)
LETTER_ROW: Final = "duty-electronic-approval"
"""The row of the requirements register the auditor's letter is filed under."""


def report(year: SchoolYear, as_of: date, now: datetime) -> ElectronicAttendanceReport:
    """Return the evidence of a school year up to a day.

    Records, changes, looks and signatures are those written by the end of the day; paper, roles and
    logins are those known now. Raises CentralError as `occasion` does.
    """
    of = occasion(year, as_of, now)
    begins = start_of(of.since, ZoneInfo(of.zone))
    books = gather(year, of)
    made = ElectronicAttendanceReport(
        of=of,
        days=books.rows(),
        late=tuple(books.late),
        changes=tuple(books.changes),
        program_changes=dict(sorted(books.by_program.items())),
        sight=tuple(_sight(year, begins, of.before)),
        looks_by_page=looks_by_page(year.school, begins, of.before),
        logins=login_figures(year, begins, of.before),
        letter=_letter(year, of),
        findings=(),
    )
    return replace(made, findings=tuple(find(made)))


def _sight(year: SchoolYear, since: datetime, before: datetime) -> Iterator[RoleSight]:
    looks = looks_by_role(year.school, since, before)
    people = people_by_role(year.school)
    for role in Staff.Role:
        yield RoleSight(
            role=str(role.label),
            signs=role is Staff.Role.TEACHER,
            sees_histories=role in RIGHTS[Tool.ATTENDANCE][Right.READ],
            sees_reports=role in RIGHTS[Tool.REPORTS][Right.READ],
            people=people.get(role.value, 0),
            looks=looks.get(role.value, Looks(0, 0)),
        )


def _letter(year: SchoolYear, of: Occasion) -> Letter | None:
    """Return the auditor's letter in force on the day, None where none is filed."""
    rows = RequirementEvidence.objects.filter(school=year.school, row=LETTER_ROW, at__lt=of.before)
    found: Letter | None = None
    for row in rows.select_related("by").order_by("pk"):
        if row.is_withdrawn:
            found = None
        elif row.since <= of.as_of and (row.until is None or of.as_of <= row.until):
            found = Letter(row.since, row.until, row.says, row.document, row.sha256, row.by.number)
    return found
