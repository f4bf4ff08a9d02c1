"""Who may read, write, add and delete what attendance recovery keeps: one table, by tool and role."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from central.errors import RefusedError
from central.store.models import Staff

_Role = Staff.Role
_OFFICE: Final = frozenset({_Role.CLERK, _Role.LEADER, _Role.ADMIN})
_HEADS: Final = frozenset({_Role.LEADER, _Role.ADMIN})
_READERS: Final = _OFFICE | {_Role.TEACHER, _Role.AUDITOR}
_KEEPERS: Final = _OFFICE | {_Role.TEACHER}


class Tool(StrEnum):
    """What a right is for; signing is no right of a tool but of a session's own teachers."""

    RECORDS = "recovery records"
    SERVICES = "recovery services"
    SESSIONS = "recovery sessions"


class Right(StrEnum):
    """The four rights, as student information systems give them out."""

    READ = "read"
    WRITE = "change"
    ADD = "add"
    DELETE = "delete"


_OF_THE_OFFICE: Final = {
    Right.READ: _READERS,
    Right.WRITE: _OFFICE,
    Right.ADD: _OFFICE,
    Right.DELETE: _HEADS,
}
RIGHTS: Final[Mapping[Tool, Mapping[Right, frozenset[_Role]]]] = {
    Tool.RECORDS: _OF_THE_OFFICE,
    Tool.SERVICES: _OF_THE_OFFICE,
    # What happened in a room is documented by who was there; teachers too keep the sessions.
    Tool.SESSIONS: {
        Right.READ: _READERS | {_Role.PARAEDUCATOR},
        Right.WRITE: _KEEPERS,
        Right.ADD: _KEEPERS,
        Right.DELETE: _HEADS,
    },
}


def may(by: Staff, tool: Tool, right: Right) -> bool:
    """Tell whether somebody has a right on a tool."""
    return by.role in RIGHTS[tool][right]


def require(by: Staff, tool: Tool, right: Right) -> None:
    """Raise RefusedError for somebody without the right, naming who has it."""
    if may(by, tool, right):
        return
    who = " or ".join(f"the {name}" for name in sorted(role.label.lower() for role in RIGHTS[tool][right]))
    msg = f"employee {by.number} is a {by.get_role_display().lower()} and may not {right} {tool}; ask {who}"
    raise RefusedError(msg)
