"""Write the judged lines of a class's day on paper: records where there are none, evidence beside others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from central.domain.adjudication import Ruling, Verdict
from central.store.models import AttendanceRecord, Decision, Meeting, PaperLine, PaperSheet, Student
from central.store.rewrite import rewrite
from central.work.policy import Policy
from central.work.record_moves import Author, move
from central.work.rulings import keep

_Stage, _Mark = AttendanceRecord.Stage, AttendanceRecord.Mark
_SHOWN = ("mark", "stage", "first_in_at", "last_out_at", "is_tardy", "left_early")


@dataclass(frozen=True, slots=True)
class Judged:
    """A line about to be written: whose, what it says, how it was judged, the record there is."""

    line: int
    student: Student
    mark: str
    came_at: datetime | None
    left_at: datetime | None
    is_tardy: bool
    ruling: Ruling
    record: AttendanceRecord | None


@dataclass(frozen=True, slots=True)
class Day:
    """What tells tardy from punctual on the day of a sheet."""

    policy: Policy
    meeting: Meeting | None


def write(kept: PaperSheet, lines: Iterable[Judged], day: Day, author: Author) -> int:
    """Write lines under their sheet, and return how many records came of it; call it in a transaction.

    A record that is there stays as it is. One that was removed because its paper was withdrawn stands again.
    """
    why = f"paper sheet {kept.sheet}"
    new: list[AttendanceRecord] = []
    again: list[AttendanceRecord] = []
    decisions: list[Decision] = []
    written: list[tuple[PaperLine, Ruling]] = []
    for line in lines:
        record = line.record
        if record is None or (record.stage == _Stage.REMOVED and not _is_against(line)):
            is_new = record is None
            record = record or AttendanceRecord(
                school_id=kept.section.school_id,
                student=line.student,
                section=kept.section,
                on=kept.on,
                stage=_Stage.PROVISIONAL,
            )
            record.source = AttendanceRecord.Source.PAPER
            _fill(record, line, kept, day)
            decisions.append(move(record, _Stage.PROVISIONAL, line.mark, author, why))
            (new if is_new else again).append(record)
        written.append((_line(kept, line, record), line.ruling))
    AttendanceRecord.objects.bulk_create(new)
    rewrite(again, [*_SHOWN, "source"])
    Decision.objects.bulk_create(decisions)
    PaperLine.objects.bulk_create([line for line, _ in written])
    keep(written, author.at)
    return len(new) + len(again)


def _is_against(line: Judged) -> bool:
    """Tell whether a removed record was removed by somebody's decision, which paper does not turn over."""
    return line.ruling.verdict is Verdict.CONFLICTS


def _line(kept: PaperSheet, line: Judged, record: AttendanceRecord) -> PaperLine:
    return PaperLine(
        sheet=kept,
        line=line.line,
        record=record,
        mark=line.mark,
        first_in_at=line.came_at,
        last_out_at=line.left_at,
        outcome=line.ruling.verdict,
    )


def _fill(record: AttendanceRecord, line: Judged, kept: PaperSheet, day: Day) -> None:
    record.mark, record.first_in_at, record.last_out_at = line.mark, line.came_at, line.left_at
    record.is_tardy, record.left_early = line.is_tardy, False
    if day.meeting is None:
        return
    zone = ZoneInfo(kept.section.school.time_zone)
    starts_at, ends_at = (
        datetime.combine(kept.on, clock, zone) for clock in (day.meeting.starts, day.meeting.ends)
    )
    if line.came_at is not None:
        record.is_tardy |= line.came_at > starts_at + day.policy.tardy_after
    record.left_early = bool(line.left_at and line.left_at < ends_at - day.policy.early_before)
