"""Certify a phone's key and record whose credential it is."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from central.errors import RefusedError
from central.exchange.credentials_csv import Issue
from central.exchange.problem import Where
from central.proof import certificate
from central.store.lookup import the_school
from central.store.models import AuditEvent
from central.work import keys
from central.work.credentials import hand_out
from station import credential

LONGEST: Final = timedelta(seconds=certificate.LONGEST_LIFE_S)
_FOR_ID: Final = b"rollbook/sc1/id\n"


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose phone, its public key (compressed P-256) in hexadecimal, and for how long."""

    is_student: bool
    number: str = field(repr=False)
    public_key: str
    life: timedelta = LONGEST


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate as it goes to the phone; `is_new` unless the holder's credential was there before."""

    certificate: bytes
    credential_id: bytes
    is_new: bool
    ends_at: datetime


def issue_phone(folder: Path, wish: Wish, now: datetime, by: str, entropy: keys.Entropy) -> Issued:
    """Certify a phone's key from now on, under the keys in `folder`, and record the credential from today.

    The same phone keeps its credential id: a renewal changes nothing but the certificate. A phone
    given to another person ends for the first the day before. Raises RefusedError for a key that
    is none, too long a life, or a number nobody has, and ConfigError when the issuing key is lost.
    """
    key = _key(wish.public_key)
    school_key = keys.school_key(folder)
    credential_id = phone_id(school_key, key)
    made = _certified(folder, wish, key, credential_id, now, entropy)
    ends_at = now + wish.life
    issue = Issue(
        where=Where("issue-phone"),
        is_student=wish.is_student,
        number=wish.number,
        kind="sc1",
        token=credential.token(school_key, "sc1", credential_id.hex()),
        since=now.astimezone(ZoneInfo(the_school().time_zone)).date(),
        until=None,
        device_key=key.hex(),
    )
    with transaction.atomic():
        is_new = hand_out(issue)
        AuditEvent.objects.create(
            at=now,
            by=by[:200],
            verb="issue-phone",
            subject=f"{'student' if wish.is_student else 'staff'} {wish.number}"[:200],
            detail={"new": is_new, "ends_at": ends_at.isoformat()},
        )
    return Issued(made, credential_id, is_new, ends_at)


def phone_id(school_key: bytes, device_key: bytes) -> bytes:
    """Return the credential id of a phone: as good as drawn at random, and the same again at a renewal.

    It is computed so that it has to be stored nowhere.
    """
    return hmac.new(school_key, _FOR_ID + device_key, hashlib.sha256).digest()[: certificate.ID_BYTES]


def _key(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        msg = "the phone's public key is not hexadecimal; give the 66 digits its app shows"
        raise RefusedError(msg) from error


def _certified(
    folder: Path, wish: Wish, key: bytes, credential_id: bytes, now: datetime, entropy: keys.Entropy
) -> bytes:
    begins_s = int(now.timestamp())
    life_s = int(wish.life.total_seconds())
    try:
        issuer = keys.issuing_key(folder, entropy)
        return certificate.issue(credential_id, key, begins_s, life_s, issuer).encoded()
    except certificate.CertificateError as error:
        msg = f"nothing is issued: {error}; give the 66 digits the phone's app shows, and 1 to 30 days"
        raise RefusedError(msg) from error
