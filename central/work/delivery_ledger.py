"""The ledger of deliveries: what is intended is written before it is sent, what came of it afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction

from central.exchange.powerschool.answers import RecordAnswer
from central.exchange.powerschool.session import Outcome, Written
from central.store.models import AttendanceRecord, Decision, Delivery, Staff
from central.store.rewrite import rewrite
from central.work import record_moves
from central.work.delivery_judgement import Deed, Judgement, State
from central.work.delivery_keys import current, key, newest, with_revision
from central.work.delivery_units import Unit
from central.work.record_moves import Actor, Author

_Stage, _Way = AttendanceRecord.Stage, Delivery.State
_AT_ONCE: Final = 500
_FIELDS: Final = [field.name for field in Delivery._meta.concrete_fields if field.name != "id"]  # noqa: SLF001  Django's public name for it
Judged = tuple[Unit, Judgement]


@dataclass(frozen=True, slots=True)
class Scribe:
    """Who writes the ledger, and when: the certificated person the run is for."""

    by: Staff
    now: datetime

    def author(self, actor: Actor) -> Author:
        """Return the person as the author of a move; raises RefusedError without a credential."""
        return record_moves.courier(actor, self.by, self.now)


@dataclass(slots=True)
class Tally:
    """What one settling changed."""

    confirmed: int = 0
    reopened: list[tuple[AttendanceRecord, str]] = field(default_factory=list)


def begin(judged: Sequence[Judged], scribe: Scribe) -> list[Unit]:
    """Write what is about to be sent, durably, and return the units that still are as they were judged."""
    with transaction.atomic():
        fresh = _fresh(record for unit, _ in judged for record in unit.records)
        page = _Page(scribe)
        begun = []
        for unit, judgement in judged:
            if all(_is_as_it_was(record, fresh) for record in unit.records):
                begun.append(unit)
                for record in unit.records:
                    if record.stage != _Stage.CONFIRMED:
                        page.begin(fresh[record.pk], unit, judgement)
        page.write()
    return begun


def answered(units: Sequence[Unit], written: Written, scribe: Scribe) -> None:
    """Write what became of units that were begun: each by its own answer, where there is one."""
    with transaction.atomic():
        fresh = _fresh(record for unit in units for record in unit.records)
        page = _Page(scribe)
        for number, unit in enumerate(units):
            answer = written.records[number] if written.records is not None else None
            for record in unit.records:
                row = fresh.get(record.pk)
                if row is not None and record.stage != _Stage.CONFIRMED:
                    page.answer(row, key(record), written, answer)
        page.write()


def settle(judged: Iterable[Judged], scribe: Scribe) -> Tally:
    """Write what reading back showed: confirmed, or reopened with its reason; call it in a transaction.

    The units must have been read in the same transaction.
    """
    page, tally = _Page(scribe), Tally()
    for unit, judgement in judged:
        for record in unit.records:
            if judgement.deed is Deed.CONFIRM:
                tally.confirmed += page.confirm(record, unit, judgement)
            elif judgement.deed is Deed.REOPEN and page.reopen(record, unit, judgement):
                tally.reopened.append((record, judgement.why))
            elif judgement.deed is Deed.WAIT and record.stage == _Stage.CERTIFIED:
                page.wait(record, judgement)
    page.write()
    return tally


def _fresh(records: Iterable[AttendanceRecord]) -> dict[int, AttendanceRecord]:
    keys = [record.pk for record in records]
    # Held until the end of the transaction; what is counted beside them cannot be locked.
    list(AttendanceRecord.objects.select_for_update().filter(pk__in=keys).values_list("pk", flat=True))
    rows = with_revision(AttendanceRecord.objects.filter(pk__in=keys)).prefetch_related("deliveries")
    return {row.pk: row for row in rows}


def _is_as_it_was(record: AttendanceRecord, fresh: dict[int, AttendanceRecord]) -> bool:
    row = fresh.get(record.pk)
    return row is not None and row.stage == record.stage and key(row) == key(record)


class _Page:
    """Collects what one transaction writes: deliveries, moves of records, decisions."""

    def __init__(self, scribe: Scribe) -> None:
        self._scribe = scribe
        self._authors = {actor: scribe.author(actor) for actor in (Actor.SUBMISSION, Actor.READ_BACK)}
        self._new: list[Delivery] = []
        self._changed: list[Delivery] = []
        self._records: dict[int, AttendanceRecord] = {}
        self._decisions: list[Decision] = []

    def begin(self, record: AttendanceRecord, unit: Unit, judgement: Judgement) -> None:
        """Note that a record is about to be sent, and what stands there before."""
        delivery = self._open(record)
        delivery.state, delivery.difference = _Way.ASKED, ""
        delivery.value, delivery.marker = unit.case.wanted, unit.case.marker
        delivery.seen, delivery.dcid = judgement.seen, judgement.dcid
        delivery.attempts += 1
        delivery.sent_by, delivery.sent_at = self._scribe.by, self._scribe.now
        delivery.read_at, delivery.answered_at = self._scribe.now, None

    def answer(
        self, record: AttendanceRecord, sent: str, written: Written, answer: RecordAnswer | None
    ) -> None:
        """Note what the other side said of a delivery; `sent` is the key of the revision that went out."""
        delivery = next((each for each in record.deliveries.all() if each.key == sent), newest(record))
        if delivery is None:
            return
        self._changed.append(delivery)
        delivery.answered_at = self._scribe.now
        is_taken = written.outcome is Outcome.TAKEN and (answer is None or answer.is_taken)
        if is_taken:
            delivery.state = _Way.SENT
            delivery.dcid = (answer.dcid if answer else "") or delivery.dcid
            if record.stage == _Stage.CERTIFIED and key(record) == sent:
                self._move(record, _Stage.SUBMITTED, Actor.SUBMISSION)
        elif written.outcome is Outcome.UNKNOWN:
            delivery.state, delivery.difference = _Way.UNKNOWN, written.why[:200]
        elif written.outcome is Outcome.NOT_SENT:
            delivery.state, delivery.difference = _Way.WAITING, written.why[:200]
            delivery.attempts -= 1
        else:
            why = answer.why if answer else written.why
            delivery.state, delivery.difference = _Way.WAITING, f"refused there: {why}"[:200]

    def confirm(self, record: AttendanceRecord, unit: Unit, judgement: Judgement) -> bool:
        """Take a record to stage 3: what was certified stands there; one confirmed before only keeps when."""
        was_confirmed = record.stage == _Stage.CONFIRMED
        delivery = self._last(record) if was_confirmed else self._open(record)
        if record.stage == _Stage.CERTIFIED:
            self._move(record, _Stage.SUBMITTED, Actor.SUBMISSION)
        if not was_confirmed:
            self._move(record, _Stage.CONFIRMED, Actor.READ_BACK)
            delivery.value, delivery.marker = unit.case.wanted, unit.case.marker
        delivery.state, delivery.difference = _Way.CONFIRMED, ""
        delivery.seen, delivery.dcid = judgement.seen, judgement.dcid
        delivery.read_at = self._scribe.now
        delivery.confirmed_at = delivery.confirmed_at or self._scribe.now
        return not was_confirmed

    def reopen(self, record: AttendanceRecord, unit: Unit, judgement: Judgement) -> bool:
        """Take a record back to stage 1 with its reason; tell whether that is news."""
        is_held = unit.case.state is State.HELD
        delivery = self._last(record) if is_held or record.stage != _Stage.CERTIFIED else self._open(record)
        is_news = not is_held or judgement.seen != delivery.seen
        why = judgement.why or f"read back as {judgement.seen}"
        if is_news:
            delivery.difference = why[:200]
        if delivery.state != _Way.REOPENED and not delivery.value:
            delivery.value, delivery.marker = unit.case.wanted, unit.case.marker
        delivery.state, delivery.seen = _Way.REOPENED, judgement.seen
        delivery.dcid = judgement.dcid or delivery.dcid
        delivery.read_at = self._scribe.now
        if record.stage != _Stage.CERTIFIED:
            self._move(record, _Stage.CERTIFIED, Actor.READ_BACK, why)
        return is_news

    def wait(self, record: AttendanceRecord, judgement: Judgement) -> None:
        """Note why a record cannot be sent; what was begun, or is held, stays as it is."""
        found = current(record)
        if found is None or found.state == _Way.WAITING:
            delivery = self._open(record)
            delivery.state, delivery.difference = _Way.WAITING, judgement.why[:200]

    def write(self) -> None:
        """Keep everything collected."""
        Delivery.objects.bulk_create(self._new, batch_size=_AT_ONCE)
        rewrite(self._changed, _FIELDS)
        rewrite(list(self._records.values()), ["stage"])
        Decision.objects.bulk_create(self._decisions, batch_size=_AT_ONCE)

    def _open(self, record: AttendanceRecord) -> Delivery:
        """Return the delivery of the revision a record is in: the one there is, or a new one."""
        found = current(record) if record.stage == _Stage.CERTIFIED else newest(record)
        if found is not None:
            self._changed.append(found)
            found.channel = Delivery.Channel.POWERSCHOOL
            return found
        made = Delivery(
            record=record,
            key=key(record),
            mark=record.mark,
            sent_by=self._scribe.by,
            sent_at=self._scribe.now,
            channel=Delivery.Channel.POWERSCHOOL,
        )
        self._new.append(made)
        return made

    def _last(self, record: AttendanceRecord) -> Delivery:
        found = newest(record)
        if found is None:
            return self._open(record)
        self._changed.append(found)
        return found

    def _move(self, record: AttendanceRecord, stage: str, actor: Actor, why: str = "") -> None:
        author = self._authors[actor]
        self._decisions.append(record_moves.move(record, stage, record.mark, author, why[:255]))
        self._records[record.pk] = record
