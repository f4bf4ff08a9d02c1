"""Published: keys for programs that read in somebody's name: made, shown once, found again, revoked."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from central.errors import RefusedError
from central.store.models import ApiToken, AuditEvent, Staff
from central.work import rights
from central.work.local_days import local_date
from central.work.tool_rights import Right, Tool, may, require

LONGEST: Final = timedelta(days=400)
"""A school year and the weeks in which it is reported; nothing is given out for good."""
_SECRET_BYTES: Final = 32
_PREFIX: Final = "rb_"
_MOST_CHARS: Final = 60
# An exact instant for each of a thousand requests would be a write for each of them.
_USED_EVERY: Final = timedelta(minutes=1)


class Fault(StrEnum):
    """Why a token opens nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OWNER_GONE = "owner gone"


class State(StrEnum):
    """What a token is good for now."""

    IN_USE = "in use"
    EXPIRED = "expired"
    REVOKED = "revoked"


class TokenRefusedError(RefusedError):
    """Refuse a token, saying why to whoever holds it."""

    def __init__(self, fault: Fault, text: str) -> None:
        """Keep the reason beside its sentence."""
        self.fault = fault
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class TokenWish:
    """A token asked for: what it is for, what it may read, until when."""

    name: str
    scopes: frozenset[Tool]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made, with its secret: the only time that it is known here."""

    token: ApiToken
    secret: str = field(repr=False)


def scope(tool: Tool) -> str:
    """Return what a tool is called among the scopes of a token."""
    return tool.value.replace(" ", "-")


SCOPES: Final = {scope(tool): tool for tool in Tool}
"""Every scope a token may have, and the tool it reads."""


def tools(names: Sequence[str]) -> frozenset[Tool]:
    """Return the tools some scopes name; raises RefusedError for one there is not."""
    unknown = sorted(set(names) - SCOPES.keys())
    if unknown:
        msg = f"there is no scope {unknown[0]!r}; the scopes are {', '.join(SCOPES)}"
        raise RefusedError(msg)
    return frozenset(SCOPES[name] for name in names)


def make(by: Staff, wish: TokenWish, entropy: Callable[[int], bytes], now: datetime) -> NewToken:
    """Make a token for somebody who may read what it is to read; only the secret's hash is kept.

    Raises RefusedError for what the owner may not read, no scope, an end that has passed or is too far.
    """
    require(by, Tool.TOKENS, Right.ADD)
    _require_login(by)
    for tool in sorted(wish.scopes):
        require(by, tool, Right.READ)
    name = " ".join(wish.name.split())
    _require_sound(name, wish, now)
    secret = _PREFIX + urlsafe_b64encode(entropy(_SECRET_BYTES)).rstrip(b"=").decode("ascii")
    with transaction.atomic():
        token = ApiToken.objects.create(
            staff=by,
            name=name,
            secret_sha256=_hash(secret),
            scopes=sorted(map(scope, wish.scopes)),
            made_at=now,
            expires_at=wish.expires_at,
        )
        detail = {"name": name, "scopes": token.scopes, "expires_at": wish.expires_at.isoformat()}
        _note("make-token", token, by, now, detail)
    return NewToken(token, secret)


def revoke(token: ApiToken, by: Staff, reason: str, now: datetime) -> None:
    """Make a token useless from now on; its owner may, and whoever takes logins out of use.

    Raises RefusedError for anybody else, for no reason, and where it was revoked before.
    """
    if token.staff_id == by.pk:
        require(by, Tool.TOKENS, Right.DELETE)
    else:
        require(by, Tool.LOGINS, Right.DELETE)
    kept = rights.reason(reason, "revoking a token")
    with transaction.atomic():
        if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            msg = f"token {token.pk} was revoked before; nothing is left to do"
            raise RefusedError(msg)
        _note("revoke-token", token, by, now, {"name": token.name, "reason": kept})


def find(secret: str, now: datetime) -> ApiToken:
    """Return the token of a secret and note its use; raises TokenRefusedError saying why it opens nothing."""
    wanted = _hash(secret)
    token = (
        ApiToken.objects.filter(secret_sha256=wanted).select_related("staff__school", "staff__user").first()
    )
    if token is None or not hmac.compare_digest(token.secret_sha256, wanted):
        raise TokenRefusedError(
            Fault.UNKNOWN, "this token is not one of this server's; copy it whole, or make a new one"
        )
    if token.revoked_at is not None:
        on = local_date(token.staff.school, token.revoked_at)
        text = f"token {token.name!r} was revoked on {on}; make a new one"
        raise TokenRefusedError(Fault.REVOKED, text)
    if state(token, now) is State.EXPIRED:
        text = f"token {token.name!r} expired on {last_day(token)}; make a new one"
        raise TokenRefusedError(Fault.EXPIRED, text)
    if not has_login(token.staff):
        text = f"the login of employee {token.staff.number} is out of use, and with it token {token.name!r}"
        raise TokenRefusedError(Fault.OWNER_GONE, text)
    if token.last_used_at is None or now - token.last_used_at >= _USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def may_read(token: ApiToken, tool: Tool) -> bool:
    """Tell whether a token reads a tool: it bears the scope, and its owner still may."""
    return scope(tool) in token.scopes and may(token.staff, tool, Right.READ)


def state(token: ApiToken, now: datetime) -> State:
    """Return what a token is good for at an instant."""
    if token.revoked_at is not None:
        return State.REVOKED
    return State.EXPIRED if token.expires_at <= now else State.IN_USE


def last_day(token: ApiToken) -> date:
    """Return the last day of a token at the school."""
    last_at = token.expires_at - timedelta(microseconds=1)
    return local_date(token.staff.school, last_at)


def tokens_of(staff: Staff) -> QuerySet[ApiToken]:
    """Return somebody's tokens, newest first."""
    return ApiToken.objects.filter(staff=staff).select_related("staff__school").order_by("-made_at", "-pk")


def has_login(staff: Staff) -> bool:
    """Tell whether somebody has a login in use."""
    return staff.user is not None and staff.user.is_active


def _require_login(by: Staff) -> None:
    if not has_login(by):
        msg = f"employee {by.number} has no login in use, so nothing reads in that name; make a login first"
        raise RefusedError(msg)


def _require_sound(name: str, wish: TokenWish, now: datetime) -> None:
    if not name or len(name) > _MOST_CHARS:
        msg = f"a token needs a name of at most {_MOST_CHARS} characters that says what it is for"
        raise RefusedError(msg)
    if not wish.scopes:
        msg = "a token without a scope reads nothing; name at least one"
        raise RefusedError(msg)
    if not now < wish.expires_at <= now + LONGEST:
        msg = f"a token ends within {LONGEST.days} days from now; name such a day"
        raise RefusedError(msg)


def _note(verb: str, token: ApiToken, by: Staff, now: datetime, detail: dict[str, object]) -> None:
    subject = f"token {token.pk} of employee {token.staff.number}"
    AuditEvent.objects.create(at=now, by=by.number, verb=verb, subject=subject, detail=detail)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
