"""What a teacher changes about a session's records before signing it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from central.errors import RefusedError
from central.store.models import (
    AttendanceRecord,
    Decision,
    Section,
    SessionCertification,
    TeachingCredential,
)
from central.store.rewrite import rewrite
from central.work import student_years
from central.work.paper_waiting import paper_of_outages, require_decided
from central.work.record_moves import Author, move

_Mark, _Stage = AttendanceRecord.Mark, AttendanceRecord.Stage
_SENT = {_Stage.SUBMITTED, _Stage.CONFIRMED}
_AT_ONCE = 500


class Action(StrEnum):
    """What can be done about one student of a session."""

    REMOVE = "remove"
    """The record is wrong or not required."""
    ADD = "add"
    """The student was there without a record."""
    ABSENT = "absent"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Change:
    """One student's change; a reason is needed wherever evidence is lacking or overruled."""

    student_id: int
    action: Action
    reason: str = ""


@dataclass(slots=True)
class Ledger:
    """Decisions on the records of one session as they are taken by one author at one time."""

    section: Section
    on: date
    author: Author
    _decisions: list[Decision] = field(default_factory=list)

    def decide(self, record: AttendanceRecord, stage: str, mark: str, reason: str = "") -> None:
        """Move a record, not yet saved, as the table of moves allows, and note the decision."""
        self._decisions.append(move(record, stage, mark, self.author, reason))

    def keep(self) -> int:
        """Keep the decisions and return how many; nothing of them counts before somebody certifies."""
        Decision.objects.bulk_create(self._decisions, batch_size=_AT_ONCE)
        return len(self._decisions)

    def certify(self, certification: SessionCertification) -> None:
        """Certify every provisional record and keep all decisions under the certification.

        Paper that waits for a decision refuses all of it; paper kept in an outage is named beside the
        signature it needs. Records certified before stay as they are, unless whoever signed them had no
        right to. The students' years are brought along: no other step makes a day count, or takes one
        back.
        """
        here = AttendanceRecord.objects.select_for_update().filter(section=self.section, on=self.on)
        require_decided(self.section, self.on, {decision.record_id for decision in self._decisions})
        records = list(here.filter(stage=_Stage.PROVISIONAL))
        outage = paper_of_outages(self.section, self.on)
        for record in records:
            self.decide(record, _Stage.CERTIFIED, record.mark, str(outage.get(record.pk, "")))
        rewrite(records, ["stage"])
        if certification.revision > 1:
            decided = {decision.record_id for decision in self._decisions}
            for record in here.filter(pk__in=unsound_signatures(self.section, self.on) - decided):
                if record.stage != _Stage.REMOVED:
                    self.decide(record, record.stage, record.mark, "signed before without a valid credential")
        for decision in self._decisions:
            decision.certification = certification
        self.keep()
        decided_on = {decision.record.student_id for decision in self._decisions}
        student_years.refresh(self.section.school_year, decided_on, [self.on])


def unsound_signatures(section: Section, on: date) -> set[int]:
    """Return the records of a session last signed by somebody with no credential on file for that day."""
    under = Decision.objects.filter(record__section=section, record__on=on, certification__isnull=False)
    signers = dict(under.order_by("pk").values_list("record_id", "certification__by_id"))
    held = TeachingCredential.objects.filter(staff__in=set(signers.values()), since__lte=on, until__gte=on)
    sound = set(held.values_list("staff_id", flat=True))
    return {record for record, signer in signers.items() if signer not in sound}


def apply(changes: Sequence[Change], placed: Iterable[int], ledger: Ledger) -> None:
    """Carry out the changes on the session's records and note a decision for each in the ledger.

    Raises RefusedError for two changes of one student, a student not placed in the section that
    day, a record that is not there, and a missing reason.
    """
    _refuse_doubles(changes)
    records = {
        record.student_id: record
        for record in AttendanceRecord.objects.select_for_update().filter(
            section=ledger.section, on=ledger.on
        )
    }
    here = set(placed)
    for change in changes:
        record = records.get(change.student_id)
        if change.action is Action.REMOVE:
            _remove(change, record, ledger)
            continue
        if change.student_id not in here:
            where = f"section {ledger.section.code} on {ledger.on}"
            msg = f"a student not placed in {where} cannot be marked in it; correct the roster first"
            raise RefusedError(msg)
        _mark(change, record, ledger)


def counts(section: Section, on: date) -> Mapping[str, int]:
    """Return how many of a session's standing records say present and absent."""
    marks = AttendanceRecord.objects.filter(section=section, on=on).exclude(stage=_Stage.REMOVED)
    found = list(marks.values_list("mark", flat=True))
    return {mark: found.count(mark) for mark in _Mark.values}


def _refuse_doubles(changes: Sequence[Change]) -> None:
    if len({change.student_id for change in changes}) < len(changes):
        msg = "one student is changed twice; keep one change for each student"
        raise RefusedError(msg)


def _remove(change: Change, record: AttendanceRecord | None, ledger: Ledger) -> None:
    if record is None or record.stage == _Stage.REMOVED:
        msg = "there is no record to remove; reload the session"
        raise RefusedError(msg)
    if record.stage in _SENT:
        # Nobody removes what another system holds: it is taken back to certified first.
        ledger.decide(record, _Stage.CERTIFIED, record.mark, change.reason)
    ledger.decide(record, _Stage.REMOVED, record.mark, change.reason)
    record.save()


def _mark(change: Change, record: AttendanceRecord | None, ledger: Ledger) -> None:
    mark = _Mark.ABSENT if change.action is Action.ABSENT else _Mark.PRESENT
    if record is not None and record.stage != _Stage.REMOVED:
        if record.mark == mark:
            return
        ledger.decide(record, _reopened(record), mark, change.reason)
        record.save()
        return
    if record is None:
        record = AttendanceRecord(
            school_id=ledger.section.school_id,
            student_id=change.student_id,
            section=ledger.section,
            on=ledger.on,
            source=AttendanceRecord.Source.STAFF,
        )
    ledger.decide(record, _Stage.PROVISIONAL, mark, change.reason)
    record.save()


def _reopened(record: AttendanceRecord) -> str:
    """Return the stage a changed record goes back to: what was sent elsewhere must be sent anew."""
    return _Stage.CERTIFIED if record.stage in _SENT else record.stage
