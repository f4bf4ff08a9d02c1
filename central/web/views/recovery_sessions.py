"""Recovery sessions: their list, and one with its roster, minutes, taps beside, and signature."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from central.domain.calendar import SchoolYear as Year
from central.errors import CentralError
from central.reports import session_desk
from central.store.models import RecoverySession, Staff
from central.web import clock, panels
from central.web.dates import date_in
from central.web.second_factor import factor_in, has_passkey, passkey_asked
from central.web.sending import REFUSED
from central.web.session_forms import SessionForm, held_session, minutes_in, new_session
from central.work import passkeys, recovery_attendance, recovery_sessions, viewings
from central.work.recovery_act import Act
from central.work.recovery_attendance import Signature
from central.work.tool_rights import Right, Tool, may


def sessions(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the sessions of a time, newest first; a sent panel adds one."""
    if request.method != "POST":
        is_asked = "new" in request.GET and may(staff, Tool.SESSIONS, Right.ADD)
        return _list(request, staff, new_session(staff.school) if is_asked else None)
    form = new_session(staff.school, request.POST)
    if not form.is_valid():
        return _list(request, staff, form, REFUSED)
    try:
        row = recovery_sessions.add(staff.school, form.wish(), Act(staff, clock.now()))
    except CentralError as error:
        panels.tell(form, error)
        return _list(request, staff, form, REFUSED)
    messages.success(request, _("The session is saved. Document its minutes once it was held."))
    return redirect("recovery-session", row.code)


def one(request: HttpRequest, staff: Staff, session: str) -> HttpResponse:
    """Show one session; a sent form changes it, documents its minutes, or signs for them."""
    rows = RecoverySession.objects.select_related("school", "room")
    row = get_object_or_404(rows, school=staff.school, code=session)
    form = held_session(row)
    if request.method != "POST":
        if "passkey" in request.GET:
            return passkey_asked(staff, passkeys.certifying_session(row))
        viewings.note(staff, viewings.Seen("recovery-session", on=row.on), clock.now())
        return _page(request, staff, row, form)
    try:
        said = _done(request, staff, row)
    except CentralError as error:
        if request.POST.get("do") in {"save", "delete"}:
            form = held_session(row, request.POST)
            form.is_valid()
            form.errors.clear()
            panels.tell(form, error)
        else:
            messages.error(request, str(error))
        return _page(request, staff, row, form, REFUSED)
    if said is None:
        return _page(request, staff, row, held_session(row, request.POST), REFUSED)
    messages.success(request, said)
    if request.POST.get("do") == "delete":
        return redirect("recovery-sessions")
    return redirect("recovery-session", row.code)


def _done(request: HttpRequest, staff: Staff, row: RecoverySession) -> str | None:
    """Carry out a sent form and say what was done; None where the form is not complete."""
    sent, now = request.POST, clock.now()
    act = Act(staff, now, sent.get("reason", ""))
    verb = sent.get("do")
    if verb == "minutes":
        news = recovery_attendance.document(row, list(minutes_in(staff.school, sent)), act)
        said = ngettext("The minutes of %(n)d student", "The minutes of %(n)d students", news) % {"n": news}
        return _("%(minutes)s are documented; they count once a teacher of the session signs.") % {
            "minutes": said
        }
    if verb == "sign":
        factor = factor_in(sent, passkeys.certifying_session(row))
        signed = recovery_attendance.sign_with(factor, row, Signature(staff, now))
        total = sum(signed.minutes.values())
        return _("Signed: %(minutes)d minutes.") % {"minutes": total}
    if verb == "delete":
        recovery_sessions.delete(row, act)
        return _("The session is deleted; what it was stays in the audit log.")
    form = held_session(row, sent)
    if not form.is_valid():
        return None
    recovery_sessions.edit(row, form.edit(), act)
    return _("The session is changed; what it was before stays in the audit log.")


def _list(request: HttpRequest, staff: Staff, form: SessionForm | None, status: int = 200) -> HttpResponse:
    today = clock.today(staff.school)
    year = Year.of(today)
    since = date_in(request.GET.get("since", ""), year.starts_on)
    until = date_in(request.GET.get("until", ""), year.ends_on)
    held = session_desk.sessions_held(staff.school, since, until)
    page = {
        "since": since,
        "until": until,
        "lines": [(row, session_desk.ratio(len(row.present), row.teachers)) for row in held],
        "form": form,
        "may_add": may(staff, Tool.SESSIONS, Right.ADD),
        "today": today,
    }
    return render(request, "web/recovery_sessions.html", page, status=status)


def _page(
    request: HttpRequest, staff: Staff, row: RecoverySession, form: SessionForm, status: int = 200
) -> HttpResponse:
    is_own = recovery_attendance.is_own(row, staff)
    may_write = may(staff, Tool.SESSIONS, Right.WRITE)
    typed = {name: text for name, text in request.POST.items() if name.startswith(("minutes-", "more-"))}
    desk = session_desk.session_desk(row)
    page = {
        "session": row,
        "desk": desk,
        "seats": [(seat, typed.get(f"minutes-{seat.student.pk}", seat.minutes)) for seat in desk.seats],
        "teachers": [
            taught.staff for taught in row.teachers.select_related("staff").order_by("staff__number")
        ],
        "signature": row.signatures.select_related("by").order_by("-revision").first(),
        "form": form,
        "more_number": typed.get("more-number", ""),
        "more_minutes": typed.get("more-minutes", ""),
        "reason": request.POST.get("reason", ""),
        "has_minutes": any(seat.minutes for seat in desk.seats),
        "may_write": may_write,
        "may_document": may_write and (is_own or staff.role != Staff.Role.TEACHER),
        "may_sign": is_own,
        "has_passkey": is_own and has_passkey(staff),
        "may_delete": may(staff, Tool.SESSIONS, Right.DELETE),
    }
    return render(request, "web/recovery_session.html", page, status=status)
