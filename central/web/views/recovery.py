"""Attendance Recovery of one student: the Program Editor, and one record in its panel."""

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from central.errors import CentralError
from central.store.models import RecoveryRecord, Staff, Student
from central.web import clock, panels
from central.web.access import student_of_school
from central.web.dates import date_in
from central.web.sending import REFUSED
from central.work import recovery_records, viewings
from central.work.recovery_act import Act
from central.work.recovery_faults import Dates, RecordWish
from central.work.tool_rights import Right, Tool, may


class RecordForm(Form):
    """Program Information, with the names the student information system gives its fields."""

    start_date = panels.day(gettext_lazy("Start Date"), is_needed=True)
    end_date = panels.day(gettext_lazy("End Date"))
    comments = panels.comment(gettext_lazy("Comments"))
    reason = panels.line(gettext_lazy("Reason for the change or deletion"))

    def wish(self) -> RecordWish:
        """Return what the record is to say."""
        since = panels.date_of(self, "start_date") or date.min
        comment = panels.one_line(panels.text_of(self, "comments"))
        return RecordWish(Dates(since, panels.date_of(self, "end_date")), comment)


def recovery(request: HttpRequest, staff: Staff, number: str) -> HttpResponse:
    """Show a student's recovery records, newest first; a sent panel saves or deletes one."""
    student = student_of_school(staff, number)
    record = _viewed(request, student)
    if request.method != "POST":
        viewings.note(staff, viewings.Seen("recovery", student=student), clock.now())
        return _page(request, staff, student, record, _unsent(request, staff, record))
    form = _form(record, request.POST)
    try:
        done = _delete(request, staff, record) if request.POST.get("do") == "delete" else None
        done = done or _save(form, staff, student, record)
    except CentralError as error:
        form.is_valid()
        form.errors.clear()
        panels.tell(form, error)
        return _page(request, staff, student, record, form, REFUSED)
    if done is None:
        return _page(request, staff, student, record, form, REFUSED)
    messages.success(request, done)
    return redirect("recovery", student.number)


def _save(form: Form, staff: Staff, student: Student, record: RecoveryRecord | None) -> str | None:
    """Add or change the record; None where the form itself is not complete."""
    if not form.is_valid() or not isinstance(form, RecordForm):
        return None
    act, wish = Act(staff, clock.now(), panels.text_of(form, "reason")), form.wish()
    if record is None:
        recovery_records.add(student, wish, act)
        return _("The Attendance Recovery record is saved.")
    dates = wish.dates
    wanted = recovery_records.Edit(dates.since, dates.until, wish.comment, reopens=dates.until is None)
    recovery_records.edit(record, wanted, act)
    return _("The Attendance Recovery record is changed; what it said before stays in the audit log.")


def _delete(request: HttpRequest, staff: Staff, record: RecoveryRecord | None) -> str:
    if record is None:
        raise Http404
    recovery_records.delete(record, Act(staff, clock.now(), request.POST.get("reason", "")))
    return _("The Attendance Recovery record is deleted; what it said stays in the audit log.")


def _viewed(request: HttpRequest, student: Student) -> RecoveryRecord | None:
    """Return the record the address names by its first day, if it names one."""
    if "view" not in request.GET:
        return None
    since = date_in(request.GET["view"], date.min)
    rows = RecoveryRecord.objects.select_related("student__school", "modified_by")
    return get_object_or_404(rows, student=student, since=since)


def _unsent(request: HttpRequest, staff: Staff, record: RecoveryRecord | None) -> Form | None:
    """Return the panel an address asks for, as it is before anybody typed into it."""
    if record is not None:
        said = {"start_date": record.since, "end_date": record.until, "comments": record.comment}
        form = _form(record, None, said)
        if not may(staff, Tool.RECORDS, Right.WRITE):
            for field in form.fields.values():
                field.disabled = True
        return form
    is_asked = "new" in request.GET and may(staff, Tool.RECORDS, Right.ADD)
    return _form(None, None) if is_asked else None


def _form(
    record: RecoveryRecord | None, data: QueryDict | None, initial: Mapping[str, object] | None = None
) -> RecordForm:
    form = RecordForm(data, initial=dict(initial or {}))
    if record is None:
        # A new record says why it is there by itself.
        del form.fields["reason"]
    return form


def _page(
    request: HttpRequest,
    staff: Staff,
    student: Student,
    record: RecoveryRecord | None,
    form: Form | None,
    status: int = 200,
) -> HttpResponse:
    since, until = (request.GET.get(name, "") for name in ("since", "until"))
    records = recovery_records.listed(
        student, date_in(since, date.min) if since else None, date_in(until, date.max) if until else None
    )
    page = {
        "student": student,
        "records": records,
        "record": record,
        "form": form,
        "since": since,
        "until": until,
        "base": reverse("recovery", args=[student.number]),
        "may_add": may(staff, Tool.RECORDS, Right.ADD),
        "may_write": may(staff, Tool.RECORDS, Right.WRITE),
        "may_delete": may(staff, Tool.RECORDS, Right.DELETE),
    }
    return render(request, "web/recovery.html", page, status=status)
