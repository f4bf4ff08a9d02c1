"""Published: which revision of a record a delivery is of: the key that makes one row of it."""

import hashlib
from collections.abc import Iterable

from django.db.models import Count, Max, Q, QuerySet

from central.store.models import AttendanceRecord, Delivery

_CERTIFIED = Q(decisions__stage_to=AttendanceRecord.Stage.CERTIFIED)


def with_revision(records: "QuerySet[AttendanceRecord]") -> "QuerySet[AttendanceRecord]":
    """Return the records with how often each was certified, and when a person last signed for it."""
    return records.annotate(
        revision=Count("decisions", filter=_CERTIFIED),
        signed_at=Max("decisions__at", filter=_CERTIFIED & ~Q(decisions__signed_with="")),
    )


def key(record: AttendanceRecord) -> str:
    """Return the key of the revision a record, read by `with_revision`, is in."""
    revision = getattr(record, "revision")  # noqa: B009  annotated by the query
    return hashlib.sha256(f"{record.pk}|{record.mark}|{revision}".encode()).hexdigest()


def marker(keys: Iterable[str]) -> str:
    """Return what tells a row there as ours: of one revision, or of those that share the row."""
    return hashlib.sha256("|".join(sorted(keys)).encode()).hexdigest()[:20]


def newest(record: AttendanceRecord) -> Delivery | None:
    """Return the delivery of a record that was begun last, of those prefetched with it."""
    return max(record.deliveries.all(), key=lambda delivery: delivery.pk, default=None)


def current(record: AttendanceRecord) -> Delivery | None:
    """Return the delivery of the revision a record is in, of those prefetched with it."""
    wanted = key(record)
    return next((each for each in record.deliveries.all() if each.key == wanted), None)
