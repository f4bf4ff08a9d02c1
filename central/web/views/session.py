"""One class on one day: what was tapped, what is needed, what was changed, and the teacher's signature."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateformat import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from central.errors import CentralError
from central.store.evidence import Evidence
from central.store.models import Meeting, Section, Staff
from central.store.queries.day_classes import held_on
from central.web import clock
from central.web.access import sections_seen_by
from central.web.dates import date_in
from central.web.second_factor import can_sign_by_passkey, factor_in, passkey_asked
from central.web.sending import REFUSED
from central.work import notices, passkeys, review, viewings
from central.work.certify import Signature, certify_with
from central.work.changes import Action, Change
from central.work.journal_signs import Sources
from central.work.propose import Word, mark_rest_absent, propose
from central.work.room_state import RoomState, room_state, silent_since
from central.work.session_sheet import session_sheet
from central.work.tool_rights import Right, Tool, may
from central.work.undo import take_back
from central.work.viewings import Seen

_ASKED_AT_ONCE = ("is_noticed", "is_keyed")


def session(request: HttpRequest, staff: Staff, code: str, on: str) -> HttpResponse:
    """Show a class's day; a form changes its records, takes a change back, or certifies them."""
    day = date_in(on, clock.today(staff.school))
    seen = sections_seen_by(staff, day).select_related("school", "room", "track")
    seen = seen.annotate(is_noticed=notices.has_unsettled(day), is_keyed=can_sign_by_passkey(staff))
    section = held_on(seen, day).filter(code=code).first()
    meeting = _meeting(section, day) if section else None
    if section is None:
        section = get_object_or_404(seen, code=code)
    if request.method != "POST" and "passkey" in request.GET:
        return passkey_asked(staff, passkeys.certifying(section, day))
    status = 200
    if request.method == "POST":
        try:
            _carry_out(request, staff, section, day)
        except CentralError as error:
            messages.error(request, str(error))
            status = REFUSED
        else:
            return redirect(reverse("session", args=[section.code, day.isoformat()]))
    page = _page(request, staff, section, day, meeting)
    viewings.note(staff, Seen("session", section=section, on=day), clock.now())
    return render(request, "web/session.html", page, status=status)


def _meeting(section: Section, on: date) -> Meeting | None:
    starts, ends = (getattr(section, name) for name in ("starts", "ends"))
    return Meeting(section=section, weekday=on.weekday(), starts=starts, ends=ends) if starts else None


def _carry_out(request: HttpRequest, staff: Staff, section: Section, on: date) -> None:
    """Do what the pressed button says; raises CentralError with nothing written."""
    form = request.POST
    deed, word = form.get("do", "certify"), Word(staff, clock.now(), form.get("late_reason", ""))
    if student := form.get("undo", ""):
        if not student.isdecimal():
            raise Http404
        take_back(section, on, int(student), staff, word.at)
        messages.success(request, _("Taken back; history keeps both steps."))
    elif deed == "certify":
        _certify(request, staff, section, on)
    else:
        changes = list(changes_in(form))
        done = (mark_rest_absent if deed == "absent" else propose)(section, on, word, changes)
        said = ngettext(
            "%(n)d record changed; nothing counts before it is certified.",
            "%(n)d records changed; nothing counts before it is certified.",
            done,
        )
        messages.success(request, said % {"n": done})


def _certify(request: HttpRequest, staff: Staff, section: Section, on: date) -> None:
    form = request.POST
    signature = Signature(
        by=staff, at=clock.now(), late_reason=form.get("late_reason", ""), reason=form.get("reason", "")
    )
    factor = factor_in(form, passkeys.certifying(section, on))
    done = certify_with(factor, section, on, signature, list(changes_in(form)))
    present = ngettext("%(n)d present", "%(n)d present", done.present) % {"n": done.present}
    absent = ngettext("%(n)d absent", "%(n)d absent", done.absent) % {"n": done.absent}
    messages.success(
        request, _("Certified: %(present)s, %(absent)s.") % {"present": present, "absent": absent}
    )
    for warning in _warnings(review.unsettled(section, on, signature.at)):
        messages.warning(request, warning)


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


def _page(
    request: HttpRequest, staff: Staff, section: Section, on: date, meeting: Meeting | None
) -> dict[str, object]:
    """Return what the class's day is rendered from."""
    now, is_held = clock.now(), hasattr(section, "starts")
    room = room_state(section, meeting, on, now, Sources.of(settings.CONFIG))
    kept = {name: value for name, value in request.POST.items() if name.startswith(("action-", "why-"))}
    hours = _hours(meeting, on, ZoneInfo(staff.school.time_zone)) if meeting else None
    may_certify = staff.role == Staff.Role.TEACHER
    is_noticed, is_keyed = (getattr(section, name) for name in _ASKED_AT_ONCE)
    return {
        "section": section,
        "on": on,
        "meeting": meeting,
        "room": room,
        "silent_since": _silent_since(room, hours, now) if hours else None,
        "is_going_on": hours is not None and hours[0] <= now < hours[1],
        "sheet": session_sheet(section, on, is_held=is_held),
        "noticed": notices.unsettled_in(section, on) if may_certify and is_noticed else (),
        "is_late": on < clock.today(staff.school),
        "may_certify": may_certify,
        "has_passkey": may_certify and is_keyed,
        "may_add": may(staff, Tool.ATTENDANCE, Right.ADD),
        "may_change": may(staff, Tool.ATTENDANCE, Right.WRITE),
        "late_reason": request.POST.get("late_reason", ""),
        "reason": request.POST.get("reason", ""),
        "kept": kept,
    }


def _hours(meeting: Meeting, on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return datetime.combine(on, meeting.starts, zone), datetime.combine(on, meeting.ends, zone)


def _silent_since(room: RoomState, hours: tuple[datetime, datetime], now: datetime) -> datetime | None:
    """Say since when the room's station is silent; nothing of a class that is long over."""
    if not room.station or now.date() != hours[1].astimezone(now.tzinfo).date():
        return None
    contacts = Evidence(settings.CONFIG.evidence_at).contacts()
    return silent_since(contacts.get(room.station), hours, now)
