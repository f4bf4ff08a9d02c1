"""Judge the evidence of taps under the school's keys, and find the copies among them."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from central.domain.proof import Proof, Reason
from central.errors import CentralError
from central.proof import Judged, Known, Shown, judge
from central.store.models import AttendanceRecord, Credential, School, Tap
from central.store.rewrite import rewrite
from central.timeline import Grade
from central.work import keys
from station.errors import StationError
from sync_agent.signing import SignatureError

log = logging.getLogger(__name__)
T = TypeVar("T")
PROOF_FIELDS: Final = ["proof", "proof_reason", "once", "token", "key_id", "is_token_derived"]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_QR: Final = "sc1q:"
_AT_ONCE: Final = 500


class Prover:
    """Judges taps under the keys in a folder; they are read when the first evidence is met."""

    def __init__(self, folder: Path | None) -> None:
        """Prepare; without a folder no key is known and no evidence proves anything."""
        self._folder = folder

    def judge(self, row: Tap) -> None:
        """Write into a row, not saved, what its evidence proves by itself."""
        if not row.evidence:
            return
        found = self._judged(row)
        row.proof, row.proof_reason, row.once = found.proof.value, found.reason or "", found.once
        if row.token is None or row.is_token_derived:
            # Only where code or signature hold: what anybody can write down is nobody's.
            row.token, row.is_token_derived = found.token, found.token is not None
            row.key_id = keys.SCHOOL_KEY_ID if found.token else ""

    def _judged(self, row: Tap) -> Judged:
        is_of_another_key = row.token is not None and row.key_id != keys.SCHOOL_KEY_ID
        if self._known is None or is_of_another_key:
            return Judged(Proof.UNPROVEN, Reason.NO_KEY)
        return judge(_shown(row), self._known)

    @cached_property
    def _known(self) -> Known | None:
        if self._folder is None:
            return None
        try:
            school_key = keys.school_key(self._folder)
            return Known(school_key, keys.issuer(self._folder), keys.sun_keys(self._folder), _device_key)
        except (StationError, CentralError, SignatureError):
            # Taps must not wait for somebody to mend a file: they are judged again when it is.
            log.exception("proof.no-keys")
            return None


def settle_copies(school: School, marks: Collection[str], prover: Prover) -> None:
    """Find who was shown first with each mark, and call whatever came after it a copy.

    The order is that of the proven times, never that of arrival: a station that was offline may
    bring the first one last.
    """
    changed: list[Tap] = []
    for some in _in_parts(sorted(set(marks) - {""})):
        groups: dict[str, list[Tap]] = defaultdict(list)
        for row in Tap.objects.filter(school=school, once__in=some).select_related("record"):
            groups[row.once].append(row)
        for group in groups.values():
            changed += _settled(sorted(group, key=_in_time), prover)
    for row in changed:
        ask_again(row)
    rewrite(changed, [*PROOF_FIELDS, "outcome"])


def prove_again(taps: QuerySet[Tap], prover: Prover) -> int:
    """Judge taps anew, some hundred a transaction, because a key became known; return how many changed."""
    count = 0
    for some in _in_parts(list(taps.order_by("pk").values_list("pk", flat=True))):
        with transaction.atomic():
            count += _prove_some(some, prover)
    return count


def ask_again(row: Tap) -> None:
    """Have the tap resolved anew, unless a person has decided on the record it stands behind."""
    if row.outcome in {Tap.Outcome.UNPARSED, Tap.Outcome.AFTER_DECISION}:
        return
    is_decided = row.record is not None and row.record.stage != AttendanceRecord.Stage.PROVISIONAL
    if not is_decided:
        row.outcome = Tap.Outcome.PENDING
    elif row.on is None:
        row.outcome = Tap.Outcome.TIME_REVIEW


def _prove_some(primary_keys: Sequence[int], prover: Prover) -> int:
    changed: list[Tap] = []
    marks: dict[School, set[str]] = defaultdict(set)
    for row in (
        Tap.objects.select_for_update(of=("self",))
        .select_related("school", "record")
        .filter(pk__in=primary_keys)
    ):
        before = _proof(row)
        prover.judge(row)
        if _proof(row) != before:
            ask_again(row)
            changed.append(row)
            marks[row.school] |= {before[2], row.once}
    rewrite(changed, [*PROOF_FIELDS, "outcome"])
    for school, touched in marks.items():
        settle_copies(school, touched, prover)
    return len(changed)


def _settled(group: Sequence[Tap], prover: Prover) -> Iterator[Tap]:
    """Yield the taps of one mark, in the order of time, whose proof is another than it was."""
    first = group[0]
    for row in group:
        before = _proof(row)
        if row is not first and not _is_shown_again(first, row):
            row.proof, row.proof_reason = Proof.REFUTED.value, Reason.COPY
        elif row.proof_reason == Reason.COPY:
            prover.judge(row)
        if _proof(row) != before:
            yield row


def _is_shown_again(first: Tap, row: Tap) -> bool:
    """Tell whether somebody merely held the same code to the same scanner again within the minute."""
    return row.once.startswith(_QR) and row.station_id == first.station_id and "repeat" in row.flags


def _in_time(row: Tap) -> tuple[datetime, datetime, str, int, int]:
    return row.earliest_at or _NEVER, row.latest_at or _NEVER, row.station_id, row.epoch, row.sequence


def _proof(row: Tap) -> tuple[str, str, str, bytes]:
    return row.proof, row.proof_reason, row.once, bytes(row.token or b"")


def _shown(row: Tap) -> Shown:
    is_bounded = row.time_quality != Grade.CONTRADICTION
    return Shown(
        evidence=row.evidence,
        station=row.station_id,
        token=None if row.token is None or row.is_token_derived else bytes(row.token),
        earliest_ms=_ms(row.earliest_at) if is_bounded else None,
        latest_ms=_ms(row.latest_at) if is_bounded else None,
        is_clock_trusted=is_bounded and row.is_clock_synchronised and not row.is_clock_doubted,
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else round((at - _EPOCH).total_seconds() * 1000)


def _device_key(token: bytes) -> bytes | None:
    issued = Credential.objects.filter(token=token).exclude(device_key="")
    key = issued.values_list("device_key", flat=True).first()
    return bytes.fromhex(key) if key else None


def _in_parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
