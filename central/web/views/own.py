"""A student's own pages: today, the record by month, a notice, an appeal, and who looked at the record."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from central.domain.calendar import DateSpan
from central.domain.errors import DomainError
from central.errors import CentralError
from central.store.models import AbsenceNotice, Appeal, CheckIn, Section, Student
from central.store.queries.own_record import OwnClass, classes_of_day, looks_at, records_of_month
from central.web import clock
from central.web.dates import date_in
from central.web.sending import REFUSED, date_of, send
from central.work import appeals, check_in, notices, viewings
from central.work.check_in import Said
from central.work.viewings import Seen

_DECEMBER = 12
_NEWEST = 20


def own(request: HttpRequest, student: Student) -> HttpResponse:
    """Show today's classes and what was recorded; a posted form checks in to one from afar."""
    status = 200
    if request.method == "POST":
        if send(
            request,
            lambda: _check_in(request, student),
            _("You have checked in. Your teacher decides what it counts for."),
        ):
            return redirect("own")
        status = REFUSED
    elif request.method == "GET":
        viewings.note(student, Seen("own", student=student), clock.now())
    today = clock.today(student.school)
    classes = classes_of_day(student, today)
    page = {
        "here": "own",
        "today": today,
        "classes": [(each, _may_check_in(student, each, today)) for each in classes],
        "taught": any(each.is_taught for each in classes),
        "notices": notices.unsettled(student, today),
    }
    return render(request, "web/own.html", page, status=status)


def own_record(request: HttpRequest, student: Student) -> HttpResponse:
    """Show the own record of one month, newest day first."""
    today = clock.today(student.school)
    first = _month(request.GET.get("month", ""), today)
    after = _next(first)
    if request.method == "GET":
        viewings.note(student, Seen("own-record", student=student), clock.now())
    page = {
        "here": "own-record",
        "first": first,
        "before": (first - timedelta(1)).replace(day=1),
        "after": after if after <= today else None,
        "records": records_of_month(student, first, after - timedelta(1)),
        "appeals": student.appeals.prefetch_related("steps").order_by("-pk")[:_NEWEST],
    }
    return render(request, "web/own_record.html", page)


def own_notice(request: HttpRequest, student: Student) -> HttpResponse:
    """Show the own notices of absence; a posted form gives one."""
    status = 200
    if request.method == "POST":
        if send(request, lambda: _notice(request, student), _("Thank you. The school knows.")):
            return redirect("own-notice")
        status = REFUSED
    rows = AbsenceNotice.objects.filter(student=student).prefetch_related("decisions")
    page = {
        "here": "own-notice",
        "today": clock.today(student.school),
        "notices": rows.order_by("-since", "-pk")[:_NEWEST],
        "form": request.POST,
    }
    return render(request, "web/own_notice.html", page, status=status)


def own_appeal(request: HttpRequest, student: Student) -> HttpResponse:
    """Show one day of the own record and the appeals about it; a posted form makes one."""
    today = clock.today(student.school)
    on = date_in(request.GET.get("on", ""), today)
    code = request.GET.get("class", "")
    section = _section(student, code, on) if code else None
    status = 200
    if request.method == "POST":
        says = request.POST.get("says", "")
        said = _("The school has your words. You read the answer under “My record”.")
        if send(request, lambda: appeals.appeal(student, section, on, says, clock.now()), said):
            return redirect(f"{reverse('own-record')}?month={on:%Y-%m}")
        status = REFUSED
    page = {
        "here": "own-record",
        "on": on,
        "section": section,
        "records": records_of_month(student, on, on),
        "appeals": Appeal.objects.filter(student=student, on=on).prefetch_related("steps"),
        "form": request.POST,
    }
    return render(request, "web/own_appeal.html", page, status=status)


def own_looks(request: HttpRequest, student: Student) -> HttpResponse:
    """Show who looked at the own record."""
    page = {"here": "own-looks", "looks": looks_at(student)}
    return render(request, "web/own_looks.html", page)


def _may_check_in(student: Student, of: OwnClass, on: date) -> bool:
    return of.check_in is None and of.record is None and check_in.may_check_in(student, of.section, on)


def _check_in(request: HttpRequest, student: Student) -> None:
    on = clock.today(student.school)
    way = request.POST.get("way", CheckIn.Way.REMOTE)
    if way not in CheckIn.Way.values:
        raise CentralError(_("Say how you take part."))
    section = _section(student, request.POST.get("section", ""), on)
    check_in.check_in(student, Said(section, on, CheckIn.Way(way)), clock.now())


def _notice(request: HttpRequest, student: Student) -> None:
    form = request.POST
    since = date_of(form, "since")
    until = date_of(form, "until") if form.get("until") else since
    try:
        days = DateSpan(since, until)
    except DomainError as error:
        raise CentralError(_("The last day comes before the first.")) from error
    notices.give(student, days, form.get("says", ""), None, clock.now())


def _section(student: Student, code: str, on: date) -> Section:
    """Return one of the student's own classes of a day; any other is a wrong address."""
    placed = Section.objects.filter(code=code, placements__student=student, placements__since__lte=on)
    found = placed.exclude(placements__until__lt=on).distinct().first()
    if found is None:
        raise Http404
    return found


def _month(text: str, today: date) -> date:
    return date_in(f"{text}-01" if text else "", today).replace(day=1)


def _next(first: date) -> date:
    year, month = (first.year + 1, 1) if first.month == _DECEMBER else (first.year, first.month + 1)
    return date(year, month, 1)
