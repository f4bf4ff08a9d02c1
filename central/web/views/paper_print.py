"""The page that prints class sheets: choose classes and a day or its week, get one PDF."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from central.domain.class_sheet import week_of
from central.errors import CentralError
from central.reports import class_sheets, lettering
from central.store.models import PrintedSheet, Staff
from central.store.queries.class_plans import Planned, class_plans
from central.web import clock
from central.web.access import sections_seen_by
from central.web.dates import date_in
from central.web.downloads import attachment
from central.web.sending import REFUSED
from central.work.print_sheets import print_sheets
from central.work.tool_rights import Right, Tool, may

_PAGE = 50


def paper_print(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the classes held on a day and the sheets so far; a posted form answers with the PDF."""
    asked = request.POST if request.method == "POST" else request.GET
    on = date_in(asked.get("on", ""), clock.today(staff.school))
    span = week_of(on) if asked.get("span") == "week" else (on, on)
    status = 200
    if request.method == "POST":
        try:
            return _printed(request, staff, span)
        except CentralError as error:
            messages.error(request, str(error))
            status = REFUSED
    planned = class_plans(sections_seen_by(staff, on), *span)
    chosen = set(request.POST.getlist("section"))
    sheets = PrintedSheet.objects.filter(section__in=sections_seen_by(staff, on))
    sheets = sheets.select_related("section", "printed_by", "kit").order_by("-pk")
    page = {
        "on": on,
        "is_week": span[0] != span[1],
        "classes": [
            (each, _students(each), each.section.code in chosen) for each in planned if each.plan.held(*span)
        ],
        "page": Paginator(sheets, _PAGE).get_page(request.GET.get("page")),
        "may_print": may(staff, Tool.SHEETS, Right.ADD),
        "may_see_kits": may(staff, Tool.KITS, Right.READ),
    }
    return render(request, "web/paper_print.html", page, status=status)


def _printed(request: HttpRequest, staff: Staff, span: tuple[date, date]) -> HttpResponse:
    sections = sections_seen_by(staff, span[0])
    if "all" not in request.POST:
        codes = request.POST.getlist("section")
        if not codes:
            raise CentralError(_("Choose at least one class."))
        sections = sections.filter(code__in=codes)
    letters = lettering.register()
    sheets = print_sheets(sections, span, staff, clock.now())
    name = f"class-sheets-{sheets[0].code.on_first}.pdf"
    return attachment(class_sheets.draw(sheets, letters), name, "application/pdf")


def _students(each: Planned) -> int:
    return len(each.plan.listed(each.plan.days))
