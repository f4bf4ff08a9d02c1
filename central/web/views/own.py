"""A student's own record."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from central.store.models import Student


def own(request: HttpRequest, student: Student) -> HttpResponse:
    """Show a student the own attendance, newest first."""
    records = student.records.exclude(stage="removed").select_related("section").order_by("-on", "section")
    return render(request, "web/own.html", {"student": student, "records": records[:60]})
