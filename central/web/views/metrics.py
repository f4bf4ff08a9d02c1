"""The address Prometheus asks: for whoever brings a token that reads the fleet, and nobody else."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from central.store.evidence import Evidence
from central.web import clock
from central.work import tokens
from central.work.fleet_facts import gather
from central.work.tokens import TokenRefusedError
from central.work.tool_rights import Tool

_SCHEME: Final = "bearer"


def metrics_of_stations(request: HttpRequest) -> HttpResponse:
    """Answer with the stations' metrics; behind a proxy all callers seem near, so that counts nothing."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    now = clock.now()
    try:
        token = tokens.find(secret.strip(), now) if scheme.lower() == _SCHEME else None
    except TokenRefusedError as error:
        return _refused(401, str(error))
    if token is None:
        return _refused(401, "send a token of the scope fleet: Authorization: Bearer rb_...")
    if not tokens.may_read(token, Tool.FLEET):
        return _refused(403, f"token {token.name!r} does not read the fleet; make one of the scope fleet")
    # Only here: nobody who does not watch by Prometheus waits for its library.
    from central.web import metrics

    facts = gather(token.staff.school, now, Evidence(settings.CONFIG.evidence_at))
    return HttpResponse(metrics.text(facts), content_type=metrics.MEDIA_TYPE)


def _refused(status: int, why: str) -> HttpResponse:
    answer = HttpResponse(f"{why}\n", status=status, content_type="text/plain; charset=utf-8")
    if status == 401:  # noqa: PLR2004  the status that asks for a sign-in
        answer["WWW-Authenticate"] = 'Bearer realm="rollbook"'
    return answer
