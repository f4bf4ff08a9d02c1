"""Take a station out of use in the name of a member of staff, with the reason."""

from central.work import commission, rights
from central.work.enrolment import Asking
from central.work.tool_rights import Right


def retire(code: str, reason: str, asking: Asking, *, keeps_key: bool = False) -> None:
    """Take a station out of use and revoke its key, unless what it still holds may come in later.

    Raises RefusedError for a station that is not in use, for no reason, and for staff without the right.
    """
    author, why = asking.author(Right.DELETE), rights.reason(reason, "taking a station out of use")
    commission.retire(code, asking.at, author, keeps_key=keeps_key, reason=why)
