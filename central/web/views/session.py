"""One class on one day: what was tapped, what is needed, and the teacher's signature."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateformat import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from central.errors import CentralError
from central.store.models import Section, Staff
from central.store.timetable import meeting_on
from central.web import clock
from central.web.access import sections_seen_by
from central.web.dates import date_in
from central.work import review
from central.work.certify import Signature, certify_with_code
from central.work.changes import Action, Change
from central.work.journal_signs import Sources
from central.work.room_state import room_state

_CONFLICT = 409


def session(request: HttpRequest, staff: Staff, code: str, on: str) -> HttpResponse:
    """Show a class's day; a signed form certifies it."""
    day = date_in(on, clock.today(staff.school))
    section = get_object_or_404(sections_seen_by(staff, day), code=code)
    if request.method == "POST":
        try:
            return _certify(request, staff, section, day)
        except CentralError as error:
            messages.error(request, str(error))
            return _page(request, staff, section, day, status=_CONFLICT)
    return _page(request, staff, section, day)


def _certify(request: HttpRequest, staff: Staff, section: Section, on: date) -> HttpResponse:
    """Carry out the form; raises CentralError with nothing written."""
    form = request.POST
    signature = Signature(
        by=staff, at=clock.now(), late_reason=form.get("late_reason", ""), reason=form.get("reason", "")
    )
    done = certify_with_code(section, on, signature, form.get("code", "").strip(), list(changes_in(form)))
    present = ngettext("%(n)d present", "%(n)d present", done.present) % {"n": done.present}
    absent = ngettext("%(n)d absent", "%(n)d absent", done.absent) % {"n": done.absent}
    messages.success(
        request, _("Certified: %(present)s, %(absent)s.") % {"present": present, "absent": absent}
    )
    for warning in _warnings(review.unsettled(section, on, signature.at)):
        messages.warning(request, warning)
    return redirect(reverse("session", args=[section.code, on.isoformat()]))


def _warnings(unsettled: review.Unsettled) -> Iterable[str]:
    """Say what is still open in a session that was just signed."""
    if unsettled.ends:
        ends = time_format(unsettled.ends, "g:i A")
        yield _("The class ends at %(ends)s; taps from now on will not change its records.") % {"ends": ends}
    if unsettled.taps:
        yield ngettext(
            "%(n)d tap of that day in the room belongs to nobody known yet.",
            "%(n)d taps of that day in the room belong to nobody known yet.",
            unsettled.taps,
        ) % {"n": unsettled.taps}


def changes_in(form: Mapping[str, str]) -> Iterable[Change]:
    """Yield the changes a posted form asks for: fields `action-<student>` and `why-<student>`."""
    for name, value in form.items():
        verb, _dash, student = name.partition("-")
        if verb == "action" and value and student.isdecimal():
            if value not in set(Action):
                raise CentralError(_("The form names an action that does not exist; reload the page."))
            yield Change(int(student), Action(value), form.get(f"why-{student}", ""))


def _page(request: HttpRequest, staff: Staff, section: Section, on: date, status: int = 200) -> HttpResponse:
    """Render the class's day."""
    inbox, meeting = review.inbox(section, on), meeting_on(section, on)
    kept = {name: value for name, value in request.POST.items() if name.startswith(("action-", "why-"))}
    page = {
        "here": "today",
        "section": section,
        "on": on,
        "meeting": meeting,
        "room": room_state(section, meeting, on, clock.now(), Sources.of(settings.CONFIG)),
        "inbox": inbox,
        "needed": review.needed(section, on),
        "refuted": review.refuted(section, on),
        "certification": review.certification(section, on),
        "is_late": on < clock.today(staff.school),
        "may_certify": staff.role == Staff.Role.TEACHER,
        "late_reason": request.POST.get("late_reason", ""),
        "reason": request.POST.get("reason", ""),
        "kept": kept,
    }
    return render(request, "web/session.html", page, status=status)
