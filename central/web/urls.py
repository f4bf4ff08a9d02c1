"""The addresses of the staff side: those of the pages, and those of signing in."""

from django.urls import include, path, re_path

from central.web import api, pages
from central.web.accounts import closed
from central.web.views import health
from central.web.views.faults import fault_anywhere
from central.web.views.home import home
from central.web.views.metrics import metrics_of_stations

_OPEN = "login|logout|inactive|reauthenticate|password/change|2fa/authenticate|2fa/reauthenticate"
# There is nothing at these where no provider is configured.
_OPEN += "|oidc/school/login|oidc/school/login/callback"

urlpatterns = [
    path("", home, name="home"),
    # Where the stations' side answers on the same port, its own /healthz stands before this one.
    path("healthz", health.alive, name="health-alive"),
    path("readyz", health.ready, name="health-ready"),
    path("metrics", metrics_of_stations, name="metrics"),
    path("faults/new/", fault_anywhere, name="fault-new"),
    *(page.pattern() for page in pages.STAFF),
    *(page.pattern() for page in pages.STUDENTS),
    *api.patterns(),
    # Their names must stay known: the library's own pages refer to them.
    re_path(f"^accounts/(?!(?:{_OPEN})/$)", closed),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
