"""The school leader's desk: classes nobody signed, faults not solved in time, and the school's own audit."""

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from central.store.models import (
    AttendanceRecord,
    AuditSample,
    CalendarDay,
    Meeting,
    Section,
    SessionCertification,
    Staff,
)
from central.web import clock
from central.web.dates import date_in
from central.web.sending import REFUSED, date_of, number_of, send
from central.work import audit_samples, faults, viewings
from central.work.audit_samples import Draw
from central.work.policies import value
from central.work.tool_rights import Right, Tool, may

_MOST, _SEEDS, _SHOWN = 200, 2**31 - 1, 20


def desk(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what waits for the leader; a posted form draws a sample."""
    status = 200
    if request.method == "POST":
        drawn: list[AuditSample] = []
        if send(request, lambda: drawn.append(_draw(request, staff)), _("Drawn. Check each record.")):
            return redirect("sample", drawn[0].pk)
        status = REFUSED
    today = clock.today(staff.school)
    on = date_in(request.GET.get("on", ""), today)
    page = {
        "on": on,
        "is_today": on == today,
        "before": on - timedelta(1),
        "after": on + timedelta(1),
        "unsigned": unsigned(staff, on, clock.now()),
        "faults": faults.escalated(staff.school)[:_SHOWN],
        "samples": AuditSample.objects.filter(school=staff.school)
        .select_related("by")
        .order_by("-pk")[:_SHOWN],
        "since": today - timedelta(30),
        "until": today,
        "size": value(staff.school, "audit_sample_records", today),
        "seed": random.SystemRandom().randrange(1, _SEEDS),
        "may_draw": may(staff, Tool.SAMPLES, Right.ADD),
        "form": request.POST,
    }
    return render(request, "web/desk.html", page, status=status)


def unsigned(staff: Staff, on: date, now: datetime) -> list[Meeting]:
    """Return the classes of a day that are over and nobody has signed, by their end."""
    taught = CalendarDay.objects.filter(track__school_year__school=staff.school, on=on, is_taught=True)
    rows = list(taught.values_list("track_id", "track__school_year_id"))
    tracks, years = {one for one, _year in rows}, {year for _one, year in rows}
    signed = SessionCertification.objects.filter(section__school=staff.school, on=on).values("section")
    sections = Section.objects.filter(school=staff.school, since__lte=on, until__gte=on).exclude(
        pk__in=signed
    )
    meetings = Meeting.objects.filter(section__in=sections, weekday=on.weekday()).order_by(
        "ends", "section__code"
    )
    zone = ZoneInfo(staff.school.time_zone)
    return [
        meeting
        for meeting in meetings.select_related("section__room").prefetch_related(
            "section__assignments__staff"
        )
        if datetime.combine(on, meeting.ends, zone) <= now
        and (
            meeting.section.track_id in tracks
            or (meeting.section.track_id is None and meeting.section.school_year_id in years)
        )
    ]


def sample(request: HttpRequest, staff: Staff, sample: int) -> HttpResponse:
    """Show the records of a sample; a posted form says of one whether it is right."""
    row = get_object_or_404(
        AuditSample.objects.select_related("by", "school"), pk=sample, school=staff.school
    )
    status = 200
    if request.method == "POST":
        if send(request, lambda: _check(request, row, staff), _("Kept, with your name.")):
            return redirect("sample", row.pk)
        status = REFUSED
    found = AttendanceRecord.objects.select_related("student", "section").in_bulk(row.records)
    checks = audit_samples.result(row)
    if request.method == "GET":
        viewings.note_all(staff, "sample", [record.student for record in found.values()], clock.now())
    page = {
        "sample": row,
        "lines": [(found[key], checks.get(key)) for key in row.records if key in found],
        "right": sum(each.is_right for each in checks.values()),
        "wrong": sum(not each.is_right for each in checks.values()),
        "left": len(row.records) - len(checks),
        "may_check": may(staff, Tool.SAMPLES, Right.WRITE),
        "form": request.POST,
    }
    return render(request, "web/sample.html", page, status=status)


def _draw(request: HttpRequest, staff: Staff) -> AuditSample:
    form = request.POST
    wish = Draw(
        date_of(form, "since"),
        date_of(form, "until"),
        number_of(form, "size", _MOST),
        number_of(form, "seed", _SEEDS),
    )
    return audit_samples.draw(wish, staff, clock.now())


def _check(request: HttpRequest, row: AuditSample, staff: Staff) -> None:
    form = request.POST
    record = number_of(form, "record", 10**15)
    is_right = form.get("found") == "right"
    audit_samples.check(row, record, staff, form.get("says", ""), clock.now(), is_right=is_right)
