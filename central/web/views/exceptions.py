"""The page of exceptions: what happened, why it matters, what to do, and settling a line with a reason."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from central.store.models import Staff
from central.web import clock
from central.web.access import is_bound_to_classes, sections_seen_by, students_seen_by
from central.web.dates import date_in
from central.web.sending import REFUSED, send
from central.work import exceptions as verbs
from central.work import viewings
from central.work.exception_kinds import MEANINGS, ExceptionKind, ExceptionLine
from central.work.tool_rights import Right, Tool, may

_PAGE = 50


@dataclass(frozen=True, slots=True)
class _Shown:
    """One line in the reader's words, with the address to go to."""

    line: ExceptionLine
    title: str
    happened: str
    why: str
    do: str
    address: str


def exceptions(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the queue, filtered as the address says; a posted form settles one line."""
    today = clock.today(staff.school)
    since = date_in(request.GET.get("since", ""), today) if request.GET.get("since") else None
    queue = verbs.queue(staff.school, clock.now(), since, mine_of(staff, today))
    status = 200
    if request.method == "POST":
        if send(request, lambda: _settle(request, staff, queue), _("Settled, until its facts change.")):
            return redirect(f"{reverse('exceptions')}?{request.GET.urlencode()}")
        status = REFUSED
    kind = _kind(request)
    settled = request.GET.get("show") == "settled"
    pages = Paginator(queue.of(kind, settled=settled), _PAGE)
    shown = pages.get_page(request.GET.get("page"))
    if request.method == "GET":
        named = [student for line in shown for student in line.students]
        viewings.note_all(staff, "exceptions", named, clock.now())
    page = {
        "lines": [_shown(line) for line in shown],
        "page": shown,
        "kind": kind,
        "settled": settled,
        "since": since or today - timedelta(days=verbs.DAYS - 1),
        "counts": [(each, _(MEANINGS[each].title), n) for each, n in _counts(queue) if n or each == kind],
        "total": sum(queue.open_by_kind.values()),
        "may_settle": may(staff, Tool.EXCEPTIONS, Right.WRITE),
        "form": request.POST,
    }
    return render(request, "web/exceptions.html", page, status=status)


def mine_of(staff: Staff, on: date) -> verbs.Mine | None:
    """Return what a teacher may see of the queue; None for those who see the whole school."""
    if not is_bound_to_classes(staff):
        return None
    places = sections_seen_by(staff, on).values_list("code", "room__name")
    students = set(students_seen_by(staff, on).values_list("pk", flat=True))
    return verbs.Mine(students, {place for pair in places for place in pair if place})


def _counts(queue: verbs.Queue) -> list[tuple[ExceptionKind, int]]:
    return [(kind, queue.open_by_kind.get(kind, 0)) for kind in ExceptionKind]


def _kind(request: HttpRequest) -> ExceptionKind | None:
    text = request.GET.get("kind", "")
    if text and text not in set(ExceptionKind):
        raise Http404
    return ExceptionKind(text) if text else None


def _settle(request: HttpRequest, staff: Staff, queue: verbs.Queue) -> None:
    named = (request.POST.get("kind"), request.POST.get("key"))
    line = next((each for each in queue.lines if (each.kind, each.key) == named), None)
    if line is None:
        raise Http404
    is_settled = request.POST.get("again") != "open"
    verbs.settle(line, staff, request.POST.get("reason", ""), clock.now(), is_settled=is_settled)


def _shown(line: ExceptionLine) -> _Shown:
    meaning = line.meaning
    try:
        address = reverse(line.page, args=line.arguments) if line.page else ""
    except NoReverseMatch:
        address = ""
    return _Shown(
        line, _(meaning.title), _(meaning.happened) % line.figures, _(meaning.why), _(meaning.do), address
    )
