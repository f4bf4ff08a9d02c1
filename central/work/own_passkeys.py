"""Published: add, name and remove one's own passkeys."""

from datetime import datetime
from typing import Final

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction

from central.errors import RefusedError
from central.store.models import AuditEvent, Staff
from central.work import passkeys, signing_off
from central.work.passkey_site import Site

MOST: Final = 10
MOST_CHARS: Final = 60


def add(by: Staff, name: str, answer: str, code: str, site: Site | None, now: datetime) -> Authenticator:
    """Add a passkey that a device has just made, under a one-time code; the login alone cannot.

    `answer` is what the browser sent of the device, asked for by `passkeys.ask_new`. Raises
    RefusedError, and TryLaterError after too many wrong codes.
    """
    name, user = _named(name), _login(by)
    try:
        with transaction.atomic():
            key = _made(user, name, answer, site)
            signing_off.spend_code(by, code, now)
            _note(by, "add-passkey", key, name, now)
            return key
    except signing_off.WrongCodeError:
        signing_off.note_refusal(by, now)
        raise


def rename(by: Staff, number: int, name: str, now: datetime) -> None:
    """Call one of the own passkeys otherwise; raises RefusedError."""
    key, name = _own(by, number), _named(name)
    with transaction.atomic():
        key.data["name"] = name
        key.save(update_fields=["data"])
        _note(by, "rename-passkey", key, name, now)


def remove(by: Staff, number: int, now: datetime) -> None:
    """Forget one of the own passkeys: it opens and signs nothing any more; raises RefusedError."""
    key = _own(by, number)
    with transaction.atomic():
        _note(by, "remove-passkey", key, str(key.data["name"]), now)
        key.delete()


def _made(user: User, name: str, answer: str, site: Site | None) -> Authenticator:
    if site is None:
        msg = "passkeys are not in use here; ask the school's IT for an address with a name and a certificate"
        raise RefusedError(msg)
    if len(passkeys.keys_of(user)) >= MOST:
        msg = f"somebody has at most {MOST} passkeys; remove one that is not used any more"
        raise RefusedError(msg)
    try:
        identity, plain = passkeys.registration(answer, user, site)
    except ValueError as error:
        msg = "the device's answer is not one to this page, or came too late; nothing was written: try again"
        raise RefusedError(msg) from error
    others = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    if any(passkeys.credential_id(key) == identity for key in others):
        msg = "this passkey is known already; nothing was written"
        raise RefusedError(msg)
    data = {"name": name, "credential": plain}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MOST_CHARS:
        msg = f"a passkey has a name of at most {MOST_CHARS} characters; say which device it is on"
        raise RefusedError(msg)
    return name


def _login(by: Staff) -> User:
    if by.user is None:
        msg = f"employee {by.number} has no login; run rollbook-central add-operator"
        raise RefusedError(msg)
    return by.user


def _own(by: Staff, number: int) -> Authenticator:
    key = next((key for key in passkeys.keys_of(_login(by)) if key.pk == number), None)
    if key is None:
        msg = "this passkey is not there any more; reload the page"
        raise RefusedError(msg)
    return key


def _note(by: Staff, verb: str, key: Authenticator, name: str, now: datetime) -> None:
    detail = {"passkey": key.pk, "name": name}
    AuditEvent.objects.create(at=now, by=by.number, verb=verb, subject=f"staff {by.number}", detail=detail)
