"""Published: passkeys: a second factor held by a person's own device, each answer bound to what it is for."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidSignature
from django.contrib.auth.models import User
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    UserVerificationRequirement,
)

from central.store.models import RecoverySession, Section, SpentChallenge, Staff
from central.work import signing_off
from central.work.passkey_site import Site

FRESH_S: Final = 60
"""How long an answer may take: as long as a one-time code may be typed after it was shown."""
ENROLLING: Final = "enrol"
_NAME: Final = "Rollbook"
_ASKED = UserVerificationRequirement.REQUIRED
# What the library raises for an answer that is no answer, or not the right one.
_NO_ANSWER = (ValueError, TypeError, KeyError, AttributeError, InvalidSignature, signing.BadSignature)


def certifying(section: Section, on: date) -> str:
    """Return what a passkey is asked for when a class's day is certified."""
    return f"section {section.pk} on {on.isoformat()}"


def certifying_session(session: RecoverySession) -> str:
    """Return what a passkey is asked for when a recovery session is signed."""
    return f"recovery session {session.pk}"


def keys_of(user: User) -> list[Authenticator]:
    """Return the passkeys somebody can use, the first one first."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN, user__is_active=True)
    return list(found.order_by("pk"))


def held_by(staff: Staff) -> "QuerySet[Authenticator]":
    """Return the passkeys of a member of staff as a question to the records."""
    held = Authenticator.objects.filter(user=staff.user_id, type=Authenticator.Type.WEBAUTHN)
    return cast("QuerySet[Authenticator]", held)


def ask(by: User, purpose: str, site: Site) -> dict[str, object]:
    """Return what a browser asks of somebody's passkeys, for one purpose and for `FRESH_S` seconds."""
    options, _state_kept = _server(site).authenticate_begin(
        credentials=[_credential(key) for key in keys_of(by)],
        user_verification=_ASKED,
        challenge=challenge(by, purpose),
    )
    return dict(options)


def challenge(by: User, purpose: str) -> bytes:
    """Return a fresh challenge that says, signed, whom it asks, when and what for."""
    said = [secrets.token_urlsafe(16), by.pk, purpose]
    return signing.dumps(said, salt=_NAME + " passkey").encode()


def _require_fresh(given: bytes, by: User, purpose: str) -> None:
    # Like one-time codes it is held against the real clock, whatever a practice school's clock says.
    _, asked, asked_for = signing.loads(given.decode("ascii"), salt=_NAME + " passkey", max_age=FRESH_S)
    if (asked, asked_for) != (by.pk, purpose):
        msg = "another purpose"
        raise ValueError(msg)


class WrongPasskeyError(signing_off.WrongCodeError):
    """Report an answer that is another's, for something else, too old, or has signed before."""

    def __init__(self, by: Staff) -> None:
        """Name the employee, never the answer."""
        super().__init__(
            by,
            f"this is no fresh answer of a passkey of employee {by.number} for this signature; "
            "nothing was written: try again, or sign with a one-time code",
        )


@dataclass(frozen=True, slots=True)
class Assertion:
    """A passkey's answer as a browser sends it, and what it was to be given for."""

    text: str
    purpose: str
    site: Site | None
    signed_with: str = signing_off.PASSKEY_SIGNATURE

    def spend(self, by: Staff, now: datetime) -> None:
        """Accept the answer once for ever; raises WrongPasskeyError, and TryLaterError after too many.

        Call it last: an answer spent on a refusal is lost.
        """
        signing_off.require_patience(by, now)
        try:
            key, challenge_given = self._checked(by)
            with transaction.atomic():
                spent = hashlib.sha256(challenge_given).hexdigest()
                SpentChallenge.objects.create(staff=by, challenge_sha256=spent, at=now)
        except (*_NO_ANSWER, IntegrityError) as error:
            raise WrongPasskeyError(by) from error
        key.record_usage()

    def _checked(self, by: Staff) -> tuple[Authenticator, bytes]:
        """Return the passkey that answered and what it was asked; raises one of `_NO_ANSWER`."""
        if self.site is None or by.user is None:
            msg = "no site"
            raise ValueError(msg)
        answer = AuthenticationResponse.from_dict(json.loads(self.text))
        given = answer.response.client_data.challenge
        _require_fresh(given, by.user, self.purpose)
        keys = {_credential(key).credential_id: key for key in keys_of(by.user)}
        found = _server(self.site).authenticate_complete(
            _state(given), [_credential(key) for key in keys.values()], answer
        )
        return keys[found.credential_id], given


def registration(text: str, by: User, site: Site) -> tuple[bytes, dict[str, object]]:
    """Return the name a new passkey gives itself and the whole of its answer; raises ValueError."""
    try:
        plain = json.loads(text)
        answer = RegistrationResponse.from_dict(plain)
        given = answer.response.client_data.challenge
        _require_fresh(given, by, ENROLLING)
        made = _server(site).register_complete(_state(given), answer)
        if made.credential_data is None:
            raise KeyError(text)
        return made.credential_data.credential_id, cast("dict[str, object]", plain)
    except _NO_ANSWER as error:
        msg = "no fresh passkey"
        raise ValueError(msg) from error


def ask_new(by: User, site: Site) -> dict[str, object]:
    """Return what a browser asks of a device that is to make a passkey."""
    options, _state_kept = _server(site).register_begin(
        user=PublicKeyCredentialUserEntity(
            id=str(by.pk).encode(), name=by.username, display_name=by.get_full_name() or by.username
        ),
        credentials=[_credential(key) for key in keys_of(by)],
        user_verification=_ASKED,
        challenge=challenge(by, ENROLLING),
    )
    return dict(options)


def credential_id(key: Authenticator) -> bytes:
    """Return the name a passkey gives itself."""
    return bytes(_credential(key).credential_id)


def _server(site: Site) -> Fido2Server:
    relying = PublicKeyCredentialRpEntity(name=_NAME, id=site.host)
    # Stricter than the library, which takes every port and every name below the host.
    return Fido2Server(relying, verify_origin=lambda origin: origin == site.origin)


def _credential(key: Authenticator) -> AttestedCredentialData:
    return cast("AttestedCredentialData", key.wrap().authenticator_data.credential_data)


def _state(given: bytes) -> dict[str, object]:
    """Return what the library would have kept since it asked; the signed challenge says it all."""
    return {"challenge": websafe_encode(given), "user_verification": _ASKED}
