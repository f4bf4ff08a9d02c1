"""The pages of absence notices and check-ins taken by staff, of a conflict to settle, and of an appeal."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from central.domain.calendar import DateSpan
from central.domain.errors import DomainError
from central.errors import CentralError
from central.store import lookup
from central.store.models import (
    AbsenceNotice,
    Appeal,
    AppealStep,
    AttendanceRecord,
    CheckIn,
    Staff,
    Student,
)
from central.web import clock
from central.web.access import is_bound_to_classes, may_see, sections_seen_by, students_seen_by
from central.web.dates import date_in
from central.web.sending import REFUSED, date_of, send
from central.work import appeals, check_in, viewings
from central.work import notices as verbs
from central.work.appeals import Answered
from central.work.check_in import Said
from central.work.notices import Settled
from central.work.tool_rights import Right, Tool, may
from central.work.viewings import Seen

_SHOWN = 50
_BACK = timedelta(days=30)


def notices(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List notices, conflicts and appeals; a posted form takes a notice or a check-in."""
    status = 200
    if request.method == "POST":
        act = _take_check_in if request.POST.get("what") == "check-in" else _take_notice
        if send(request, lambda: act(request, staff), _("Kept, with your name.")):
            return redirect("notices")
        status = REFUSED
    today = clock.today(staff.school)
    sections = sections_seen_by(staff, today).order_by("code")
    own = students_seen_by(staff, today)
    rows = AbsenceNotice.objects.filter(student__school=staff.school, until__gte=today - _BACK)
    asked = appeals.open_appeals(staff.school).select_related("student", "section")
    found = verbs.conflicts(staff.school, today - _BACK, today)
    if is_bound_to_classes(staff):
        rows, asked = rows.filter(student__in=own), asked.filter(section__in=sections)
        mine = set(own.values_list("pk", flat=True))
        found = [each for each in found if each.notice.student_id in mine]
    shown = list(rows.select_related("student", "taken_by").order_by("-since", "-pk")[:_SHOWN])
    if request.method == "GET":
        named = [each.notice.student for each in found]
        named += [row.student for row in shown] + [row.student for row in asked]
        viewings.note_all(staff, "notices", named, clock.now())
    page = {
        "today": today,
        "conflicts": found,
        "notices": shown,
        "appeals": asked.order_by("pk"),
        "sections": sections,
        "ways": [CheckIn.Way.TOLD_STAFF, CheckIn.Way.PHONE_CALL],
        "may_take": may(staff, Tool.CHECK_INS, Right.ADD),
        "form": request.POST,
    }
    return render(request, "web/notices.html", page, status=status)


def _student(request: HttpRequest, staff: Staff) -> Student:
    student = lookup.student(request.POST.get("student", "").strip())
    if student.school_id != staff.school_id:
        raise CentralError(_("There is no student of that number; leading zeros count."))
    return student


def _take_notice(request: HttpRequest, staff: Staff) -> None:
    form = request.POST
    since = date_of(form, "since")
    until = date_of(form, "until") if form.get("until") else since
    try:
        days = DateSpan(since, until)
    except DomainError as error:
        raise CentralError(_("The last day comes before the first.")) from error
    verbs.give(_student(request, staff), days, form.get("says", ""), staff, clock.now())


def _take_check_in(request: HttpRequest, staff: Staff) -> None:
    form = request.POST
    on = date_of(form, "on")
    section = sections_seen_by(staff, on).filter(code=form.get("section", "")).first()
    way = form.get("way", "")
    if section is None or way not in CheckIn.Way.values:
        raise CentralError(_("Choose one of your classes of that day, and how it was said."))
    said = Said(section, on, CheckIn.Way(way), form.get("says", ""))
    check_in.take(_student(request, staff), said, staff, clock.now())


def notice(request: HttpRequest, staff: Staff, notice: int, on: str) -> HttpResponse:
    """Show one day of a notice beside what was recorded; a posted form settles which is right."""
    rows = AbsenceNotice.objects.filter(student__school=staff.school)
    row = get_object_or_404(rows.select_related("student__school", "taken_by"), pk=notice)
    day = date_in(on, row.since)
    if not row.since <= day <= row.until or not may_see(staff, row.student, day):
        raise Http404
    status = 200
    if request.method == "POST":
        was = request.POST.get("was", "")
        word = Settled(was == "present", staff, request.POST.get("reason", ""))
        if was not in {"present", "absent"}:
            messages.error(request, _("Say whether the student was present or absent."))
        elif send(request, lambda: verbs.settle(row, day, word, clock.now()), _("Settled.")):
            return redirect("notices")
        status = REFUSED
    elif request.method == "GET":
        viewings.note(staff, Seen("notice", student=row.student, on=day), clock.now())
    records = AttendanceRecord.objects.filter(student=row.student, on=day).exclude(stage="removed")
    page = {
        "notice": row,
        "on": day,
        "records": records.select_related("section").prefetch_related("taps__station__room"),
        "check_ins": CheckIn.objects.filter(student=row.student, on=day).select_related("section"),
        "decisions": row.decisions.filter(on=day).select_related("by").order_by("pk"),
        "may_settle": may(staff, Tool.CHECK_INS, Right.WRITE),
        "form": request.POST,
    }
    return render(request, "web/notice.html", page, status=status)


def appeal(request: HttpRequest, staff: Staff, appeal: int) -> HttpResponse:
    """Show an appeal beside what was recorded; a posted form answers it."""
    rows = Appeal.objects.filter(student__school=staff.school)
    row = get_object_or_404(rows.select_related("student__school", "section"), pk=appeal)
    if not may_see(staff, row.student, row.on):
        raise Http404
    status = 200
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        if answer not in AppealStep.Answer.values:
            messages.error(request, _("Say whether the record was corrected or stands."))
        else:
            word = Answered(AppealStep.Answer(answer), staff, request.POST.get("reason", ""))
            said = _("Answered. The student reads it on their page.")
            if send(request, lambda: appeals.answer(row, word, clock.now()), said):
                return redirect("notices")
        status = REFUSED
    elif request.method == "GET":
        viewings.note(staff, Seen("appeal", student=row.student, on=row.on), clock.now())
    records = AttendanceRecord.objects.filter(student=row.student, on=row.on)
    page = {
        "appeal": row,
        "records": records.select_related("section").order_by("section__code"),
        "steps": row.steps.select_related("by").order_by("pk"),
        "may_answer": may(staff, Tool.CHECK_INS, Right.WRITE),
        "form": request.POST,
    }
    return render(request, "web/appeal.html", page, status=status)
