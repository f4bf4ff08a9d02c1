"""What an operation of the staff API is: its address, its view, who may, and what may come back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ninja import NinjaAPI, Schema

from central.store.models import Staff
from central.web.api.caller import Session, Token
from central.web.api.problems import TITLES
from central.work.tool_rights import Right, Tool, may
from sync_agent.wire import PROBLEM_MEDIA_TYPE

READS: Final = "GET"
_A_FILE: Final[Mapping[str, object]] = {"text/plain": {"type": "string"}, "text/csv": {"type": "string"}}
_ALWAYS: Final = frozenset({401, 403, 404, 422, 503})
_MADE: Final = "POST"
_NOTHING_ELSE: Final = frozenset[int]()
_SAID: Final = {
    201: "It was made.",
    200: "As asked.",
    **dict(TITLES.values()),
    401: "Nobody is signed in, or the token opens nothing.",
    403: "Not with this role, this token, or without the form's token.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a program can ask for; what reads is open to tokens, everything to who signed in.

    `tool` is None where every member of staff may. `may_be` are the statuses it may answer with beside
    those every operation may. `files` are the media types of an answer that is no JSON object, `takes`
    that of a file that is sent as the body.
    """

    name: str
    method: str
    route: str
    view: Callable[..., object]
    answers: type[Schema] | None
    tool: Tool | None = None
    right: Right = Right.READ
    may_be: frozenset[int] = _NOTHING_ELSE
    files: tuple[str, ...] = ()
    takes: str = ""
    tag: str = field(default="", kw_only=True)

    @property
    def status(self) -> int:
        """Tell how it answers once it is done."""
        return 201 if self.method == _MADE else 200

    @property
    def reads(self) -> bool:
        """Tell whether it changes nothing, and so is open to tokens."""
        return self.method == READS

    def may(self, staff: Staff) -> bool:
        """Tell whether somebody may ask for it."""
        return self.tool is None or may(staff, self.tool, self.right)

    def register(self, api: NinjaAPI) -> None:
        """Give it its address."""
        session = Session(self.tool, self.right)
        guards = [Token(self.tool, self.right), session] if self.reads else [session]
        model: Any = self.answers  # ninja takes the class of a shape, or None
        api.default_router.add_api_operation(
            self.route,
            [self.method],
            self.view,
            auth=guards,
            response={self.status: model},
            operation_id=self.name,
            summary=(self.view.__doc__ or "").partition("\n")[0].rstrip("."),
            description=self._who(),
            tags=[self.tag],
            openapi_extra={"responses": self._responses(), **self._body()},
        )

    def _who(self) -> str:
        """Say who may, for people who read the description."""
        if self.tool is None:
            return "For every member of staff."
        return f"Needs the right to {self.right} {self.tool}."

    def _body(self) -> Mapping[str, object]:
        if not self.takes:
            return {}
        shape = {"schema": {"type": "string", "format": "binary"}}
        return {"requestBody": {"required": True, "content": {self.takes: shape}}}

    def _responses(self) -> Mapping[int, object]:
        refused = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        may_be = _ALWAYS | self.may_be | (_NOTHING_ELSE if self.reads else frozenset({400, 409}))
        said: dict[int, object] = {
            status: {"description": _SAID[status], "content": refused} for status in sorted(may_be)
        }
        done: dict[str, object] = {"description": _SAID[self.status]}
        if self.files:
            done["content"] = {
                media_type: {"schema": _A_FILE.get(media_type, {})} for media_type in self.files
            }
        return {self.status: done, **said}
