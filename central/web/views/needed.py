"""Everybody who is still needed on a day, class by class, marked absent a class at a time."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext

from central.errors import CentralError
from central.store.models import Staff
from central.store.queries.day_classes import held_on
from central.store.queries.needed import needed_in
from central.web import clock
from central.web.access import sections_seen_by
from central.web.dates import date_in
from central.web.sending import REFUSED
from central.work import viewings
from central.work.propose import Word, mark_rest_absent
from central.work.tool_rights import Right, Tool, may
from central.work.viewings import Seen

_ON_A_PAGE = 10


def needed(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the needed students of a day; a form marks those of one class absent."""
    now_on = clock.today(staff.school)
    on = date_in(request.GET.get("on", ""), now_on)
    status = 200
    if request.method == "POST":
        try:
            _mark_absent(request, staff, on)
        except CentralError as error:
            messages.error(request, str(error))
            status = REFUSED
        else:
            return redirect(f"{reverse('needed')}?on={on.isoformat()}")
    held = list(held_on(sections_seen_by(staff, on), on).select_related("room").order_by("code"))
    lacking = needed_in(held, on)
    classes = [(section, lacking[section.pk]) for section in held if section.pk in lacking]
    viewings.note(staff, Seen("needed", on=on), clock.now())
    page = {
        "on": on,
        "before": on - timedelta(1),
        "after": on + timedelta(1),
        "is_late": on < now_on,
        "is_today": on == now_on,
        "lines": Paginator(classes, _ON_A_PAGE).get_page(request.GET.get("page")),
        "students": sum(len(students) for _, students in classes),
        "may_add": may(staff, Tool.ATTENDANCE, Right.ADD),
        "named": request.POST.get("section", ""),
        "late_reason": request.POST.get("late_reason", ""),
    }
    return render(request, "web/needed.html", page, status=status)


def _mark_absent(request: HttpRequest, staff: Staff, on: date) -> None:
    """Mark the needed students of the class a form names absent; raises CentralError."""
    section = get_object_or_404(
        sections_seen_by(staff, on).select_related("school"), code=request.POST.get("section", "")
    )
    word = Word(staff, clock.now(), request.POST.get("late_reason", ""))
    done = mark_rest_absent(section, on, word)
    said = ngettext(
        "%(n)d record changed; nothing counts before it is certified.",
        "%(n)d records changed; nothing counts before it is certified.",
        done,
    )
    messages.success(request, said % {"n": done})
