"""The students: found by name or number as one types, and one student's own page of dated facts."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.store.models import Credential, Enrollment, Placement, Staff, Student
from central.store.queries.student_search import found_on, matching, students_seen_by
from central.web import clock
from central.web.sending import REFUSED
from central.work import preferred_name, viewings
from central.work.credential_verbs import handle
from central.work.tool_rights import Right, Tool, may
from central.work.viewings import Seen

_ON_A_PAGE = 50


def students(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the students, those a typed text is found in; while one types only the list is sent anew."""
    asked = request.GET.get("q", "")[:100]
    keys = Paginator(matching(students_seen_by(staff), asked), _ON_A_PAGE)
    lines = keys.get_page(request.GET.get("page"))
    page = {
        "asked": asked,
        "address": urlencode({"q": asked}),
        "lines": lines,
        "count": keys.count,
        "found": found_on(list(lines), clock.today(staff.school)),
    }
    is_typing = request.headers.get("HX-Request") == "true"
    if not is_typing:
        viewings.note(staff, Seen("students"), clock.now())
    return render(request, "web/_students.html" if is_typing else "web/students.html", page)


def student(request: HttpRequest, staff: Staff, number: str) -> HttpResponse:
    """Show who a student is and what was true of them when; a posted form keeps how they are addressed."""
    person = get_object_or_404(students_seen_by(staff), number=number)
    status = 200
    if request.method == "POST":
        try:
            preferred_name.prefer(person, request.POST.get("preferred_name", ""), staff, clock.now())
        except CentralError as error:
            messages.error(request, str(error))
            status = REFUSED
        else:
            messages.success(request, _("Kept. Registers and reports go on with the legal name."))
            return redirect("student", person.number)
    else:
        viewings.note(staff, Seen("student", student=person), clock.now())
    return render(request, "web/student.html", _facts(staff, person), status=status)


def _facts(staff: Staff, person: Student) -> dict[str, object]:
    enrollments = Enrollment.objects.filter(student=person).select_related("track__school_year")
    placements = Placement.objects.filter(student=person).select_related(
        "section__room", "section__school_year"
    )
    now_on = clock.today(staff.school)
    (found,) = found_on([person.pk], now_on)
    return {
        "student": person,
        "now": found.enrollment,
        "on": now_on,
        "may_see_birth": may(staff, Tool.ELIGIBILITY, Right.READ),
        "may_rename": may(staff, Tool.STUDENTS, Right.WRITE),
        "enrollments": enrollments.order_by("-since"),
        "placements": placements.order_by("-since", "section__code"),
        "cards": _cards(person) if may(staff, Tool.CREDENTIALS, Right.READ) else None,
    }


def _cards(person: Student) -> list[dict[str, object]]:
    rows = Credential.objects.filter(student=person).prefetch_related("events").order_by("-since", "-pk")
    return [{"row": row, "handle": handle(bytes(row.token))} for row in rows]
