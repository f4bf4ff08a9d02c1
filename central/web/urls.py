"""The addresses of the staff side."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path


@login_required
def today(request: HttpRequest) -> HttpResponse:
    """Show who signed in where."""
    return render(request, "web/today.html")


urlpatterns = [
    path("", today, name="today"),
    path("accounts/", include("allauth.urls")),
]
