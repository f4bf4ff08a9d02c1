"""Give a member of staff a login: a password that is good enough, and a second factor."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from central.errors import InputError, RefusedError
from central.store.models import AuditEvent, School, Staff

_LEAST_SEED_BYTES = 16


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody who works on attendance and is on no roster, such as a clerk."""

    role: str
    family_name: str
    given_name: str


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody will sign in with; `totp_seed` is base32."""

    username: str
    password: str = field(repr=False)
    totp_seed: str = field(repr=False)


def new_seed(entropy: Callable[[int], bytes]) -> str:
    """Return a fresh seed for one-time codes, base32 (RFC 4226 asks for 160 bits)."""
    return base64.b32encode(entropy(20)).decode("ascii")


def add_operator(
    number: str, login: Login, now: datetime, by: str, *, hired: NewStaff | None = None, resets: bool = False
) -> Staff:
    """Make a login for the member of staff with this number.

    Raises RefusedError when there is no such person or a login exists and `resets` is false, and
    InputError naming everything that is wrong with the password or the seed.
    """
    with transaction.atomic():
        staff = _staff(number, hired)
        if staff.user and not resets:
            msg = f"staff member {number} can sign in already; say --reset to replace password and code"
            raise RefusedError(msg)
        taken = User.objects.filter(username=login.username).exclude(staff=staff)
        if taken.exists():
            msg = f"the name {login.username!r} is taken; choose another with --username"
            raise RefusedError(msg)
        user = staff.user or User(username=login.username)
        user.username, user.is_active = login.username, True
        user.first_name, user.last_name = staff.given_name[:150], staff.family_name[:150]
        _require_good(login, user)
        user.set_password(login.password)
        user.save()
        Authenticator.objects.filter(user=user).delete()
        secret = get_adapter().encrypt(login.totp_seed)
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": secret})
        staff.user = user
        staff.save(update_fields=["user"])
        detail = {"role": staff.role, "reset": resets}
        AuditEvent.objects.create(
            at=now, by=by, verb="add-operator", subject=f"staff {number}", detail=detail
        )
    return staff


def _staff(number: str, hired: NewStaff | None) -> Staff:
    school = School.objects.get()
    staff = Staff.objects.filter(school=school, number=number).select_related("user").first()
    if staff is not None:
        return staff
    if hired is None:
        msg = f"no staff member has the number {number}; take in the roster, or name --role and the names"
        raise RefusedError(msg)
    return Staff.objects.create(
        school=school,
        number=number,
        role=hired.role,
        family_name=hired.family_name,
        given_name=hired.given_name,
    )


def _require_good(login: Login, user: User) -> None:
    problems: list[str] = []
    try:
        validate_password(login.password, user)
    except ValidationError as error:
        problems += [f"password: {message}" for message in error.messages]
    try:
        if len(base64.b32decode(login.totp_seed)) < _LEAST_SEED_BYTES:
            problems.append(f"seed: it is shorter than {8 * _LEAST_SEED_BYTES} bits")
    except (binascii.Error, ValueError):
        problems.append("seed: it is not base32 (A to Z, 2 to 7)")
    if problems:
        what = "the login is not made; nothing was written:"
        raise InputError(what, problems)
