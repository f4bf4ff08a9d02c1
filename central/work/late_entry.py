"""Published: which records were entered after the day they are about, and what paper allows that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from central.domain.adjudication import Verdict
from central.store.models import (
    AttendanceRecord,
    Decision,
    PaperLine,
    School,
    SessionCertification,
    Tap,
)
from central.work.provisional import PROCESS

_Stage = AttendanceRecord.Stage
_ENTERS = (Tap.Outcome.RECORDED, Tap.Outcome.REPEAT)


class Entry(StrEnum):
    """How the day a record was entered on stands to the day it is about; its value is its name in files."""

    SAME_DAY = "same-day"
    """Entered by a tap or a person that day, and signed later."""
    WITH_PAPER = "later-with-paper-of-an-outage"
    WITHOUT_PAPER = "later-without-paper"


@dataclass(frozen=True, slots=True)
class LateEntry:
    """One record entered or first signed after its day."""

    record: AttendanceRecord
    entry: Entry
    entered_at: datetime
    entered_by: str
    """An employee's number, or the part of the program that made it from taps."""
    signed_at: datetime | None
    signed_by: str
    reasons: tuple[str, ...]
    sheets: tuple[str, ...]
    """The numbers of the sheets behind it."""


def late_entries(school: School, since: date, until: date) -> list[LateEntry]:
    """Return the records of some days, both included, entered or first signed later, by day and class.

    Attendance is entered on the day it records. A tap enters it then, whenever its journal came in.
    Only in an outage may a person enter it later, from paper kept that day.

    Source: CDE letter of August 3, 2009 on electronic attendance (R-REC-03).
    """
    zone = ZoneInfo(school.time_zone)
    signed = _signed(school, since, until, zone)
    late = set(_late(_initial(school, since, until)).values_list("record_id", flat=True))
    keys = {*late, *_of_sessions(school, signed)}
    initial = Decision.objects.filter(record__in=keys, stage_from="").select_related("by")
    first = {row.record_id: row for row in initial.order_by("-pk")}
    records = AttendanceRecord.objects.filter(pk__in=keys).exclude(stage=_Stage.REMOVED)
    records = records.select_related("student", "section").order_by("on", "section__code", "student__number")
    paper = _paper(keys)
    return [
        _entry(
            record,
            first[record.pk],
            signed.get((record.section_id, record.on)),
            paper.get(record.pk, []) if record.pk in late else None,
        )
        for record in records
        if record.pk in first
    ]


def without_paper(school: School, since: date, until: date, before: datetime) -> int:
    """Return how many records were entered later than their day with no paper of an outage behind them.

    Only what was entered before an instant is told.
    """
    rows = _late(_initial(school, since, until)).filter(at__lt=before)
    keys = set(rows.exclude(record__stage=_Stage.REMOVED).values_list("record_id", flat=True))
    return len(keys - _of_outages(keys))


def _initial(school: School, since: date, until: date) -> QuerySet[Decision]:
    return Decision.objects.filter(record__school=school, record__on__range=(since, until), stage_from="")


def _late(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    """Keep what a person entered later and no tap had entered that day, however late it came in."""
    tapped = Tap.objects.filter(record=OuterRef("record"), outcome__in=_ENTERS)
    return rows.filter(is_same_day=False).exclude(by_process=PROCESS).exclude(Exists(tapped))


def _signed(
    school: School, since: date, until: date, zone: ZoneInfo
) -> dict[tuple[int, date], SessionCertification]:
    """Return the first signatures of sessions that were given after their day."""
    rows = SessionCertification.objects.filter(section__school=school, on__range=(since, until), revision=1)
    return {
        (row.section_id, row.on): row
        for row in rows.select_related("by")
        if row.at.astimezone(zone).date() > row.on
    }


def _of_sessions(school: School, signed: Iterable[tuple[int, date]]) -> Iterable[int]:
    wanted = set(signed)
    if not wanted:
        return []
    rows = AttendanceRecord.objects.filter(
        school=school, section__in={section for section, _ in wanted}, on__in={on for _, on in wanted}
    )
    found = rows.values_list("pk", "section_id", "on")
    return [key for key, section, on in found if (section, on) in wanted]


def _paper(keys: Iterable[int]) -> dict[int, list[PaperLine]]:
    rows = PaperLine.objects.filter(record__in=set(keys)).exclude(outcome=PaperLine.Outcome.WITHDRAWN)
    found: dict[int, list[PaperLine]] = {}
    for line in rows.select_related("sheet").prefetch_related("rulings").order_by("pk"):
        found.setdefault(line.record_id, []).append(line)
    return found


def _of_outages(keys: Iterable[int]) -> set[int]:
    return {key for key, lines in _paper(keys).items() if any(map(is_of_outage, lines))}


def is_of_outage(line: PaperLine) -> bool:
    """Tell whether a line on paper was judged to stand in for taps an outage kept away."""
    by_program = [row for row in line.rulings.all() if not row.choice]
    last = max(by_program, key=lambda row: row.pk, default=None)
    return last is not None and last.verdict == Verdict.RECORD_FALLBACK


def _entry(
    record: AttendanceRecord,
    first: Decision,
    signed: SessionCertification | None,
    paper: Sequence[PaperLine] | None,
) -> LateEntry:
    """Describe one record; `paper` are the lines behind one entered late, None of any other."""
    entry = Entry.SAME_DAY
    if paper is not None:
        entry = Entry.WITH_PAPER if any(map(is_of_outage, paper)) else Entry.WITHOUT_PAPER
    reasons = (first.reason, signed.late_reason if signed else "")
    return LateEntry(
        record=record,
        entry=entry,
        entered_at=first.at,
        entered_by=first.by.number if first.by else first.by_process,
        signed_at=signed.at if signed else None,
        signed_by=signed.by.number if signed else "",
        reasons=tuple(dict.fromkeys(reason for reason in reasons if reason)),
        sheets=tuple(dict.fromkeys(line.sheet.sheet for line in paper or ())),
    )
