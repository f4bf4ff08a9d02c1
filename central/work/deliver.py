"""Deliver certified records to PowerSchool: read what stands there, send what lacks, read it back."""

import fcntl
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import transaction

from central.config import PowerSchoolConfig
from central.errors import RefusedError, UnavailableError
from central.exchange.powerschool import rows
from central.exchange.powerschool.ids import Ids, NoIdError, Scope
from central.exchange.powerschool.rows import Place, Standing, Wanted
from central.exchange.powerschool.session import Outcome, PowerSchool
from central.store.models import AttendanceRecord, AuditEvent, Delivery, Staff
from central.work import delivery_ledger, record_moves
from central.work.delivery_judgement import Deed, Judgement, judge
from central.work.delivery_ledger import Judged, Scribe
from central.work.delivery_units import Terms, Unit, units_of
from central.work.record_moves import Actor

LOCK: Final = "deliver.lock"
_PASSES: Final = 3
_MOST_LOST_IN_A_ROW: Final = 5
_SCHOOL_YEAR_BEGINS: Final = 7
_CALLS: Final = {"meeting": "meeting_interval", "daily": "batch_daily_time", "time": "batch_daily_time"}
_Stage = AttendanceRecord.Stage


@dataclass(frozen=True, slots=True)
class Wish:
    """Which days are looked at, and how far the run goes.

    `again` also sends what was reopened and waits for a person; `sends` and `writes` false only look.
    """

    since: date
    until: date
    again: bool = False
    sends: bool = True
    writes: bool = True


@dataclass(frozen=True, slots=True)
class Trouble:
    """One record that could not be sent, by its number here, and why."""

    record: int
    on: date
    section: str
    says: str


@dataclass(slots=True)
class Delivered:
    """What one run did; `stopped` says why it sent no more, if it did not finish."""

    sent: int = 0
    confirmed: int = 0
    to_send: int = 0
    resting: int = 0
    reopened: list[Trouble] = field(default_factory=list)
    problems: list[Trouble] = field(default_factory=list)
    stopped: str = ""

    def told(self) -> Mapping[str, object]:
        """Return the figures for the log of what people did."""
        counts = {"reopened": len(self.reopened), "problems": len(self.problems), "stopped": self.stopped}
        return {"sent": self.sent, "confirmed": self.confirmed, "resting": self.resting, **counts}


@dataclass(frozen=True, slots=True)
class Courier:
    """How a run reaches the other side, by whose word, and by which clock."""

    sis: PowerSchool
    config: PowerSchoolConfig
    by: Staff
    clock: Callable[[], datetime]


def deliver(wish: Wish, courier: Courier, data: Path) -> Delivered:
    """Bring the days of a wish in step with PowerSchool, a day at a time.

    Each day is read there first; what lacks is written down here, sent, and read back. Nothing is sent
    that may have arrived. Raises RefusedError, also for a practice school, and UnavailableError; what
    was done before is kept either way.
    """
    by, done = courier.by, Delivered()
    record_moves.courier(Actor.SUBMISSION, by, courier.clock())
    if by.school.is_practice:
        msg = "this is a practice school; its records never leave for a student information system"
        raise RefusedError(msg)
    with _alone(data):
        try:
            for begins_in, days in _by_year(_days(wish, by)).items():
                ids = Ids(courier.sis, scope(courier.config, begins_in, days))
                for on in days:
                    _Day(on, wish, courier, ids, done).bring_in_step()
        finally:
            if wish.writes:
                subject = f"PowerSchool {wish.since} to {wish.until}"
                AuditEvent.objects.create(
                    at=courier.clock(), by=by.number, verb="deliver", subject=subject, detail=done.told()
                )
    return done


def scope(config: PowerSchoolConfig, begins_in: int, days: Sequence[date]) -> Scope:
    """Return what is asked about in one school year."""
    return Scope(config.queries, config.school, begins_in, days[0], days[-1], config.mode)


class _Day:
    """One day: read, settled, sent and read again, until nothing more can be done now."""

    def __init__(self, on: date, wish: Wish, courier: Courier, ids: Ids, done: Delivered) -> None:
        self._on = on
        self._wish = wish
        self._courier = courier
        self._ids = ids
        self._done = done
        self._lost = 0

    def bring_in_step(self) -> None:
        """Read the day there, settle, send what lacks; what was refused is tried with keys asked anew."""
        for number in range(_PASSES):
            lacking = self._settled(is_first=number == 0)
            if not self._wish.sends or number == _PASSES - 1 or self._done.stopped or not lacking:
                if self._wish.sends is False and number == 0:
                    self._done.to_send += len(lacking)
                return
            self._send(lacking)

    def _settled(self, *, is_first: bool) -> list[Judged]:
        """Return what is to be sent, after what can be settled by reading is."""
        # All that is asked is asked before the transaction, which holds up everybody else who writes.
        self._ids.load()
        standing = self._read()
        scribe = Scribe(self._courier.by, self._courier.clock())
        terms = Terms(self._courier.config, scribe.now, self._wish.again and is_first)
        with transaction.atomic():
            units = units_of(self._courier.by.school, self._on, terms)
            judged = [(unit, self._judged(unit, standing)) for unit in units]
            if self._wish.writes:
                tally = delivery_ledger.settle(judged, scribe)
                self._done.confirmed += tally.confirmed
                self._done.reopened += [trouble(record, why) for record, why in tally.reopened]
        if is_first:
            self._done.resting += sum(judgement.deed is Deed.REST for _, judgement in judged)
            waits = [each for each in judged if each[1].deed is Deed.WAIT]
            self._done.problems += [trouble(unit.records[0], judgement.why) for unit, judgement in waits]
        return [each for each in judged if each[1].deed is Deed.SEND]

    def _judged(self, unit: Unit, standing: Mapping[Place, list[Standing]]) -> Judgement:
        try:
            judgement = judge(unit.case, standing.get(self._ids.place(unit.entry), []))
            if judgement.deed is Deed.SEND:
                self._ids.wanted(unit.entry)
        except NoIdError as error:
            return Judgement(Deed.WAIT, "", "", str(error))
        return judgement

    def _read(self) -> Mapping[Place, list[Standing]]:
        """Return what stands there on the day, by its place."""
        mode, ids = self._courier.config.mode, self._ids
        on = replace(ids.scope, since=self._on, until=self._on)
        found: dict[Place, list[Standing]] = defaultdict(list)
        names = ids.code_names()
        for row in self._courier.sis.query(f"{ids.scope.queries}.attendance", on.arguments()):
            if row.get("att_mode_code") != rows.ATT_MODES[mode]:
                continue
            standing = rows.standing(row, mode, names)
            if standing is None or standing.place.on != self._on:
                msg = f"the query attendance gives rows that are not of {self._on}; install it anew"
                raise UnavailableError(msg)
            found[standing.place].append(standing)
        return found

    def _send(self, lacking: Sequence[Judged]) -> None:
        found = [(each, replace(self._ids.wanted(each[0].entry), dcid=each[1].dcid)) for each in lacking]
        for together in _together(found, self._courier.config):
            if self._done.stopped:
                return
            self._call(together)

    def _call(self, together: Sequence[tuple[Judged, Wanted]]) -> None:
        """Write what is intended, send it, write what came of it: in this order, each on its own."""
        courier, config = self._courier, self._courier.config
        begun = delivery_ledger.begin([judged for judged, _ in together], Scribe(courier.by, courier.clock()))
        wanted = {id(judged[0]): each for judged, each in together}
        sending = [wanted[id(unit)] for unit in begun]
        if not sending:
            return
        call = _CALLS[config.mode]
        if len(sending) == 1 and config.mode != "meeting":
            call = "daily_time"
        year_id = self._ids.scope.year_id
        written = courier.sis.write(
            call, [rows.body(each, config.mode, config.school, year_id) for each in sending]
        )
        delivery_ledger.answered(begun, written, Scribe(courier.by, courier.clock()))
        self._done.sent += len(begun) if written.outcome is not Outcome.NOT_SENT else 0
        self._lost = self._lost + 1 if written.outcome is Outcome.UNKNOWN else 0
        if written.outcome is Outcome.NOT_SENT or self._lost == _MOST_LOST_IN_A_ROW:
            self._done.stopped = written.why
        if written.outcome is Outcome.REFUSED or any(not each.is_taken for each in written.records or ()):
            # Perhaps a key was good when it was read and is not any longer.
            self._ids.forget()


def trouble(record: AttendanceRecord, says: str) -> Trouble:
    """Return what is wrong with a record, naming nobody."""
    return Trouble(record.pk, record.on, record.section.code, says)


def _together(
    found: Sequence[tuple[Judged, Wanted]], config: PowerSchoolConfig
) -> Iterator[list[tuple[Judged, Wanted]]]:
    """Yield what one call takes: a student's day of classes, or a batch; what failed before goes alone."""
    groups: dict[object, list[tuple[Judged, Wanted]]] = {}
    for number, each in enumerate(found):
        alone = number if each[0][0].case.attempts else None
        place = each[1].place
        groups.setdefault((place.student, place.on) if config.mode == "meeting" else alone, []).append(each)
    for group in groups.values():
        for start in range(0, len(group), config.batch):
            yield group[start : start + config.batch]


def _days(wish: Wish, by: Staff) -> list[date]:
    """Return the days on which anything was certified, and what was sent of older ones is still open."""
    records = AttendanceRecord.objects.filter(school=by.school, on__range=(wish.since, wish.until))
    found = records.exclude(stage__in=(_Stage.PROVISIONAL, _Stage.REMOVED)).values_list("on", flat=True)
    return sorted(set(found.distinct()))


def _by_year(days: Sequence[date]) -> Mapping[int, list[date]]:
    years: dict[int, list[date]] = {}
    for on in days:
        years.setdefault(on.year - (on.month < _SCHOOL_YEAR_BEGINS), []).append(on)
    return years


def usual_days(by: Staff, config: PowerSchoolConfig, today: date) -> tuple[date, date]:
    """Return the days a run looks at that is told none: those lately read, and any with something open."""
    open_records = AttendanceRecord.objects.filter(
        school=by.school, stage__in=(_Stage.CERTIFIED, _Stage.SUBMITTED)
    ).exclude(deliveries__channel=Delivery.Channel.FILE, stage=_Stage.SUBMITTED)
    oldest = open_records.order_by("on").values_list("on", flat=True).first()
    reread = today - timedelta(days=config.reread_days)
    return (min(oldest, reread) if oldest else reread), today


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the lock of deliveries; raises UnavailableError while another run holds it."""
    with (data / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = "another delivery is running; wait until it is done"
            raise UnavailableError(msg) from error
        yield
