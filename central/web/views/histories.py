"""What was recorded before: of a class over a month, and of a student with every step and its evidence."""

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from central.reports.render_csv import table as csv_table
from central.store.models import Section, Staff
from central.store.queries.record_histories import (
    ClassMonth,
    check_ins_of,
    class_month,
    day_strip,
    records_of,
)
from central.store.queries.student_search import students_seen_by
from central.web import clock
from central.web.access import sections_seen_by
from central.web.dates import date_in
from central.web.downloads import attachment
from central.work import viewings
from central.work.viewings import Seen

_ON_A_PAGE = 50
_STRIP_DAYS = 35


def class_history(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show a class's month as a grid of students and days, or hand it out as CSV, as it is shown."""
    first = _month(request.GET.get("month", ""), clock.today(staff.school))
    last = _next_month(first) - timedelta(days=1)
    section = _section(staff, code, first, last)
    month = class_month(section, first, last)
    viewings.note(staff, Seen("class-history", section=section), clock.now())
    if request.GET.get("format") == "csv":
        return _as_csv(month, f"{section.code}_{first:%Y-%m}.csv".replace("/", "-"))
    page = {
        "section": section,
        "month": month,
        "first": first,
        "before": first - timedelta(days=1),
        "after": _next_month(first),
        "is_ahead": _next_month(first) > clock.today(staff.school),
    }
    return render(request, "web/class_history.html", page)


def student_history(request: HttpRequest, staff: Staff, number: str) -> HttpResponse:
    """Show a student's records, the newest first, each with its decisions and its evidence down to taps."""
    student = get_object_or_404(students_seen_by(staff), number=number)
    records = Paginator(records_of(student), _ON_A_PAGE).get_page(request.GET.get("page"))
    called = check_ins_of(student, [record.on for record in records])
    viewings.note(staff, Seen("student-history", student=student), clock.now())
    page = {
        "student": student,
        "records": records,
        "lines": [(record, called.get((record.section_id, record.on), [])) for record in records],
        "strip": day_strip(student, clock.today(staff.school), _STRIP_DAYS),
    }
    return render(request, "web/student_history.html", page)


def _month(text: str, today: date) -> date:
    """Return the first day of the month an address names."""
    return date_in(f"{text}-01" if text else "", today).replace(day=1)


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _section(staff: Staff, code: str, first: date, last: date) -> Section:
    """Return the class of that code in a month, if it concerns somebody at its end or its beginning."""
    for on in (last, first):
        found = sections_seen_by(staff, on).select_related("track", "room").filter(code=code).first()
        if found is not None:
            return found
    raise Http404


def _as_csv(month: ClassMonth, name: str) -> HttpResponse:
    head = ("student_number", "student", *(on.isoformat() for on in month.days))
    body = [(student.number, str(student), *signs) for student, signs in month.rows]
    # The mark at the start tells spreadsheets that accents are UTF-8.
    return attachment("\ufeff" + csv_table([head, *body]), name)
