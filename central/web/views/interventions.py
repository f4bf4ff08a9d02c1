"""The page of interventions: whose absence calls for somebody, and what was done; nothing is ever sent."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.store import lookup
from central.store.models import InterventionStep, Staff
from central.web import clock
from central.web.access import is_bound_to_classes, students_seen_by
from central.web.sending import REFUSED, date_of, send
from central.work import interventions as verbs
from central.work import viewings
from central.work.interventions import LAW, SENTENCES, Call, Done
from central.work.tool_rights import Right, Tool, may

_PAGE = 50
KINDS = {
    verbs.IN_A_ROW: "Days in a row",
    verbs.MONTH: "Low month",
    verbs.CHRONIC: "Chronic absence",
    verbs.TRUANCY: "Truancy (minors)",
}
"""What each kind of call is named on the page."""


@dataclass(frozen=True, slots=True)
class _Shown:
    call: Call
    title: str
    sentence: str
    law: str


def interventions(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the calls, filtered as the address says; a posted form keeps a step."""
    status = 200
    if request.method == "POST":
        if send(request, lambda: _step(request, staff), _("Kept, with your name.")):
            return redirect(request.get_full_path())
        status = REFUSED
    every = seen_by(staff, verbs.calls(staff.school, clock.now()))
    kind = request.GET.get("kind", "")
    shows_closed = request.GET.get("show") == "closed"
    wanted = [each for each in every if each.is_open != shows_closed and kind in {"", each.kind}]
    shown = Paginator(wanted, _PAGE).get_page(request.GET.get("page"))
    if request.method == "GET":
        viewings.note_all(staff, "interventions", [call.student for call in shown], clock.now())
    open_calls = [each for each in every if each.is_open]
    page = {
        "lines": [_shown(call) for call in shown],
        "page": shown,
        "kind": kind,
        "shows_closed": shows_closed,
        "counts": [(each, _(KINDS[each]), sum(c.kind == each for c in open_calls)) for each in KINDS],
        "total": len(open_calls),
        "states": [(state.value, _(state.label)) for state in InterventionStep.State],
        "may_step": may(staff, Tool.INTERVENTIONS, Right.WRITE),
        "form": request.POST,
    }
    return render(request, "web/interventions.html", page, status=status)


def seen_by(staff: Staff, calls: list[Call]) -> list[Call]:
    """Return the calls somebody may see: of the own classes, where that is all one sees."""
    if not is_bound_to_classes(staff):
        return calls
    own = set(students_seen_by(staff, clock.today(staff.school)).values_list("pk", flat=True))
    return [call for call in calls if call.student.pk in own]


def _shown(call: Call) -> _Shown:
    return _Shown(call, _(KINDS[call.kind]), _(SENTENCES[call.kind]) % call.figures, LAW[call.kind])


def _step(request: HttpRequest, staff: Staff) -> None:
    form = request.POST
    state = form.get("state", "")
    if state not in InterventionStep.State.values:
        raise CentralError(_("Say what was done: contacted, planned or closed."))
    done = Done(
        form.get("kind", ""), date_of(form, "since"), InterventionStep.State(state), form.get("says", "")
    )
    student = lookup.student(form.get("student", ""))
    if is_bound_to_classes(staff) and student not in students_seen_by(staff, clock.today(staff.school)):
        raise CentralError(_("That student is in none of your classes."))
    verbs.take_step(student, done, staff, clock.now())
