"""Put the keys stations brought into use, and note those that were refused."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max

from central.errors import RefusedError
from central.store.enrolled import Brought, BroughtKeys, Refusal, Successor
from central.store.models import AuditEvent, EnrolmentRefusal, EnrolmentToken, StationKey
from central.store.reading import Place
from central.work import enrolment
from central.work.commission import Commission, commission

log = logging.getLogger(__name__)

OVERLAP: Final = timedelta(days=7)
"""So long a key stays good after another has followed it: a station may lose power between the two."""
SALVAGE: Final = timedelta(days=90)
"""So long the key of a card that was replaced stays good, for the taps that card still holds."""
BY: Final = "central"


def take_up(evidence: Place, now: datetime) -> int:
    """Put every key into use that the intake took meanwhile, and return how many there were.

    Doing it again changes nothing. Raises UnavailableError.
    """
    brought = BroughtKeys(evidence)
    done = 0
    waiting = {row.digest: row for row in enrolment.open_tokens()}
    for each in brought.under(waiting):
        done += _enrol(waiting[each.digest], each, now)
    for successor in brought.successors():
        done += _rotate(successor, now)
    newest = EnrolmentRefusal.objects.aggregate(newest=Max("received_at"))["newest"]
    for refusal in brought.refusals(newest):
        _note_refusal(refusal)
    return done


def _enrol(token: EnrolmentToken, brought: Brought, now: datetime) -> int:
    """Commission the station a token was made for with the key it brought."""
    wish = Commission(
        station=token.station_code,
        room=token.room.name,
        public_key=brought.public,
        replaces_key=token.replaces,
        old_key_until=now + SALVAGE if token.replaces else None,
    )
    try:
        with transaction.atomic():
            kid = commission(wish, now, BY)
            token.used_at, token.kid = now, kid
            token.save(update_fields=["used_at", "kid"])
    except RefusedError as error:
        # Somebody hung another station there meanwhile: the token can bring nothing any more.
        token.revoked_at, token.revoked_why = now, str(error)[:255]
        token.save(update_fields=["revoked_at", "revoked_why"])
        log.warning("enrolment.undone station=%s why=%r", token.station_code, str(error))
        return 0
    log.info("enrolment.done station=%s kid=%s", token.station_code, kid)
    return 1


def _rotate(successor: Successor, now: datetime) -> int:
    """Make a key good beside the one that signed for it, and give that one its end."""
    keys = {key.kid: key for key in StationKey.objects.filter(station=successor.station)}
    old = keys.get(successor.after_kid)
    if successor.kid in keys or old is None or _is_over(old, now):
        return 0
    with transaction.atomic():
        StationKey.objects.create(
            station=old.station, kid=successor.kid, public_key=successor.public, since_at=now
        )
        old.ends_at = min(old.ends_at or now + OVERLAP, now + OVERLAP)
        old.save(update_fields=["ends_at"])
        detail = {"kid": successor.kid, "after": old.kid, "until": old.ends_at.isoformat()}
        AuditEvent.objects.create(at=now, by=BY, verb="rotate-key", subject=successor.station, detail=detail)
    log.info("key.rotated station=%s kid=%s after=%s", successor.station, successor.kid, old.kid)
    return 1


def _is_over(key: StationKey, now: datetime) -> bool:
    return key.revoked_at is not None or (key.ends_at is not None and key.ends_at <= now)


def _note_refusal(refusal: Refusal) -> None:
    with transaction.atomic():
        _, is_new = EnrolmentRefusal.objects.get_or_create(
            digest=refusal.shown,
            kid=refusal.kid,
            reason=refusal.reason,
            defaults={"station_code": refusal.station, "received_at": refusal.received_at},
        )
        if is_new:
            detail = {"reason": refusal.reason, "kid": refusal.kid}
            AuditEvent.objects.create(
                at=refusal.received_at, by=BY, verb="refuse-key", subject=refusal.station, detail=detail
            )
