"""Who asks the staff API, and whether they may: by a token for reading, or signed in for everything."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from central.errors import RefusedError
from central.store.models import ApiToken, Staff
from central.web import clock
from central.web.access import staff_of
from central.web.api.problems import ProblemError, of_a_token
from central.work import tokens
from central.work.tokens import TokenRefusedError
from central.work.tool_rights import Right, Tool, require

_HEADER: Final = "Authorization"
_SCHEME: Final = "bearer"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and the token by which a program asks in that name."""

    staff: Staff
    token: ApiToken | None


class Asked(HttpRequest):
    """A request that passed one of the guards below."""

    auth: Caller


class _Guard(AuthBase):
    """Lets through who has a right on a tool; `tool` None lets every member of staff through."""

    def __init__(self, tool: Tool | None, right: Right) -> None:
        """Keep what is to be asked for."""
        self._tool, self._right = tool, right
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return who asks, None for somebody this guard does not know; raises ProblemError."""
        caller = self.find(request)
        if caller is None or self._tool is None:
            return caller
        if caller.token is not None and tokens.scope(self._tool) not in caller.token.scopes:
            msg = (
                f"token {caller.token.name!r} lacks the scope {tokens.scope(self._tool)}; "
                "make one that has it"
            )
            problem = "token-lacks-scope"
            raise ProblemError(problem, msg)
        try:
            require(caller.staff, self._tool, self._right)
        except RefusedError as error:
            problem = "forbidden"
            raise ProblemError(problem, str(error)) from error
        return caller

    def find(self, request: HttpRequest) -> Caller | None:
        """Return who asks, by what this guard looks at."""
        raise NotImplementedError


class Token(_Guard):
    """A token in the header `Authorization: Bearer rb_...`; it reads and never changes."""

    openapi_type = "http"
    openapi_scheme = _SCHEME

    def find(self, request: HttpRequest) -> Caller | None:
        """Return the owner of the token that was sent."""
        sent = request.headers.get(_HEADER)
        if sent is None:
            return None
        scheme, _, secret = sent.partition(" ")
        if scheme.lower() != _SCHEME:
            problem = "not-signed-in"
            raise ProblemError(problem, "send the token as: Authorization: Bearer rb_...")
        try:
            found = tokens.find(secret.strip(), clock.now())
        except TokenRefusedError as error:
            raise of_a_token(error) from error
        return Caller(found.staff, found)


class Session(_Guard):
    """The cookie of somebody signed in; what changes something needs the form's token beside it."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "sessionid"

    def find(self, request: HttpRequest) -> Caller | None:
        """Return the member of staff who signed in."""
        if _HEADER in request.headers:
            # Only where no token reads: a guard for tokens comes first.
            problem = "token-reads-only"
            raise ProblemError(problem, "sign in and send the session's cookie; a token changes nothing")
        staff = staff_of(request)
        if staff is None:
            return None
        if check_csrf(request) is not None:
            problem = "no-csrf-token"
            raise ProblemError(problem, "send the cookie csrftoken, and the same in the header X-CSRFToken")
        return Caller(staff, None)
