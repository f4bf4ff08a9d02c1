"""Who may say when a tap was, and that every decision about evidence says why."""

from datetime import date
from typing import Final

from central.errors import RefusedError
from central.store.models import Staff, TeachingCredential
from central.work.roles import called

_Role = Staff.Role
_MOST_CHARS: Final = 255


def may_decide_times(by: Staff, on: date) -> bool:
    """Tell whether somebody may say when a tap was: the clerk, or a teacher with a credential valid then."""
    if by.role == _Role.CLERK:
        return True
    held = TeachingCredential.objects.filter(staff=by, since__lte=on, until__gte=on)
    return by.role == _Role.TEACHER and held.exists()


def require_may_decide_times(by: Staff, on: date) -> None:
    """Raise RefusedError for anybody else."""
    if not may_decide_times(by, on):
        who = "the attendance clerk or a teacher with a valid credential"
        msg = f"employee {by.number} is {called(by)} and cannot do this; ask {who}"
        raise RefusedError(msg)


def reason(text: str, what: str) -> str:
    """Return a reason as it is kept; raises RefusedError for none, and for one too long to keep whole."""
    kept = " ".join(text.split())
    if not kept:
        msg = f"{what} needs a reason; say why"
        raise RefusedError(msg)
    if len(kept) > _MOST_CHARS:
        msg = f"the reason is {len(kept)} characters long; say it in {_MOST_CHARS}"
        raise RefusedError(msg)
    return kept
