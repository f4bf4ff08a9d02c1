"""The addresses of the staff side and one more: a page of its own frame with nothing in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from central.store.models import Staff
from central.web.pages.page import StaffPage
from central.web.urls import urlpatterns as pages


def blank(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what every page shows, and no more."""
    del staff
    return render(request, "web/base.html")


urlpatterns = [StaffPage("blank", "blank/", blank).pattern(), *pages]
