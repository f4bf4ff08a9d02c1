"""The recovery ledger of one student as of a reporting date, today or any day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from central.domain.calendar import SchoolYear as Year
from central.reports.student_ledger import student_ledger
from central.store.models import Staff
from central.web import clock
from central.web.access import student_of_school
from central.web.years import day_asked, year_asked
from central.work import viewings
from central.work.recovery_year import BEGAN, is_in_force


def ledger(request: HttpRequest, staff: Staff, number: str) -> HttpResponse:
    """Show minutes, days, caps and what was taken back, each line with its session and citation."""
    student = student_of_school(staff, number)
    today = clock.today(staff.school)
    viewings.note(staff, viewings.Seen("recovery-ledger", student=student), clock.now())
    year = year_asked(request, staff.school, today)
    page: dict[str, object] = {"student": student, "year": year, "began": BEGAN, "today": today}
    if year is not None:
        as_of = day_asked(request, year, today)
        named = Year(year.name)
        page |= {"as_of": as_of, "is_in_force": is_in_force(named)}
        if is_in_force(named) and named.starts_on <= as_of <= today:
            page["ledger"] = student_ledger(year, student.number, as_of, clock.now())
        elif is_in_force(named):
            page["is_out"] = True
    return render(request, "web/recovery_ledger.html", page)
