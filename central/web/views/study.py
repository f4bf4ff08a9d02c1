"""Independent study of one student: agreements, daily work, and the days that count."""

from typing import TypeAlias

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.reports import study_desk
from central.reports.study_desk import StudentDesk
from central.store.models import Staff, Student, StudyAgreement
from central.web import clock, panels
from central.web.access import student_of_school
from central.web.sending import REFUSED
from central.web.study_forms import AgreementForm, TurnForm, WorkForm, agreement_form, work_form
from central.web.years import day_asked, year_asked
from central.work import viewings
from central.work.recovery_act import Act
from central.work.study import add_agreement
from central.work.study_enrollments import turn
from central.work.study_withdrawal import withdraw_agreement
from central.work.study_work import add_work
from central.work.tool_rights import Right, Tool, may

_Open: TypeAlias = "tuple[str, StudyAgreement | None]"
"""Which panel is open: `agreement`, `work`, `turn` or none; and the agreement it shows."""
_PANELS = frozenset({"agreement", "work", "turn"})


def study(request: HttpRequest, staff: Staff, number: str) -> HttpResponse:
    """Show a student's independent study; a sent panel keeps or withdraws something."""
    student = student_of_school(staff, number)
    row = _viewed(request, student)
    panel = "agreement" if row else request.GET.get("new", "")
    desk = _desk(request, staff, student)
    if request.method != "POST":
        viewings.note(staff, viewings.Seen("study", student=student), clock.now())
        right = Right.WRITE if row else Right.ADD
        form = _form((panel, row), desk, staff, None) if may(staff, Tool.STUDY, right) else None
        return _page(request, staff, student, (desk, row, panel), form)
    form = _form((panel, row), desk, staff, request.POST)
    if form is None:
        messages.error(request, _("Choose what is to be added."))
        return _page(request, staff, student, (desk, None, ""), None, REFUSED)
    try:
        done = _done(request, form, staff, student, row)
    except CentralError as error:
        form.is_valid()
        form.errors.clear()
        panels.tell(form, error)
        done = None
    if done is None:
        return _page(request, staff, student, (desk, row, panel), form, REFUSED)
    messages.success(request, done)
    return redirect("study", student.number)


def _done(
    request: HttpRequest, form: Form, staff: Staff, student: Student, row: StudyAgreement | None
) -> str | None:
    """Carry out the panel and say what was done; None where it is not complete."""
    act = Act(staff, clock.now(), request.POST.get("reason", ""))
    if request.POST.get("do") == "withdraw" and row is not None:
        withdraw_agreement(student.number, row.code, act)
        return _("The agreement is withdrawn; it stays on file, and none of its days count.")
    if not form.is_valid():
        return None
    if isinstance(form, AgreementForm):
        add_agreement(form.line(student.number), act)
        return _("The agreement is on file.")
    if isinstance(form, WorkForm):
        add_work(form.line(student.number), act)
        return _("The day's work is on file; of two rows of a day the last one counts.")
    if isinstance(form, TurnForm):
        turn(student, form.turn(), act)
        return _("It is on file how the student is taught.")
    return None


def _form(open_: _Open, desk: StudentDesk | None, staff: Staff, data: QueryDict | None) -> Form | None:
    panel, row = open_
    if panel == "agreement":
        known = [one.agreement for one in desk.agreements] if desk else []
        mine = next((one for one in known if row is not None and one.agreement == row.code), None)
        return agreement_form(row, mine, data)
    if panel == "work":
        return work_form(staff.school, staff, data)
    return TurnForm(data) if panel == "turn" else None


def _viewed(request: HttpRequest, student: Student) -> StudyAgreement | None:
    named = request.GET.get("view", "")
    return get_object_or_404(StudyAgreement, student=student, code=named) if named else None


def _desk(request: HttpRequest, staff: Staff, student: Student) -> StudentDesk | None:
    today = clock.today(staff.school)
    year = year_asked(request, staff.school, today)
    return study_desk.of_one(year, student.pk, day_asked(request, year, today)) if year else None


def _page(
    request: HttpRequest,
    staff: Staff,
    student: Student,
    shown: tuple[StudentDesk | None, StudyAgreement | None, str],
    form: Form | None,
    status: int = 200,
) -> HttpResponse:
    desk, row, panel = shown
    today = clock.today(staff.school)
    page = {
        "student": student,
        "year": year_asked(request, staff.school, today),
        "today": today,
        "desk": desk,
        "days": study_desk.days_of(desk) if desk else [],
        "withdrawn": StudyAgreement.objects.filter(student=student, is_withdrawn=True).order_by("-since"),
        "form": form,
        "row": row,
        "panel": panel if panel in _PANELS else "",
        "base": reverse("study", args=[student.number]),
        "may_add": may(staff, Tool.STUDY, Right.ADD),
        "may_write": may(staff, Tool.STUDY, Right.WRITE),
    }
    return render(request, "web/study.html", page, status=status)
