"""The pages of faults: reporting one from any page or a station's label, and IT's list of them."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.store.models import FaultStep, School, Staff, Station, Student
from central.web import clock
from central.web.access import staff_of
from central.web.sending import REFUSED, send
from central.work import faults as verbs
from central.work.faults import Fault
from central.work.tool_rights import Right, Tool, may

_PAGE = 50


@login_required
def fault_anywhere(request: HttpRequest) -> HttpResponse:
    """Lead whoever follows a station's label or a page's link to the form of their own side."""
    name = "fault-report" if staff_of(request) else "own-fault"
    query = request.GET.urlencode()
    return redirect(f"{reverse(name)}?{query}" if query else reverse(name))


def fault_report(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Take a report from a member of staff."""
    return _report(request, staff, "faults")


def own_fault(request: HttpRequest, student: Student) -> HttpResponse:
    """Take a report from a student."""
    return _report(request, student, "own")


def faults(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the faults, unsolved first unless asked otherwise; a posted form adds a step."""
    status = 200
    if request.method == "POST":
        if send(request, lambda: _step(request, staff), _("Kept, with your name.")):
            return redirect("faults")
        status = REFUSED
    shows_all = request.GET.get("show") == "all"
    rows = verbs.with_state(staff.school) if shows_all else verbs.unsolved(staff.school)
    shown = Paginator(rows.prefetch_related("steps__by"), _PAGE).get_page(request.GET.get("page"))
    page = {
        "page": shown,
        "shows_all": shows_all,
        "may_step": may(staff, Tool.FAULTS, Right.WRITE),
        "may_report": may(staff, Tool.FAULTS, Right.ADD),
        "form": request.POST,
    }
    return render(request, "web/faults.html", page, status=status)


def _report(request: HttpRequest, by: Staff | Student, then: str) -> HttpResponse:
    station = _station(by.school, request.GET.get("station", ""))
    status = 200
    if request.method == "POST":
        wish = Fault(request.POST.get("says", ""), request.POST.get("page", ""), station)
        said = _("Thank you. IT has it on the list; not solved in time, it goes to the school leader.")
        if send(request, lambda: verbs.report(wish, by, clock.now()), said):
            return redirect(then)
        status = REFUSED
    page = {
        "station": station,
        "seen_on": request.POST.get("page") or request.GET.get("page", "")[:200],
        "says": request.POST.get("says", ""),
    }
    return render(request, "web/fault_report.html", page, status=status)


def _station(school: School, code: str) -> Station | None:
    if not code:
        return None
    found = Station.objects.filter(school=school, code=code).select_related("room").first()
    if found is None:
        raise Http404
    return found


def _step(request: HttpRequest, staff: Staff) -> None:
    text, state = request.POST.get("fault", ""), request.POST.get("state", "")
    rows = verbs.with_state(staff.school)
    row = rows.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004  digits of a key
    if row is None or state not in {FaultStep.State.TAKEN, FaultStep.State.SOLVED}:
        raise CentralError(_("Choose a fault of the list, and what you did."))
    verbs.step(row, FaultStep.State(state), staff, request.POST.get("says", ""), clock.now())
