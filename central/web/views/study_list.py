"""Independent study: everybody in it, what each agreement lacks and by when, and the ratio."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from central.reports.rounding import half_up
from central.reports.study_desk import Ratio, State, StudentDesk, study_desk
from central.store.models import Staff, Student
from central.web import clock
from central.web.years import day_asked, year_asked
from central.work import viewings

_PAGE = 50
_KEEPS: Mapping[str, tuple[object, Callable[[StudentDesk], bool]]] = {
    "open": (
        gettext_lazy("with an agreement that does not hold"),
        lambda line: any(one.state is not State.HOLDS for one in line.agreements),
    ),
    "none": (gettext_lazy("without an agreement"), lambda line: not line.agreements),
    "act": (gettext_lazy("to be engaged again"), lambda line: line.to_act_on is not None),
}


def study_list(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the students in independent study up to a day, with their agreements and the ratio."""
    today = clock.today(staff.school)
    if wanted := request.GET.get("open", "").strip():
        if Student.objects.filter(school=staff.school, number=wanted).exists():
            return redirect("study", wanted)
        messages.error(request, _("There is no student of this number; leading zeros count."))
    viewings.note(staff, viewings.Seen("study-list", on=today), clock.now())
    year = year_asked(request, staff.school, today)
    page: dict[str, object] = {"year": year, "today": today}
    if year is not None:
        as_of = day_asked(request, year, today)
        desk = study_desk(year, as_of)
        keep = request.GET.get("keep", "")
        kept = [line for line in desk.students if keep not in _KEEPS or _KEEPS[keep][1](line)]
        shown = Paginator(kept, _PAGE).get_page(request.GET.get("page"))
        numbers = [line.student for line in shown]
        rows = Student.objects.filter(school=staff.school, number__in=numbers)
        people = {person.number: person for person in rows}
        page |= {
            "as_of": as_of,
            "every": desk.students,
            "shown": shown,
            "lines": [(people[line.student], line) for line in shown],
            "keep": keep,
            "keeps": [(name, words) for name, (words, _is) in _KEEPS.items()],
            "ratio": _shown(desk.ratio),
        }
    return render(request, "web/study_list.html", page)


def _shown(ratio: Ratio) -> Mapping[str, object]:
    """Return the ratio as it is printed, rounded half up."""
    staffing = ratio.staffing
    fte = staffing.full_time_equivalents if staffing else None
    return {
        "ada": half_up(ratio.ada),
        "fte": half_up(fte) if fte is not None else None,
        "allowed": half_up(ratio.allowed) if ratio.allowed is not None else None,
        "carries": half_up(fte * ratio.allowed) if fte is not None and ratio.allowed is not None else None,
        "excess": half_up(ratio.excess) if ratio.excess else None,
    }
