"""Write what one day's taps show as provisional records, and leave alone what a person has decided."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from central.store.models import AttendanceRecord, Decision, PaperLine, School, Tap
from central.store.rewrite import rewrite
from central.work import record_moves
from central.work.policy import Presence
from central.work.record_moves import Actor, Author
from central.work.steps import in_force

PROCESS = "resolve"
_Mark, _Stage, _Source = AttendanceRecord.Mark, AttendanceRecord.Stage, AttendanceRecord.Source
_SHOWN = ["mark", "stage", "first_in_at", "last_out_at", "is_tardy", "left_early"]
_DECIDED = {_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED}
_LINKED = {Tap.Outcome.RECORDED, Tap.Outcome.REPEAT, Tap.Outcome.AFTER_DECISION}
_EVIDENCE = {_Source.PAPER, _Source.CHECK_IN}
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Attended:
    """One student seen in one section by taps."""

    student_id: int
    section_id: int
    presence: Presence
    taps: tuple[Tap, ...]


@dataclass(slots=True)
class ProvisionalDay:
    """One school's records of one date while taps are judged; `write` keeps what came of it."""

    school: School
    on: date
    now: datetime
    _outcomes: dict[int, tuple[Tap, str]] = field(default_factory=dict)
    _supported: list[tuple[AttendanceRecord, tuple[Tap, ...]]] = field(default_factory=list)
    _new: list[AttendanceRecord] = field(default_factory=list)
    _changed: list[AttendanceRecord] = field(default_factory=list)
    _decisions: list[Decision] = field(default_factory=list)

    def set_outcome(self, tap: Tap, outcome: str) -> None:
        """Say what became of a tap; one that stands behind a decided record stays there."""
        if tap.record is not None and tap.record.stage in _DECIDED:
            outcome = Tap.Outcome.RECORDED if tap.outcome == Tap.Outcome.PENDING else tap.outcome
        self._outcomes[tap.pk] = (tap, outcome)

    def write(self, attended: Iterable[Attended], students: Iterable[int]) -> tuple[int, int]:
        """Create, renew or withdraw the students' records; return how many taps and records changed."""
        existing = self._existing(students)
        for seen in attended:
            self._attend(seen, existing.pop((seen.student_id, seen.section_id), None))
        for record in existing.values():
            self._withdraw(record)
        AttendanceRecord.objects.bulk_create(self._new, batch_size=_AT_ONCE)
        rewrite(self._changed, _SHOWN)
        Decision.objects.bulk_create(self._decisions, batch_size=_AT_ONCE)
        return self._write_taps(), len(self._new) + len(self._changed)

    def _existing(self, students: Iterable[int]) -> dict[tuple[int, int], AttendanceRecord]:
        rows = AttendanceRecord.objects.select_for_update().filter(on=self.on, student__in=list(students))
        return {(row.student_id, row.section_id): row for row in rows.prefetch_related("decisions")}

    def _attend(self, seen: Attended, record: AttendanceRecord | None) -> None:
        if record is None:
            record = self._create(seen)
        elif is_open(record):
            self._renew(record, seen.presence)
        else:
            for tap in seen.taps:
                # What was there when the person decided stays; what comes later is kept beside it.
                if tap.record_id != record.pk:
                    self._outcomes[tap.pk] = (tap, Tap.Outcome.AFTER_DECISION)
        self._supported.append((record, seen.taps))

    def _create(self, seen: Attended) -> AttendanceRecord:
        record = AttendanceRecord(
            school=self.school,
            student_id=seen.student_id,
            section_id=seen.section_id,
            on=self.on,
            mark=_Mark.PRESENT,
            stage=_Stage.PROVISIONAL,
            source=_Source.TAP,
            **_shown(seen.presence),
        )
        self._new.append(record)
        self._move(record, _Stage.PROVISIONAL, _Mark.PRESENT, "")
        return record

    def _renew(self, record: AttendanceRecord, presence: Presence) -> None:
        shown = _shown(presence)
        if record.mark == _Mark.ABSENT:
            # Only paper can have said so here. A tap is not silently overruled: the sheet's line is
            # judged anew beside it, and waits for the teacher.
            self._move(record, _Stage.PROVISIONAL, _Mark.PRESENT, "a tap contradicts the paper sheet")
        elif record.stage == _Stage.REMOVED:
            self._move(record, _Stage.PROVISIONAL, _Mark.PRESENT, "taps support it again")
        elif all(getattr(record, name) == value for name, value in shown.items()):
            return
        for name, value in shown.items():
            setattr(record, name, value)
        self._changed.append(record)

    def _withdraw(self, record: AttendanceRecord) -> None:
        if record.stage != _Stage.PROVISIONAL or not is_open(record):
            return
        paper = _paper_of(record) if record.source in {_Source.TAP, _Source.PAPER} else None
        if paper is not None:
            self._fall_back(record, paper)
        elif record.source == _Source.TAP:
            self._move(record, _Stage.REMOVED, record.mark, "no tap supports it any longer")
            self._changed.append(record)

    def _fall_back(self, record: AttendanceRecord, paper: PaperLine) -> None:
        """Leave a record to the sheet that stands behind it, as if no tap had ever been there."""
        shown = {"first_in_at": paper.first_in_at, "last_out_at": paper.last_out_at}
        if record.mark == paper.mark and all(getattr(record, name) == at for name, at in shown.items()):
            return
        self._move(record, _Stage.PROVISIONAL, paper.mark, "no tap supports it any longer; paper does")
        record.first_in_at, record.last_out_at = paper.first_in_at, paper.last_out_at
        record.is_tardy = record.left_early = False
        self._changed.append(record)

    def _move(self, record: AttendanceRecord, stage: str, mark: str, reason: str) -> None:
        self._decisions.append(record_moves.move(record, stage, mark, self._author, reason))

    @property
    def _author(self) -> Author:
        return record_moves.program(Actor.TAPS, self.now, self.school.time_zone, PROCESS)

    def _write_taps(self) -> int:
        target = {tap.pk: record for record, taps in self._supported for tap in taps}
        changed = []
        for tap, outcome in self._outcomes.values():
            record = target.get(tap.pk) or (tap.record if outcome in _LINKED else None)
            if tap.outcome == outcome and tap.record_id == (record and record.pk):
                continue
            tap.outcome, tap.record = outcome, record
            changed.append(tap)
        rewrite(changed, ["outcome", "record"])
        return len(changed)


def _paper_of(record: AttendanceRecord) -> PaperLine | None:
    """Return the first line on paper behind a record; what was withdrawn stands behind nothing."""
    lines = PaperLine.objects.filter(record=record).exclude(outcome=PaperLine.Outcome.WITHDRAWN)
    return lines.order_by("pk").first()


def is_open(record: AttendanceRecord) -> bool:
    """Tell whether a record still follows its evidence: nobody has decided on it.

    An imported sheet and a check-in are evidence, not decisions. What the program withdrew it may
    bring back, and what a person took back again was never decided.
    """
    steps = in_force(record.decisions.all())
    is_programs = not steps or steps[-1].by_process == PROCESS
    if record.stage == _Stage.REMOVED:
        return is_programs
    is_evidence = is_programs or (len(steps) == 1 and record.source in _EVIDENCE)
    return record.stage == _Stage.PROVISIONAL and is_evidence


def _shown(presence: Presence) -> dict[str, datetime | bool | None]:
    return {
        "first_in_at": presence.first_in_at,
        "last_out_at": presence.last_out_at,
        "is_tardy": presence.is_tardy,
        "left_early": presence.left_early,
    }
