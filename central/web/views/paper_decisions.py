"""One class's paper that waits for a decision: what it says, what else is known, and which is right."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from central.domain.attendance import Mark
from central.errors import CentralError
from central.store.models import PaperLine, PaperRuling, Section, Staff
from central.web import clock
from central.web.access import sections_seen_by
from central.web.dates import date_in
from central.web.sending import REFUSED, send
from central.work import adjudicate, viewings
from central.work.session_sheet import session_sheet
from central.work.tool_rights import Right, Tool, may
from central.work.viewings import Seen

_SHOWN = 50


def paper_decisions(request: HttpRequest, staff: Staff, code: str, on: str) -> HttpResponse:
    """Show both sides of each line that waits; a posted form decides one of them with its reason."""
    day = date_in(on, clock.today(staff.school))
    section = get_object_or_404(sections_seen_by(staff, day).select_related("school", "room"), code=code)
    status = 200
    if request.method == "POST":
        if send(request, lambda: _decide(request, staff, section, day), _("Decided; the reason is kept.")):
            return redirect(reverse("paper-decisions", args=[section.code, day.isoformat()]))
        status = REFUSED
    sheet = session_sheet(section, day, is_held=False)
    grounds = {line.record.pk: line.grounds for line in (*sheet.lines, *sheet.removed)}
    decided = PaperRuling.objects.filter(line__record__section=section, line__record__on=day)
    decided = decided.exclude(choice="").select_related("line__record__student", "line__sheet", "by")
    page = {
        "section": section,
        "on": day,
        "waiting": [(each, grounds.get(each.record.pk, ())) for each in sheet.undecided],
        "decided": decided.order_by("-pk")[:_SHOWN],
        "may_decide": may(staff, Tool.PAPER, Right.ADD),
        "is_teacher": staff.role == Staff.Role.TEACHER,
        "form": request.POST,
        "absent": Mark.ABSENT,
    }
    viewings.note(staff, Seen("paper decisions", section=section, on=day), clock.now())
    return render(request, "web/paper_decisions.html", page, status=status)


def _decide(request: HttpRequest, staff: Staff, section: Section, on: date) -> None:
    form = request.POST
    lines = PaperLine.objects.filter(record__section=section, record__on=on).select_related("record")
    key = form.get("line", "")
    if not key.isdecimal():
        raise Http404
    if form.get("choice") not in adjudicate.Choice.values:
        raise CentralError(_("Say which is right."))
    line = get_object_or_404(lines, pk=int(key))
    adjudicate.decide(line, form["choice"], form.get("reason", ""), staff, clock.now())
