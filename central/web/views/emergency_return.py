"""The return to normal after an emergency: its audit, its review, the after-action list, the report."""

from datetime import date
from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.reports import emergency_report
from central.reports.board_papers import FORMS
from central.store import lookup
from central.store.models import AfterActionStep, Emergency, EmergencyStep, Staff, Student
from central.store.queries.emergencies import end_of
from central.web import clock
from central.web.downloads import CSV, attachment
from central.web.sending import REFUSED, date_of, number_of, send
from central.web.views.emergencies import found
from central.work import after_action, emergencies, emergency_audit, viewings
from central.work.recovery_act import Act
from central.work.tool_rights import Right, Tool, may

MEDIA: Final = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": CSV,
}
_PAGE = 50
_MOST_NUMBER = 10**15


def return_to_normal(request: HttpRequest, staff: Staff, year: str, emergency: str) -> HttpResponse:
    """Show the audit of an emergency and what follows from it; a posted form resolves, reviews or lists."""
    row = found(staff, year, emergency)
    status = 200
    if request.method == "POST":
        act = Act(staff, clock.now(), request.POST.get("reason", ""))
        said = _("It is on file under your name.")
        if send(request, lambda: _carry_out(request.POST, row, act), said):
            return redirect("emergency-return", year, emergency)
        status = REFUSED
    lines = emergency_audit.audit(row, clock.now())
    _note(staff, [line.found.student for line in lines if line.found.student], request)
    form = request.GET.get("form", "")
    if request.method == "GET" and form in FORMS:
        made = emergency_report.papers(row, clock.now()).written(form)
        return attachment(made, f"emergency_{row.code}_{year}.{form}", MEDIA[form])
    today = clock.today(staff.school)
    page = {
        "emergency": row,
        "end": end_of(row),
        "page": Paginator(sorted(lines, key=lambda line: not line.is_open), _PAGE).get_page(
            request.GET.get("page")
        ),
        "lines": len(lines),
        "open": sum(line.is_open for line in lines),
        "reviews": [step for step in row.steps.all() if step.kind == EmergencyStep.Kind.REVIEWED],
        "actions": [(line, line.is_late(today)) for line in after_action.listed(row)],
        "states": AfterActionStep.State.choices,
        "people": Staff.objects.filter(school=staff.school).order_by("family_name", "given_name", "pk"),
        "may_change": may(staff, Tool.EMERGENCIES, Right.WRITE),
        "today": today,
        "form": request.POST,
    }
    return render(request, "web/emergency_return.html", page, status=status)


def _note(staff: Staff, numbers: list[str], request: HttpRequest) -> None:
    if request.method == "GET" and numbers:
        named = Student.objects.filter(school=staff.school, number__in=set(numbers))
        viewings.note_all(staff, "emergency-return", named, clock.now())


def _carry_out(form: QueryDict, row: Emergency, act: Act) -> None:
    """Carry out the form; raises CentralError with nothing written."""
    row, what = emergencies.find(row.school_year, row.code), form.get("do")
    if what in {"resolve", "open-again"}:
        names = form.getlist("line")
        if not names:
            raise CentralError(_("Choose at least one line."))
        word = emergency_audit.resolve if what == "resolve" else emergency_audit.open_again
        word(row, names, act)
    elif what == "review":
        emergencies.review(row, date_of(form, "on"), act)
    elif what == "action":
        owner = lookup.staff(form.get("owner", ""))
        after_action.add(row, form.get("what", ""), owner, date_of(form, "due"), act)
    elif what == "action-step":
        action = after_action.action_of(row, number_of(form, "action", _MOST_NUMBER))
        after_action.take_step(action, form.get("state", ""), act, due_on=_due(form))
    else:
        raise CentralError(_("The form names an action that does not exist; reload the page."))


def _due(form: QueryDict) -> date | None:
    return date_of(form, "due") if form.get("due") else None
