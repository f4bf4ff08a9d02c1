"""Bring one day in step with PowerSchool: read it there, settle, send what lacks, read it again."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from django.db import transaction

from central.config import PowerSchoolConfig
from central.errors import UnavailableError
from central.exchange.powerschool import rows
from central.exchange.powerschool.ids import Ids, NoIdError
from central.exchange.powerschool.rows import Place, Standing, Wanted
from central.exchange.powerschool.session import Outcome
from central.work import delivery_ledger, delivery_removed
from central.work.delivery_judgement import Deed, Judgement, judge
from central.work.delivery_ledger import Judged, Scribe
from central.work.delivery_units import Terms, Unit, units_of
from central.work.delivery_wish import Courier, Delivered, Wish, trouble

_PASSES: Final = 3
_MOST_LOST_IN_A_ROW: Final = 5
_CALLS: Final = {"meeting": "meeting_interval", "daily": "batch_daily_time", "time": "batch_daily_time"}


class Day:
    """One day: read, settled, sent and read again, until nothing more can be done now."""

    def __init__(self, on: date, wish: Wish, courier: Courier, ids: Ids, done: Delivered) -> None:
        self._on = on
        self._wish = wish
        self._courier = courier
        self._ids = ids
        self._done = done
        self._lost = 0
        self._resting = 0

    def bring_in_step(self) -> None:
        """Read the day there, settle, send what lacks; what was refused is tried with keys asked anew."""
        for number in range(_PASSES):
            lacking = self._settled(is_first=number == 0)
            if not self._wish.sends or number == _PASSES - 1 or self._done.stopped or not lacking:
                self._done.to_send += len(lacking)
                self._done.resting += self._resting
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
                    where = (self._on, self._courier.config.mode, self._ids, standing)
                    self._done.problems += delivery_removed.still_there(where, scribe)
        self._resting = sum(judgement.deed is Deed.REST for _, judgement in judged)
        if is_first:
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
        for row in self._courier.sis.whole(f"{ids.scope.queries}.attendance", on.arguments()):
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
