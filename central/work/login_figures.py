"""Published: what the records prove of credentials being each person's own: second factors and signatures."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import User
from django.db.models import Count

from central.store.models import (
    AuditEvent,
    School,
    SchoolYear,
    SessionCertification,
    SpentChallenge,
    SpentCode,
    Staff,
)
from central.work.passkeys import credential_id
from central.work.signing_off import REFUSED

_TYPE: Final = Authenticator.Type


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFigures:
    """Logins of staff as they are now, and signatures of a year up to an instant.

    `without_factor` and `shared` are employee numbers: who can sign in by a password alone, and whose
    seed or passkey opens another person's login too.
    """

    in_use: int
    disabled: int
    with_code: int
    with_passkey: int
    passkeys: int
    without_factor: tuple[str, ...]
    shared: tuple[str, ...]
    signatures: dict[str, int]
    """By what signed: totp, passkey or practice."""
    spent_codes: int
    spent_challenges: int
    refused: int


def login_figures(year: SchoolYear, since: datetime, before: datetime) -> LoginFigures:
    """Return the figures of a school; no seed, key or name is told. Nine queries at most."""
    school = year.school
    active = dict(_numbers(school, is_active=True))
    factors = list(Authenticator.objects.filter(user__in=active, type__in=(_TYPE.TOTP, _TYPE.WEBAUTHN)))
    codes = {each.user_id for each in factors if each.type == _TYPE.TOTP}
    passkeys = [each for each in factors if each.type == _TYPE.WEBAUTHN]
    held = {each.user_id for each in passkeys}
    signed = SessionCertification.objects.filter(section__school_year=year, at__lt=before)
    refused = AuditEvent.objects.filter(verb=REFUSED, at__gte=since, at__lt=before)
    of_ours = {"staff__school": school, "at__gte": since, "at__lt": before}
    return LoginFigures(
        in_use=len(active),
        disabled=User.objects.filter(staff__school=school, is_active=False).count(),
        with_code=len(codes),
        with_passkey=len(held),
        passkeys=len(passkeys),
        without_factor=tuple(sorted(number for user, number in active.items() if user not in codes | held)),
        shared=tuple(sorted(active[user] for user in _shared(factors))),
        signatures=dict(signed.values_list("signed_with").annotate(n=Count("pk")).order_by("signed_with")),
        spent_codes=SpentCode.objects.filter(**of_ours).count(),
        spent_challenges=SpentChallenge.objects.filter(**of_ours).count(),
        refused=refused.count(),
    )


def _numbers(school: School, *, is_active: bool) -> Iterable[tuple[int, str]]:
    rows = Staff.objects.filter(school=school, user__is_active=is_active)
    return rows.values_list("user_id", "number")


def _shared(factors: Iterable[Authenticator]) -> set[int]:
    """Return whose secret is another's too: whoever has it can sign as both."""
    holders: dict[bytes, set[int]] = defaultdict(set)
    for each in factors:
        holders[_secret(each)].add(each.user_id)
    many = Counter({secret: len(users) for secret, users in holders.items()})
    return {user for secret, users in holders.items() if many[secret] > 1 for user in users}


def _secret(factor: Authenticator) -> bytes:
    if factor.type == _TYPE.TOTP:
        return f"seed {decrypt(factor.data['secret'])}".encode()
    return b"passkey " + credential_id(factor)
