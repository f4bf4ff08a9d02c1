"""The staff API: every operation in one table, as the pages are, and the description made from it."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, wraps
from types import ModuleType
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, URLResolver, path, re_path
from ninja import NinjaAPI

from central.web.api import (
    audit,
    calendar,
    changes,
    check_ins,
    closings,
    closures,
    credentials,
    day,
    deliveries,
    emergencies,
    emergency_announcements,
    emergency_learning,
    emergency_loans,
    emergency_return,
    enrolments,
    exceptions,
    exports,
    facts,
    faults,
    fleet,
    interventions,
    late_entries,
    logins,
    notices,
    outages,
    packets,
    paper,
    paper_decisions,
    paper_taking,
    problems,
    proofs,
    recovery,
    recovery_attendance,
    recovery_bank,
    recovery_services,
    recovery_sessions,
    reports,
    requirements,
    roster,
    samples,
    settings,
    stations,
    student,
    students,
    study,
    times,
    tokens,
    trace,
)
from central.web.api.operation import Operation

SUBJECTS: tuple[ModuleType, ...] = (
    day,
    changes,
    students,
    student,
    notices,
    check_ins,
    exceptions,
    interventions,
    faults,
    samples,
    times,
    stations,
    fleet,
    reports,
    exports,
    closings,
    proofs,
    trace,
    deliveries,
    requirements,
    audit,
    packets,
    recovery,
    recovery_services,
    recovery_sessions,
    recovery_attendance,
    recovery_bank,
    study,
    facts,
    calendar,
    closures,
    outages,
    late_entries,
    paper,
    paper_decisions,
    paper_taking,
    emergencies,
    emergency_announcements,
    emergency_learning,
    emergency_loans,
    emergency_return,
    credentials,
    roster,
    settings,
    logins,
    tokens,
    enrolments,
)
"""The parts of the API, one for each part of the pages; each says by `PAGES` what it does the work of."""
OPERATIONS: tuple[Operation, ...] = tuple(
    replace(each, tag=subject.__name__.rpartition(".")[2])
    for subject in SUBJECTS
    for each in subject.OPERATIONS
)
AT = "api/v1/"
api = NinjaAPI(
    title="Rollbook staff",
    version="1",
    description="What the staff pages do, for programs. The rules behind the shapes are in staff-api.md.",
    openapi_url=None,
    docs_url=None,
    urls_namespace="staff-api",
    openapi_extra={"info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}},
)
problems.answer_with_problems(api)
for _each in OPERATIONS:
    _each.register(api)


@cache
def document() -> dict[str, Any]:
    """Return the description of the API for programs, OpenAPI 3.1."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=f"/{AT}"))
    found["components"]["schemas"]["Problem"] = problems.schema()
    for methods in found["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                parameter["schema"] = _without_null(parameter["schema"])
    return found


def _without_null(shape: dict[str, Any]) -> dict[str, Any]:
    """Return the shape of what may be left out of an address: nothing in an address is null."""
    (found,) = [one for one in shape.get("anyOf", [shape]) if one.get("type") != "null"]
    return dict(found)


def description(request: HttpRequest) -> HttpResponse:
    """Hand out the description to whoever asks."""
    del request
    return JsonResponse(document())


def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer for addresses the API does not have."""
    del request
    return problems.problem("not-found", "the API has no such address; /api/v1/openapi.json lists them")


def _told_in_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return a view whose refusal of a method is one of the problems too."""

    @wraps(view)
    def asked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if isinstance(answer, HttpResponseNotAllowed):
            told = problems.problem("method-not-allowed", f"it does {answer['Allow']}")
            told["Allow"] = answer["Allow"]
            return told
        return answer

    return asked


def patterns() -> list[URLPattern | URLResolver]:
    """Return the addresses of the API."""
    routes, app, namespace = api.urls
    # Its first page is ninja's own, and of no use without the pages it would lead to.
    addresses = [route for route in routes if isinstance(route, URLPattern) and route.name != "api-root"]
    for address in addresses:
        address.callback = _told_in_problems(address.callback)
    return [
        path(f"{AT}openapi.json", description, name="api-description"),
        path(AT, (addresses, app, namespace)),
        re_path("^api/", nowhere, name="api-nowhere"),
    ]
