"""Program Services of one student: the services of Attendance Recovery, and one of them in its panel."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from central.domain.recovery import ServiceKind
from central.errors import CentralError
from central.reports.figure_history import versions
from central.store.models import RecoveryRecord, RecoveryService, School, Staff, Student
from central.web import clock, panels
from central.web.access import student_of_school
from central.web.dates import date_in
from central.web.sending import REFUSED
from central.web.service_form import ServiceForm
from central.work import recovery_records, recovery_services, viewings
from central.work.recovery_act import Act
from central.work.tool_rights import Right, Tool, may

_TOOL = "attendance-recovery"


def services(request: HttpRequest, staff: Staff, number: str) -> HttpResponse:
    """Show a student's services, newest first; a sent panel saves or deletes one."""
    student = student_of_school(staff, number)
    service = _viewed(request, student)
    records = recovery_records.listed(student)
    if request.method != "POST":
        viewings.note(staff, viewings.Seen("recovery-services", student=student), clock.now())
        return _page(request, staff, student, service, _unsent(request, staff, service, records))
    form = _form(service, records, student.school, request.POST)
    try:
        done = _delete(request, staff, service) if request.POST.get("do") == "delete" else None
        done = done or _save(form, staff, service, records)
    except CentralError as error:
        form.is_valid()
        form.errors.clear()
        panels.tell(form, error)
        done = None
    if done is None:
        return _page(request, staff, student, service, form, REFUSED)
    messages.success(request, done)
    return redirect("recovery-services", student.number)


def _save(
    form: ServiceForm, staff: Staff, service: RecoveryService | None, records: Sequence[RecoveryRecord]
) -> str | None:
    """Add or change the service; None where the form itself is not complete."""
    if not form.is_valid():
        return None
    act = Act(staff, clock.now(), panels.text_of(form, "reason"))
    if service is not None:
        recovery_services.restate(service, form.wish(ServiceKind(service.kind)), act)
        return _("The service record is changed; what it said before stays in the audit log.")
    named = panels.text_of(form, "associated_record")
    record = next((row for row in records if str(row.since) == named), None)
    if record is None:
        raise Http404
    recovery_services.add(record, form.wish(), act)
    return _("The service record is saved.")


def _delete(request: HttpRequest, staff: Staff, service: RecoveryService | None) -> str:
    if service is None:
        raise Http404
    recovery_services.delete(service, Act(staff, clock.now(), request.POST.get("reason", "")))
    return _("The service record is deleted; what it said stays in the audit log.")


def _viewed(request: HttpRequest, student: Student) -> RecoveryService | None:
    """Return the service the address names by its number, if it names one."""
    named = request.GET.get("view", "")
    if not named:
        return None
    if not named.isdecimal():
        raise Http404
    rows = RecoveryService.objects.select_related("record__student__school", "school", "modified_by")
    return get_object_or_404(rows, record__student=student, pk=int(named))


def _unsent(
    request: HttpRequest,
    staff: Staff,
    service: RecoveryService | None,
    records: Sequence[RecoveryRecord],
) -> ServiceForm | None:
    """Return the panel an address asks for, as it is before anybody typed into it."""
    if service is not None:
        form = _form(service, records, service.record.student.school, None)
        if not may(staff, Tool.SERVICES, Right.WRITE):
            form.close()
        return form
    is_asked = request.GET.get("new") == _TOOL and may(staff, Tool.SERVICES, Right.ADD)
    return _form(None, records, staff.school, None) if is_asked else None


def _form(
    service: RecoveryService | None,
    records: Iterable[RecoveryRecord],
    school: School,
    data: QueryDict | None,
) -> ServiceForm:
    return ServiceForm.of(service, records, School.objects.order_by("name"), school, data)


def _page(
    request: HttpRequest,
    staff: Staff,
    student: Student,
    service: RecoveryService | None,
    form: ServiceForm | None,
    status: int = 200,
) -> HttpResponse:
    since, until = (request.GET.get(name, "") for name in ("since", "until"))
    tool = request.GET.get("tool", "")
    found = recovery_services.listed(
        student, date_in(since, date.min) if since else None, date_in(until, date.max) if until else None
    )
    page = {
        "student": student,
        "services": found if tool in {"", _TOOL} else [],
        "service": service,
        "versions": versions(service) if service else [],
        "form": form,
        "is_choosing": request.GET.get("new") == "" and may(staff, Tool.SERVICES, Right.ADD),
        "since": since,
        "until": until,
        "tool": tool,
        "base": reverse("recovery-services", args=[student.number]),
        "may_add": may(staff, Tool.SERVICES, Right.ADD),
        "may_write": may(staff, Tool.SERVICES, Right.WRITE),
        "may_delete": may(staff, Tool.SERVICES, Right.DELETE),
        "may_add_record": may(staff, Tool.RECORDS, Right.ADD),
    }
    return render(request, "web/recovery_services.html", page, status=status)
