"""Published: follow one student's day from its records through their decisions down to the signed taps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from central.reports.verified_journal import VerifiedJournal, verify
from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, Credential, Decision, PaperLine, Student, Tap


@dataclass(frozen=True, slots=True)
class TracedTap:
    """One tap and whether the bytes its station signed prove it; `says` names what holds or fails."""

    tap: Tap
    is_proven: bool
    says: str


@dataclass(frozen=True, slots=True)
class TracedRecord:
    """One record with everything behind it, oldest first."""

    record: AttendanceRecord
    decisions: tuple[Decision, ...]
    taps: tuple[TracedTap, ...]
    paper: tuple[PaperLine, ...]


@dataclass(frozen=True, slots=True)
class Trail:
    """One student's day: the records, and the taps that stand behind none."""

    student: Student
    on: date
    records: tuple[TracedRecord, ...]
    loose: tuple[TracedTap, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The school's own time."""
        return ZoneInfo(self.student.school.time_zone)

    @property
    def is_proven(self) -> bool:
        """Tell whether there is a record and every tap shown is proven from signed bytes."""
        taps = [*self.loose, *(tap for traced in self.records for tap in traced.taps)]
        return bool(self.records) and all(tap.is_proven for tap in taps)


def trace(student: Student, on: date, evidence: Evidence) -> Trail:
    """Return a student's day with every tap verified from the evidence's bytes, not from the records."""
    prover = _Prover(evidence)
    records = (
        AttendanceRecord.objects.filter(student=student, on=on)
        .select_related("section", "section__track")
        .order_by("first_in_at", "pk")
    )
    traced = tuple(_record(record, prover) for record in records)
    loose = _own_taps(student, on).filter(record__isnull=True)
    return Trail(student, on, traced, tuple(prover.trace(loose)))


def trace_record(record: AttendanceRecord, evidence: Evidence | None) -> TracedRecord:
    """Return one record with everything behind it; without evidence its taps are shown unverified."""
    return _record(record, _Prover(evidence) if evidence else _Unasked())


class _Unasked:
    """Shows taps as the records have them; verifying a journal reads it from its first entry."""

    def trace(self, taps: Iterable[Tap]) -> list[TracedTap]:
        return [TracedTap(tap, is_proven=False, says="") for tap in taps]


class _Prover:
    """Verifies each journal once, however many taps of it are asked for."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._journals: dict[tuple[str, int], VerifiedJournal] = {}

    def trace(self, taps: Iterable[Tap]) -> list[TracedTap]:
        return [self._tap(tap) for tap in taps]

    def _tap(self, tap: Tap) -> TracedTap:
        key = (tap.station_id, tap.epoch)
        if key not in self._journals:
            self._journals[key] = verify(self._evidence, *key)
        journal = self._journals[key]
        kid = journal.signed_by.get(tap.server_sequence)
        if kid and journal.proves(tap.sequence, bytes(tap.leaf)):
            says = (
                f"signed by key {kid}; chain of {len(journal.leaves)} entries from the journal's first "
                f"to head {journal.head.hex()[:16]}"
            )
            return TracedTap(tap, is_proven=True, says=says)
        why = journal.broken or f"entry {tap.sequence} of the evidence is not this tap"
        return TracedTap(tap, is_proven=False, says=why)


def _record(record: AttendanceRecord, prover: "_Prover | _Unasked") -> TracedRecord:
    decisions = record.decisions.select_related("by", "certification").order_by("pk")
    taps = record.taps.select_related("station__room").order_by("earliest_at", "sequence")
    paper = record.paper_lines.select_related("sheet", "sheet__imported_by").order_by("pk")
    return TracedRecord(record, tuple(decisions), tuple(prover.trace(taps)), tuple(paper))


def _own_taps(student: Student, on: date) -> "QuerySet[Tap]":
    cards = Credential.objects.filter(student=student, since__lte=on).exclude(until__lt=on)
    taps = Tap.objects.filter(school=student.school, on=on, token__in=cards.values("token"))
    return taps.order_by("earliest_at", "sequence")
