"""Who may keep facts about students, and who may decide what the school does about them."""

from typing import Final

from central.errors import RefusedError
from central.store.models import Staff

_Role = Staff.Role
_KEEPS: Final = frozenset({_Role.CLERK, _Role.LEADER, _Role.ADMIN})
_DECIDES: Final = frozenset({_Role.LEADER, _Role.ADMIN})


def require_may_keep(by: Staff) -> None:
    """Raise RefusedError for anybody but the clerk, the leader and administrators."""
    _require(by, _KEEPS, "the attendance clerk or the school leader")


def require_may_decide(by: Staff) -> None:
    """Raise RefusedError for anybody but the leader and administrators."""
    _require(by, _DECIDES, "the school leader or an administrator")


def _require(by: Staff, roles: frozenset[_Role], who: str) -> None:
    if by.role not in roles:
        msg = f"employee {by.number} is a {by.get_role_display().lower()} and cannot do this; ask {who}"
        raise RefusedError(msg)
