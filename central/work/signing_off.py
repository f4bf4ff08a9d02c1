"""Who may sign for attendance, and whether a one-time code is really theirs."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from central.errors import CentralError, RefusedError
from central.store.models import Assignment, AuditEvent, Section, SpentCode, Staff, TeachingCredential
from central.work.roles import called

TOTP_SIGNATURE: Final = "totp"
PASSKEY_SIGNATURE: Final = "passkey"
PRACTICE_SIGNATURE: Final = "practice"
REFUSED: Final = "signature-refused"
_TRIES = 5
_TRIES_WITHIN = timedelta(minutes=5)


class TryLaterError(CentralError):
    """Report that too many wrong codes were given; waiting helps."""

    exit_code = 75


class WrongCodeError(RefusedError):
    """Report a code that is wrong, stale, or has signed before."""

    def __init__(self, by: Staff, said: str = "") -> None:
        """Name the employee, never the code."""
        super().__init__(
            said
            or f"the code is not employee {by.number}'s current one, or has been used; "
            "nothing was written: wait for the next code and try again"
        )


class SecondFactor(Protocol):
    """What proves beside the login that it is the teacher who signs: a code, or a passkey's answer."""

    @property
    def signed_with(self) -> str:
        """The name of its kind, as the history keeps it."""

    def spend(self, by: Staff, now: datetime) -> None:
        """Accept it once for ever; raises WrongCodeError and TryLaterError."""


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code as it was typed."""

    text: str
    signed_with: str = TOTP_SIGNATURE

    def spend(self, by: Staff, now: datetime) -> None:
        """Accept the code once for ever; see `spend_code`."""
        spend_code(by, self.text, now)


def require_certificated(by: Staff, on: date) -> None:
    """Raise RefusedError unless the staffer is a teacher with a credential valid on a date.

    Source: EC 47605(l), EC 46300(a); the school's procedure, stages 1 to 3.
    """
    if by.role != Staff.Role.TEACHER:
        msg = f"employee {by.number} is {called(by)} and cannot do this; ask a certificated staffer"
        raise RefusedError(msg)
    if not TeachingCredential.objects.filter(staff=by, since__lte=on, until__gte=on).exists():
        msg = (
            f"employee {by.number} has no teaching credential on file that is valid on {on}; "
            "import the credential first"
        )
        raise RefusedError(msg)


def require_teacher_of(by: Staff, section: Section, on: date) -> None:
    """Raise RefusedError unless the staffer was assigned to the section on a date."""
    held = Assignment.objects.filter(staff=by, section=section, since__lte=on).exclude(until__lt=on)
    if not held.exists():
        msg = (
            f"employee {by.number} was not assigned to section {section.code} on {on}; "
            "correct the assignment in the roster or ask its teacher"
        )
        raise RefusedError(msg)


def require_signature(by: Staff, signed_with: str) -> None:
    """Raise RefusedError for a signature the school may not use; practice schools may sign without code."""
    if signed_with in {TOTP_SIGNATURE, PASSKEY_SIGNATURE}:
        return
    if signed_with == PRACTICE_SIGNATURE and by.school.is_practice:
        return
    msg = f"a signature by {signed_with or 'nothing'} is not accepted here; sign with a one-time code"
    raise RefusedError(msg)


def spend_code(by: Staff, code: str, now: datetime) -> None:
    """Accept a one-time code of the staffer's own authenticator, once for ever.

    The code is checked by allauth against the real clock. Its time step is kept in the records, so
    that it cannot sign again in this or any other process. Raises RefusedError, and TryLaterError
    after five wrong codes in five minutes. Call it last: a code spent on a refusal is lost.
    """
    code = code.strip()
    require_patience(by, now)
    authenticator = _authenticator(by)
    if authenticator is None:
        msg = (
            f"employee {by.number} has no one-time codes set up, or a login taken out of use; "
            "run rollbook-central add-operator"
        )
        raise RefusedError(msg)
    step = _time_step(authenticator, code)
    if step is None or not TOTP(authenticator).validate_code(code) or not _spend(by, step, now):
        raise WrongCodeError(by)


def require_patience(by: Staff, now: datetime) -> None:
    """Raise TryLaterError after five wrong codes or passkeys in five minutes."""
    since = now - _TRIES_WITHIN
    if AuditEvent.objects.filter(verb=REFUSED, by=by.number, at__gt=since).count() >= _TRIES:
        msg = f"too many wrong codes for employee {by.number}; wait five minutes and try again"
        raise TryLaterError(msg)


def spend_sign_in_code(user: User, code: str, now: datetime) -> bool:
    """Spend a code that has just opened a page's door, so that it signs nothing; False if it was spent.

    allauth has found the code right; what it remembers of used codes ends with its process.
    """
    by = Staff.objects.filter(user=user).first()
    if by is None:
        # Whoever belongs to no member of staff can neither sign nor see a page.
        return True
    authenticator = _authenticator(by)
    step = _time_step(authenticator, code) if authenticator else None
    return step is not None and _spend(by, step, now)


def note_refusal(by: Staff, now: datetime) -> None:
    """Remember a wrong code; call it outside the transaction that was rolled back."""
    AuditEvent.objects.create(at=now, by=by.number, verb=REFUSED, subject=f"staff {by.number}")


def _authenticator(by: Staff) -> Authenticator | None:
    """Return what makes the staffer's codes, if the login is in use."""
    ours = Authenticator.objects.filter(user=by.user_id, type=Authenticator.Type.TOTP)
    return ours.filter(user__is_active=True).first()


def _spend(by: Staff, step: int, now: datetime) -> bool:
    """Note a time step as used; False where it was used before, whichever process did."""
    try:
        with transaction.atomic():
            SpentCode.objects.create(staff=by, time_step=step, at=now)
    except IntegrityError:
        return False
    return True


def _time_step(authenticator: Authenticator, code: str) -> int | None:
    """Return the time step a code belongs to, among those allauth accepts now."""
    secret = decrypt(authenticator.data["secret"])
    typed = normalize_user_code(code).encode()
    for step in yield_hotp_counters_from_time():
        if hmac.compare_digest(format_hotp_value(hotp_value(secret, step)).encode(), typed):
            return int(step)
    return None
