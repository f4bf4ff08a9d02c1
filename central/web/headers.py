"""The response headers that keep a page to itself."""

from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse

ALWAYS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Pages name students; the next person at a shared computer must not find them by going back.
    "Cache-Control": "no-store",
}
"""What every answer of the staff side bears, unless it says otherwise of itself."""


class SecurityHeaders:
    """Add a content security policy and its kin to every answer; the outermost, so none is left out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers set, unless the page set its own."""
        response = self._get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        return response
