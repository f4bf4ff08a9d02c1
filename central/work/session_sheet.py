"""A class's day as whoever signs it sees it: who has a record and why, who has none, what is not settled."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, Q

from central.domain.proof import Proof
from central.store.models import (
    AttendanceRecord,
    CheckIn,
    Decision,
    PaperLine,
    Section,
    SessionCertification,
    Station,
    Student,
    Tap,
)
from central.store.timetable import students_placed
from central.work import review
from central.work.paper_waiting import Undecided, paper_of_outages, undecided
from central.work.review import RefutedTap
from central.work.steps import in_force
from central.work.undo import may_be_taken_back

_Stage = AttendanceRecord.Stage
_NOBODYS = {Tap.Outcome.PENDING, Tap.Outcome.UNKNOWN_CREDENTIAL}


@dataclass(frozen=True, slots=True)
class Ground:
    """One piece of evidence behind a record: a tap between two instants, a sheet's line, a check-in."""

    kind: str
    """tap, paper or check-in."""
    at: datetime | None
    until: datetime | None = None
    grade: str = ""
    """How well the station's clock is known at a tap."""
    says: str = ""
    """The number of a sheet, or the way of a check-in."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One record with what it rests on and who last had a hand in it."""

    record: AttendanceRecord
    grounds: tuple[Ground, ...]
    late_taps: int
    """Taps that came in after a person had decided on the record."""
    paper_says: str
    """The other mark, where a paper sheet contradicts the record; else nothing."""
    doubts: tuple[str, ...]
    decided: Decision | None
    """The last step a person took and nobody took back."""
    is_late: bool
    """Whether the last step was taken after the calendar day it is about."""
    may_be_taken_back: bool
    outage: str = ""
    """Why taps were missing, where paper alone stands in for them; else nothing."""


@dataclass(frozen=True, slots=True)
class SessionSheet:
    """Everything there is to see of one class on one day."""

    lines: tuple[SheetLine, ...]
    removed: tuple[SheetLine, ...]
    needed: tuple[Student, ...]
    refuted: tuple[RefutedTap, ...]
    unknown: int
    """Taps of that day in the room that belong to nobody known yet."""
    certification: SessionCertification | None
    undecided: tuple[Undecided, ...]
    """Records whose paper waits for a decision; till then nobody signs."""

    @property
    def on_paper(self) -> int:
        """How many records rest on paper of an outage, under whoever signs them."""
        return sum(bool(line.outage) for line in self.lines)


def session_sheet(section: Section, on: date, *, is_held: bool) -> SessionSheet:
    """Return a class's day in five queries however many students.

    Six more come where paper, check-ins or refuted taps are among its evidence. Nobody is needed
    where the class `is_held` not.
    """
    records = list(_records(section, on))
    taps, of_record = _taps(section, on, records)
    paper, check_ins = _paper(records), _check_ins(section, on, records)
    here = students_placed(section, on)
    # Only where paper is among the evidence is there anything to ask.
    outage = paper_of_outages(section, on) if paper else {}
    waiting = undecided(section, on) if paper else []
    lines = []
    for record in records:
        grounds = (
            *map(_tapped, of_record[record.pk]),
            *map(_written, paper[record.pk]),
            *check_ins[record.student_id],
        )
        found = _line(record, grounds, of_record[record.pk], paper[record.pk])
        lines.append(replace(found, outage=outage[record.pk].why if record.pk in outage else ""))
    standing = [line for line in lines if line.record.stage != _Stage.REMOVED]
    have = {line.record.student_id for line in standing}
    refuted = [tap for tap in taps if tap.proof == Proof.REFUTED and tap.record_id is None]
    return SessionSheet(
        lines=tuple(standing),
        removed=tuple(line for line in lines if line.record.stage == _Stage.REMOVED and line.decided),
        needed=tuple(student for student in here if student.pk not in have) if is_held else (),
        refuted=tuple(review.told_of(section, on, refuted, {student.pk for student in here})),
        unknown=sum(tap.outcome in _NOBODYS for tap in taps),
        certification=review.certification(section, on),
        undecided=tuple(waiting),
    )


def _records(section: Section, on: date) -> Iterable[AttendanceRecord]:
    has_paper = Exists(PaperLine.objects.filter(record=OuterRef("pk")))
    called = CheckIn.objects.filter(section=section, on=on, student=OuterRef("student"))
    rows = AttendanceRecord.objects.filter(section=section, on=on).select_related("student")
    decided = Prefetch("decisions", Decision.objects.select_related("by"))
    rows = rows.annotate(has_paper=has_paper, has_check_in=Exists(called)).prefetch_related(decided)
    return rows.order_by("student__family_name", "student__given_name", "student__number")


def _taps(
    section: Section, on: date, records: Collection[AttendanceRecord]
) -> tuple[list[Tap], Mapping[int, list[Tap]]]:
    """Return the taps of the room that day that belong to nobody, and those of the records, by record."""
    # An index leads to either kind; asking for all taps of a room would read its whole year.
    stations = Station.objects.filter(room=section.room_id) if section.room_id else Station.objects.none()
    nobodys = Q(school=section.school_id, outcome__in=[*_NOBODYS, Tap.Outcome.REFUTED], on=on)
    of_records = Q(record__in=[record.pk for record in records])
    rows = Tap.objects.filter(of_records | (nobodys & Q(station__in=stations.values("pk"))))
    taps = list(rows.order_by("latest_at", "sequence"))
    of_record: dict[int, list[Tap]] = defaultdict(list)
    for tap in taps:
        of_record[tap.record_id or 0].append(tap)
    return taps, of_record


def _paper(records: Collection[AttendanceRecord]) -> Mapping[int, list[PaperLine]]:
    found: dict[int, list[PaperLine]] = defaultdict(list)
    keys = [record.pk for record in records if getattr(record, "has_paper")]  # noqa: B009  annotated
    rows = PaperLine.objects.filter(record__in=keys).exclude(outcome=PaperLine.Outcome.WITHDRAWN)
    for line in rows.select_related("sheet") if keys else ():
        found[line.record_id].append(line)
    return found


def _check_ins(
    section: Section, on: date, records: Collection[AttendanceRecord]
) -> Mapping[int, list[Ground]]:
    found: dict[int, list[Ground]] = defaultdict(list)
    if any(getattr(record, "has_check_in") for record in records):  # noqa: B009  annotated
        for row in CheckIn.objects.filter(section=section, on=on).order_by("at"):
            found[row.student_id].append(Ground("check-in", row.at, says=row.way))
    return found


def _tapped(tap: Tap) -> Ground:
    return Ground("tap", tap.earliest_at, tap.latest_at, tap.time_quality)


def _written(line: PaperLine) -> Ground:
    return Ground("paper", line.first_in_at, says=line.sheet.sheet)


def _line(
    record: AttendanceRecord, grounds: tuple[Ground, ...], taps: Sequence[Tap], paper: Sequence[PaperLine]
) -> SheetLine:
    steps = in_force(record.decisions.all())
    by_people = [step for step in steps if step.by_id is not None]
    return SheetLine(
        record=record,
        grounds=grounds,
        late_taps=sum(tap.outcome == Tap.Outcome.AFTER_DECISION for tap in taps),
        paper_says=next((line.mark for line in paper if line.mark != record.mark), ""),
        doubts=tuple(sorted({text for tap in taps for text in review.doubts_of(tap, record)})),
        decided=by_people[-1] if by_people else None,
        is_late=bool(by_people) and not by_people[-1].is_same_day,
        may_be_taken_back=may_be_taken_back(record),
    )
