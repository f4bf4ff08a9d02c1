"""The students in recovery: the bank of each against the cap, with its table and file."""

from collections.abc import Callable, Mapping, Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from central.errors import CentralError
from central.reports import recovery_desk
from central.reports.charts.recovery_bank import Bar, Words, recovery_bank
from central.reports.recovery import RecoveryReport
from central.reports.recovery_desk import DeskLine
from central.reports.recovery_report import report
from central.store.models import SchoolYear, Staff, Student
from central.web import clock
from central.web.downloads import attachment
from central.web.years import day_asked, year_asked
from central.work import viewings
from central.work.recovery_act import Act
from central.work.recovery_figures import update_services
from central.work.tool_rights import Right, Tool, may

_PAGE = 50


def _waits(line: DeskLine) -> bool:
    return bool(line.account.days_unused or line.account.minutes_banked)


_KEEPS: Mapping[str, tuple[object, Callable[[DeskLine], bool]]] = {
    "findings": (gettext_lazy("with findings"), lambda line: bool(line.findings)),
    "waiting": (gettext_lazy("with days or minutes in the bank"), _waits),
    "cap": (gettext_lazy("at the cap"), lambda line: line.account.days_used >= line.account.days_allowed),
    "no-record": (gettext_lazy("without a record"), lambda line: not line.has_record),
}


def recovery_list(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the students in recovery as of a day; a posted form lets the ledger write its services."""
    today = clock.today(staff.school)
    year = year_asked(request, staff.school, today)
    if request.method == "POST":
        return _update(request, staff, year)
    if wanted := request.GET.get("open", "").strip():
        if Student.objects.filter(school=staff.school, number=wanted).exists():
            return redirect("recovery", wanted)
        messages.error(request, _("There is no student of this number; leading zeros count."))
    viewings.note(staff, viewings.Seen("recovery-list", on=today), clock.now())
    page: dict[str, object] = {"year": year, "may_update": may(staff, Tool.SERVICES, Right.WRITE)}
    if year is not None:
        page["as_of"] = day_asked(request, year, today)
        page |= _lines(request, year, staff)
    return render(request, "web/recovery_list.html", page)


def recovery_file(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Hand out the list as a file."""
    today = clock.today(staff.school)
    year = year_asked(request, staff.school, today)
    if year is None:
        raise Http404
    as_of = day_asked(request, year, today)
    try:
        lines = recovery_desk.desk(year, report(year, as_of, clock.now()))
    except CentralError as error:
        raise Http404(str(error)) from error
    viewings.note(staff, viewings.Seen("recovery-file", on=today), clock.now())
    name = f"recovery_bank_{year.name}_as-of_{as_of}.csv"
    return attachment(recovery_desk.render(lines), name)


def _update(request: HttpRequest, staff: Staff, year: SchoolYear | None) -> HttpResponse:
    if year is None:
        raise Http404
    as_of = day_asked(request, year, clock.today(staff.school))
    try:
        done = update_services(year, as_of, Act(staff, clock.now()))
    except CentralError as error:
        messages.error(request, str(error))
        page = {"year": year, "as_of": as_of, "may_update": may(staff, Tool.SERVICES, Right.WRITE)}
        return render(request, "web/recovery_list.html", page | _lines(request, year, staff), status=409)
    said = _("The ledger wrote %(figures)d dated figures; %(changed)d services changed.")
    messages.success(request, said % {"figures": done.figures, "changed": done.changed})
    return redirect(f"{reverse('recovery-list')}?year={year.name}")


def _lines(request: HttpRequest, year: SchoolYear, staff: Staff) -> dict[str, object]:
    as_of = day_asked(request, year, clock.today(staff.school))
    try:
        made = report(year, as_of, clock.now())
    except CentralError as error:
        return {"problem": str(error)}
    every = recovery_desk.desk(year, made)
    keep, text = request.GET.get("keep", ""), request.GET.get("student", "").strip()
    chosen = [line for line in every if _is_kept(line, keep, text)]
    shown = Paginator(chosen, _PAGE).get_page(request.GET.get("page"))
    return {
        "made": made,
        "every": every,
        "lines": shown,
        "chart": _chart(list(shown), made),
        "keep": keep,
        "keeps": [(name, words) for name, (words, _is) in _KEEPS.items()],
        "text": text,
        "others": recovery_desk.about(made.findings, every),
        "cap": recovery_desk.cap(made),
    }


def _is_kept(line: DeskLine, keep: str, text: str) -> bool:
    if keep in _KEEPS and not _KEEPS[keep][1](line):
        return False
    wanted = text.casefold()
    return wanted in f"{line.student} {line.student.number}".casefold()


def _chart(lines: Sequence[DeskLine], made: RecoveryReport) -> str:
    bars = [Bar(str(line.student), line.account.days_used, line.account.days_unused) for line in lines]
    most = recovery_desk.cap(made)
    words = Words(
        title=_("Recovery bank: days used and waiting, against %(cap)d days a year") % {"cap": most},
        used=_("days used"),
        waiting=_("days waiting"),
        cap=_("the cap: %(cap)d days a school year") % {"cap": most},
    )
    return mark_safe(recovery_bank(bars, most, words))  # noqa: S308  drawn by our own function, which escapes every label
