"""What is said where the installation lacks something: a key, a disk, a server."""

import logging
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from central.errors import ConfigError, UnavailableError
from station.errors import SettingsError

log = logging.getLogger(__name__)
_NOT_READY: Final = 503
LACKING: Final = (ConfigError, SettingsError, UnavailableError)
"""What is raised where something is missing that only IT can bring back."""


def note(request: HttpRequest, error: Exception) -> None:
    """Tell the log, in which IT looks, what is missing and who needed it."""
    # The address itself may hold a student's number.
    page = request.resolver_match.view_name if request.resolver_match else "none"
    log.error("page.unanswered page=%s why=%r", page, str(error))


class NotReady:
    """Says to whoever asked that IT must act; what is missing, to IT, administrators and the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as whatever comes next does."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a view that met what only IT can mend; any other error is a fault of the program."""
        if not isinstance(error, LACKING):
            return None
        note(request, error)
        return render(request, "503.html", {"missing": str(error)}, status=_NOT_READY)
