"""Who may keep independent study, and how what is wrong with it is noted."""

from collections.abc import Callable
from typing import Final

from central.errors import RefusedError
from central.exchange.problem import Problem, Where
from central.store.models import Staff
from central.work.roles import called

KEEPERS: Final = frozenset({Staff.Role.TEACHER, Staff.Role.CLERK, Staff.Role.LEADER, Staff.Role.ADMIN})
"""The roles that may keep independent study."""
NOTHING: Final = "nothing was written:"
Say = Callable[[str, str], None]
"""Notes what is wrong, and in which column."""


def require_keeper(by: Staff) -> None:
    """Raise RefusedError for somebody who may not keep independent study."""
    if by.role not in KEEPERS:
        who = "a teacher or the attendance clerk"
        msg = f"employee {by.number} is {called(by)} and cannot do this; ask {who}"
        raise RefusedError(msg)


def into(where: Where, problems: list[Problem]) -> Say:
    """Return what notes problems of one place."""

    def say(text: str, column: str) -> None:
        problems.append(Problem(where, text, column))

    return say
