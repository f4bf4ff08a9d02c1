"""What goes wrong, as the staff API says it: problem+json (RFC 9457) of a few stable types."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from central.domain.errors import DomainError
from central.errors import CentralError, InputError
from central.web.not_ready import LACKING, note
from central.work.signing_off import TryLaterError
from central.work.tokens import TokenRefusedError
from sync_agent.wire import PROBLEM_MEDIA_TYPE

_BASE: Final = "https://rollbook.invalid/problems/"
TITLES: Final[Mapping[str, tuple[int, str]]] = {
    "malformed": (400, "The body is not JSON"),
    "not-signed-in": (401, "Sign in, or send a token"),
    "token-unknown": (401, "This token is unknown"),
    "token-expired": (401, "This token has expired"),
    "token-revoked": (401, "This token was revoked"),
    "token-owner-gone": (401, "This token's owner can no longer sign in"),
    "token-reads-only": (403, "A token changes nothing"),
    "token-lacks-scope": (403, "This token does not read that"),
    "forbidden": (403, "The role does not allow that"),
    "no-csrf-token": (403, "A form's token is missing"),
    "not-found": (404, "There is no such thing"),
    "method-not-allowed": (405, "This address does not do that"),
    "refused": (409, "The rules do not allow that now"),
    "invalid": (422, "The request does not fit its description"),
    "too-many-tries": (429, "Too many wrong codes; wait"),
    "unavailable": (503, "The server lacks something it needs"),
}
"""Every problem there is by its name: its status and its title."""
_WAIT_S: Final = 300


class ProblemError(Exception):
    """End a request with one of the problems."""

    def __init__(self, name: str, detail: str = "") -> None:
        """Keep the problem's name and the sentence for this time."""
        self.name, self.detail = name, detail
        super().__init__(detail or name)


def problem(name: str, detail: str = "", **members: object) -> HttpResponse:
    """Return a problem as an answer."""
    status, title = TITLES[name]
    body = {"type": f"{_BASE}{name}", "title": title, "status": status, "detail": detail, **members}
    answer = HttpResponse(json.dumps(body), status=status, content_type=PROBLEM_MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="rollbook"'
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer["Retry-After"] = str(_WAIT_S)
    return answer


def schema() -> dict[str, object]:
    """Return the shape of a problem for the description."""
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "enum": [f"{_BASE}{name}" for name in TITLES]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "problems": {"type": "array", "items": {"type": "string"}},
        },
    }


def answer_with_problems(api: NinjaAPI) -> None:
    """Make every expected error of an API one of the problems; faults of the program stay faults."""
    for kind in (ProblemError, InputError, ValidationError, *_PLAIN):
        api.add_exception_handler(kind, _answer)


def of_a_token(error: TokenRefusedError) -> ProblemError:
    """Return the problem of a token that opens nothing."""
    return ProblemError(f"token-{error.fault.value.replace(' ', '-')}", str(error))


def _answer(request: HttpRequest, error: object) -> HttpResponse:
    if isinstance(error, ProblemError):
        return problem(error.name, error.detail)
    if isinstance(error, InputError):
        return problem("refused", error.what, problems=list(error.problems))
    if isinstance(error, ValidationError):
        # What was sent stays out of the answer, and with it out of every log of answers.
        found = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors]
        return problem("invalid", "; ".join(found), problems=found)
    name = next(name for kind, name in _PLAIN.items() if isinstance(error, kind))
    said = str(error)
    if isinstance(error, LACKING):
        note(request, error)
    # Django's own words name the models of the records.
    return problem(name, "" if said.endswith("matches the given query.") else said)


# The first that fits counts: the narrower before the wider.
_PLAIN: Final[Mapping[type[Exception], str]] = {
    TryLaterError: "too-many-tries",
    **dict.fromkeys(LACKING, "unavailable"),
    CentralError: "refused",
    DomainError: "refused",
    PermissionDenied: "forbidden",
    Http404: "not-found",
    AuthenticationError: "not-signed-in",
    HttpError: "malformed",
}
