"""Judge lines on paper against what the records know: taps, stations, outages, check-ins, decisions."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Final, TypeAlias

from django.conf import settings

from central.domain.adjudication import (
    Apart,
    Known,
    OnPaper,
    Ruling,
    Said,
    Tapped,
    adjudicate,
)
from central.domain.attendance import Mark
from central.store.models import AttendanceRecord, CheckIn, PaperLine, PaperRuling, Section, Student, Tap
from central.work.journal_signs import Sources
from central.work.provisional import is_open
from central.work.room_known import Rooms
from central.work.signed_days import refresh_signed
from central.work.steps import in_force
from central.work.tap_policy import tap_policy

Times: TypeAlias = tuple[datetime | None, datetime | None]
"""When somebody came and left, where that was written."""
_NO_TIMES: Final = (None, None)
_Stage = AttendanceRecord.Stage
_LINKED: Final = (Tap.Outcome.RECORDED, Tap.Outcome.REPEAT, Tap.Outcome.AFTER_DECISION)
_Key: TypeAlias = tuple[int, date]


class Rulings:
    """Judges lines on paper of one section on some days; a few queries, however many lines.

    Where nothing else tells, the evidence of the room's station is read, once a day. `sources` names
    other evidence than the installation's own.
    """

    def __init__(self, section: Section, days: Collection[date], sources: Sources | None = None) -> None:
        self._section = section
        self._days = set(days)
        self._policy = tap_policy(section.school)
        self._rooms: Rooms | None = None
        self._sources: Callable[[], Sources] = cache(lambda: sources or Sources.of(settings.CONFIG))
        self._records = self._read_records()
        self._tapped = self._read_taps()
        called = CheckIn.objects.filter(section=section, on__in=self._days)
        self._checked_in: set[_Key] = set(called.values_list("student_id", "on"))
        self._sheets = self._read_sheets()

    def ruling(
        self,
        student: Student,
        on: date,
        mark: str,
        times: Times = _NO_TIMES,
        line: PaperLine | None = None,
    ) -> Ruling:
        """Return what a line on paper amounts to; `line` is its row where it was taken in before.

        A line that is not new is judged as if it were; whether the same sheet was taken in before is
        for whoever keeps the sheets. Where `record` tells of none, the line may make one.
        """
        key = (student.pk, on)
        rooms = self._rooms = self._rooms or Rooms(self._section, self._days, self._sources)
        tapped = self._tapped.get(key)
        said = self._said(key)
        is_told = tapped is not None or said is not None or key in self._checked_in
        others = frozenset(
            Mark(says) for row, says in self._sheets[key].items() if line is None or row != line.pk
        )
        known = Known(
            # A room nobody needs to ask about is not asked about: that reads the evidence.
            room=rooms.told(on) if is_told else rooms.on(on),
            tapped=tapped,
            is_checked_in=key in self._checked_in,
            said=said,
            other_sheets=others,
        )
        policy = self._policy(on)
        paper = OnPaper(Mark(mark), *times)
        return adjudicate(paper, known, Apart(policy.tardy_after, policy.early_before))

    def record(self, student: Student, on: date) -> AttendanceRecord | None:
        """Return the record there is of a student in the section on a day, also a removed one."""
        return self._records.get((student.pk, on))

    def of(self, line: PaperLine) -> Ruling:
        """Return what a line that was taken in amounts to now."""
        record = self._records[line.record.student_id, line.record.on]
        return self.ruling(record.student, record.on, line.mark, (line.first_in_at, line.last_out_at), line)

    def _said(self, key: _Key) -> Said | None:
        """Return what a person last said of a record; a sheet, a check-in and the program say nothing."""
        record = self._records.get(key)
        if record is None or is_open(record) or in_force(record.decisions.all())[-1].by_id is None:
            return None
        return Said.REMOVED if record.stage == _Stage.REMOVED else Said(record.mark)

    def _read_records(self) -> Mapping[_Key, AttendanceRecord]:
        rows = AttendanceRecord.objects.filter(section=self._section, on__in=self._days)
        rows = rows.select_related("student").prefetch_related("decisions")
        return {(row.student_id, row.on): row for row in rows}

    def _read_taps(self) -> Mapping[_Key, Tapped]:
        rows = Tap.objects.filter(
            record__section=self._section, record__on__in=self._days, outcome__in=_LINKED
        )
        found: dict[_Key, Tapped] = {}
        for student, on, outcome in rows.values_list("record__student_id", "record__on", "outcome"):
            record = self._records.get((student, on))
            if record is None or outcome == Tap.Outcome.AFTER_DECISION:
                found.setdefault((student, on), Tapped())
            else:
                found[student, on] = Tapped(record.first_in_at, record.last_out_at)
        return found

    def _read_sheets(self) -> Mapping[_Key, Mapping[int, str]]:
        """Return what lines say that were taken in and not withdrawn, by their keys."""
        rows = PaperLine.objects.filter(record__section=self._section, record__on__in=self._days)
        rows = rows.exclude(outcome=PaperLine.Outcome.WITHDRAWN)
        found: dict[_Key, dict[int, str]] = defaultdict(dict)
        for key, student, on, mark in rows.values_list("pk", "record__student_id", "record__on", "mark"):
            found[student, on][key] = mark
        return found


def keep(judged: Iterable[tuple[PaperLine, Ruling]], at: datetime) -> None:
    """Keep how lines were judged, each as a further row; call it in the transaction that keeps the lines."""
    judged = list(judged)
    PaperRuling.objects.bulk_create(
        PaperRuling(
            line=line,
            verdict=ruling.verdict,
            why=ruling.why.name,
            needs_person=ruling.needs_person,
            at=at,
        )
        for line, ruling in judged
    )
    refresh_signed(line.record for line, _ in judged)
