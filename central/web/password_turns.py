"""Bound the work of proving passwords: two at once, since each costs half a second of a core."""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

AT_ONCE: Final = 2
PATIENCE_S: Final = 8.0
RETRY_AFTER_S: Final = 10
_BUSY: Final = 503
# Each of these hashes what was typed, whether there is such a login or not.
_PLACES: Final = ("/accounts/login/", "/accounts/reauthenticate/", "/accounts/password/change/")


class PasswordTurns:
    """Lets so many requests that prove a password go on at once; pages are served meanwhile."""

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponse], patience_s: float = PATIENCE_S
    ) -> None:
        """Keep what comes next."""
        self._get_response = get_response
        self._patience_s = patience_s
        self._turns = BoundedSemaphore(AT_ONCE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in turn, or say when to come back."""
        if request.method != "POST" or request.path not in _PLACES:
            return self._get_response(request)
        if not self._turns.acquire(timeout=self._patience_s):
            told = _("Very many people are signing in. Wait a moment, then try again.")
            busy = HttpResponse(told, status=_BUSY, content_type="text/plain; charset=utf-8")
            busy.headers["Retry-After"] = str(RETRY_AFTER_S)
            return busy
        try:
            return self._get_response(request)
        finally:
            self._turns.release()
