"""The addresses of the staff side."""

from django.urls import include, path, re_path

from central.web.accounts import closed
from central.web.views.gaps import gaps
from central.web.views.reports import download, report, reports
from central.web.views.session import session
from central.web.views.stations import stations
from central.web.views.times import time, times
from central.web.views.today import today

_OPEN = "login|logout|inactive|reauthenticate|password/change|2fa/authenticate|2fa/reauthenticate"

urlpatterns = [
    path("", today, name="today"),
    # The code is the roster's and may hold a slash.
    path("class/<path:code>/<str:on>/", session, name="session"),
    path("stations/", stations, name="stations"),
    path("gaps/", gaps, name="gaps"),
    path("times/", times, name="times"),
    path("times/<str:station>/<int:epoch>/<int:sequence>/", time, name="time"),
    path("reports/", reports, name="reports"),
    path("reports/<str:year>/<str:kind>/", report, name="report"),
    path("reports/<str:year>/<str:kind>/<str:name>", download, name="download"),
    # Their names must stay known: the library's own pages refer to them.
    re_path(f"^accounts/(?!(?:{_OPEN})/$)", closed),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
