"""Who can sign in: logins taken out of use, let in again, or given a new second factor."""

import secrets
from typing import Literal

from django.contrib.auth.models import User
from ninja import Schema
from ninja.responses import Status

from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Form, Offset, Reason, Text, Words
from central.work import logins as known
from central.work.logins import Act
from central.work.tool_rights import Right, Tool

PAGES = ("logins",)


class KnownLogin(Schema):
    """Somebody who can sign in, or no longer; `whose` is a student or an employee, by number."""

    id: str
    username: str
    whose: str
    is_active: bool
    has_code: bool


class KnownLogins(Schema):
    """Some logins by name, and how many there are."""

    count: int
    logins: list[KnownLogin]


class LoginSwitched(Form):
    """Whether a login is in use, and why."""

    do: Literal["disable", "enable"]
    reason: Words


class LoginState(Schema):
    """A login as it is now."""

    id: str
    is_active: bool


class NewSecondFactor(Schema):
    """The seed of a new second factor: it is shown this once."""

    id: str
    seed: str


def logins(request: Asked, search: Text = "", offset: Offset = 0) -> KnownLogins:
    """List the logins of the school; `search` is part of a name, or a number."""
    rows = known.logins(request.auth.staff.school, search)
    return KnownLogins(count=rows.count(), logins=[_login(row) for row in rows[offset : offset + MOST]])


def switch(request: Asked, identity: Code, form: LoginSwitched) -> Status[LoginState]:
    """Take a login out of use, and with it every token of its owner, or let somebody sign in again."""
    user, act = _user(request, identity), _act(request, form.reason)
    (known.disable if form.do == "disable" else known.enable)(user, act)
    return Status(201, LoginState(id=str(user.pk), is_active=form.do == "enable"))


def reset(request: Asked, identity: Code, form: Reason) -> Status[NewSecondFactor]:
    """Replace a lost second factor; the old codes open nothing any more."""
    user = _user(request, identity)
    seed = known.reset_code(user, _act(request, form.reason), secrets.token_bytes)
    return Status(201, NewSecondFactor(id=str(user.pk), seed=seed))


def _user(request: Asked, identity: str) -> User:
    return found.row(known.logins(request.auth.staff.school), identity)


def _act(request: Asked, reason: str) -> Act:
    return Act(request.auth.staff, clock.now(), reason)


def _login(row: User) -> KnownLogin:
    staff, student = getattr(row, "staff", None), getattr(row, "student", None)
    whose = f"employee {staff.number}" if staff else f"student {student.number}" if student else ""
    return KnownLogin(
        id=str(row.pk),
        username=row.username,
        whose=whose,
        is_active=row.is_active,
        has_code=bool(getattr(row, "has_code", False)),
    )


_ONE = "/logins/{identity}"
OPERATIONS = (
    Operation("logins", "GET", "/logins", logins, KnownLogins, Tool.LOGINS),
    Operation("switchLogin", "POST", f"{_ONE}/switch", switch, LoginState, Tool.LOGINS, Right.WRITE),
    Operation(
        "resetSecondFactor",
        "POST",
        f"{_ONE}/second-factor",
        reset,
        NewSecondFactor,
        Tool.LOGINS,
        Right.WRITE,
    ),
)
