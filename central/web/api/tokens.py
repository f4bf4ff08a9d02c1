"""One's own tokens: listed, made with the secret shown once, revoked."""

import secrets
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.responses import Status
from pydantic import StringConstraints

from central.domain.local_day import end_of
from central.store.models import ApiToken
from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import Code, Day, Form, Reason, number_of
from central.work import tokens as keys
from central.work.tokens import TokenWish
from central.work.tool_rights import Right, Tool

Name = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]

PAGES = ("tokens",)


class KnownToken(Schema):
    """A token, never its secret."""

    id: str
    name: str
    scopes: list[str]
    state: str
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class KnownTokens(Schema):
    """One's own tokens, newest first."""

    tokens: list[KnownToken]


class TokenAsked(Form):
    """A new token: what it is for, what it may read, its last day."""

    name: Name
    scopes: list[Code]
    until: Day


class TokenMade(Schema):
    """A token just made, with its secret: it is shown this once."""

    id: str
    name: str
    scopes: list[str]
    expires_at: datetime
    secret: str


def tokens(request: Asked) -> KnownTokens:
    """List one's own tokens, newest first."""
    return KnownTokens(tokens=[_token(row) for row in keys.tokens_of(request.auth.staff)])


def make(request: Asked, form: TokenAsked) -> Status[TokenMade]:
    """Make a token for a program that reads in one's name; the secret is shown this once."""
    staff = request.auth.staff
    wish = TokenWish(form.name, keys.tools(form.scopes), end_of(form.until, ZoneInfo(staff.school.time_zone)))
    made = keys.make(staff, wish, secrets.token_bytes, clock.now())
    row = made.token
    shown = TokenMade(
        id=str(row.pk), name=row.name, scopes=row.scopes, expires_at=row.expires_at, secret=made.secret
    )
    return Status(201, shown)


def revoke(request: Asked, identity: Code, form: Reason) -> Status[KnownToken]:
    """Make one of one's own tokens useless from now on, with the reason."""
    row = get_object_or_404(keys.tokens_of(request.auth.staff), pk=number_of(identity))
    keys.revoke(row, request.auth.staff, form.reason, clock.now())
    row.refresh_from_db()
    return Status(201, _token(row))


def _token(row: ApiToken) -> KnownToken:
    return KnownToken(
        id=str(row.pk),
        name=row.name,
        scopes=row.scopes,
        state=keys.state(row, clock.now()),
        made_at=row.made_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


OPERATIONS = (
    Operation("tokens", "GET", "/tokens", tokens, KnownTokens, Tool.TOKENS),
    Operation("makeToken", "POST", "/tokens", make, TokenMade, Tool.TOKENS, Right.ADD),
    Operation(
        "revokeToken", "POST", "/tokens/{identity}/revocation", revoke, KnownToken, Tool.TOKENS, Right.DELETE
    ),
)
