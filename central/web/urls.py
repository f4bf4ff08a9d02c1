"""The addresses of the staff side."""

from django.urls import include, path

from central.web.views.reports import download, report, reports
from central.web.views.session import session
from central.web.views.stations import stations
from central.web.views.today import today

urlpatterns = [
    path("", today, name="today"),
    path("class/<str:code>/<str:on>/", session, name="session"),
    path("stations/", stations, name="stations"),
    path("reports/", reports, name="reports"),
    path("reports/<str:year>/<str:kind>/", report, name="report"),
    path("reports/<str:year>/<str:kind>/<str:name>", download, name="download"),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
