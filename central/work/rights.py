"""Who may decide about evidence that does not explain itself, and that every such decision says why."""

from datetime import date
from typing import Final

from central.errors import RefusedError
from central.store.models import Staff, TeachingCredential

_Role = Staff.Role
_CLEARS: Final = frozenset({_Role.IT, _Role.CLERK, _Role.LEADER, _Role.ADMIN})
_EXPLAINS: Final = _CLEARS | {_Role.TEACHER}
_MOST_CHARS: Final = 255


def may_decide_times(by: Staff, on: date) -> bool:
    """Tell whether somebody may say when a tap was: the clerk, or a teacher with a credential valid then."""
    if by.role == _Role.CLERK:
        return True
    held = TeachingCredential.objects.filter(staff=by, since__lte=on, until__gte=on)
    return by.role == _Role.TEACHER and held.exists()


def may_clear(by: Staff) -> bool:
    """Tell whether somebody may clear a station in doubt."""
    return by.role in _CLEARS


def may_explain(by: Staff) -> bool:
    """Tell whether somebody may explain a gap."""
    return by.role in _EXPLAINS


def require_may_decide_times(by: Staff, on: date) -> None:
    """Raise RefusedError for anybody else."""
    if not may_decide_times(by, on):
        raise _refused(by, "the attendance clerk or a teacher with a valid credential")


def require_may_clear(by: Staff) -> None:
    """Raise RefusedError for anybody else."""
    if not may_clear(by):
        raise _refused(by, "IT, the attendance clerk or the school leader")


def require_may_explain(by: Staff) -> None:
    """Raise RefusedError for anybody else."""
    if not may_explain(by):
        raise _refused(by, "IT, the attendance clerk or a teacher")


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


def _refused(by: Staff, who: str) -> RefusedError:
    return RefusedError(
        f"employee {by.number} is a {by.get_role_display().lower()} and cannot do this; ask {who}"
    )
