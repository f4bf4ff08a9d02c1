"""Two pages for the programs that watch this server: does it live, and can it do its work."""

from ipaddress import ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from central.config import CentralConfig
from central.web import clock
from central.work import health

_PLAIN: Final = "text/plain; charset=utf-8"
_NOT_READY: Final = 503


def alive(request: HttpRequest) -> HttpResponse:
    """Answer; that is all it shows, and nothing is asked of the records."""
    del request
    return HttpResponse("ok\n", content_type=_PLAIN)


def ready(request: HttpRequest) -> HttpResponse:
    """Say whether pages can be served; on this machine also what is not well and what to do about it."""
    config: CentralConfig = settings.CONFIG
    found = health.problems(config, clock.now())
    is_stopped = any(each.stops for each in found)
    lines = ["not ready" if is_stopped else "ready"]
    if _is_of_this_machine(request):
        lines += [f"{each.code}: {each.says}" for each in found]
    return HttpResponse(
        "\n".join([*lines, ""]), status=_NOT_READY if is_stopped else 200, content_type=_PLAIN
    )


def _is_of_this_machine(request: HttpRequest) -> bool:
    # Behind a proxy on this machine the address is the one it forwarded for, if it is named in `proxies`;
    # if it is not, everybody would seem to be here, so whatever was forwarded is answered briefly.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
