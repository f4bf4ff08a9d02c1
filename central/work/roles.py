"""Published: what each role is called inside a sentence."""

from collections.abc import Collection, Mapping
from typing import Final

from central.store.models import Staff

_Role = Staff.Role
_ONE: Final[Mapping[_Role, str]] = {
    _Role.TEACHER: "a certificated staffer",
    _Role.PARAEDUCATOR: "a paraeducator",
    _Role.CLERK: "an attendance clerk",
    _Role.LEADER: "a school leader",
    _Role.IT: "a member of IT",
    _Role.ADMIN: "an administrator",
    _Role.AUDITOR: "an auditor",
}
_THE: Final[Mapping[_Role, str]] = {
    **{role: one.replace("an ", "the ", 1).replace("a ", "the ", 1) for role, one in _ONE.items()},
    _Role.IT: "IT",
}


def called(by: Staff) -> str:
    """Return what somebody is: "an auditor"."""
    return _ONE[_Role(by.role)]


def whom(holders: Collection[_Role]) -> str:
    """Return whom to ask: "the attendance clerk or the school leader"; "" for no role."""
    named = [_THE[role] for role in holders]
    return " or ".join(sorted(named, key=lambda name: (name[0].isupper(), name)))
