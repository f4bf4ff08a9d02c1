"""What each pupil-day of a report rests on, and the digest over all of it."""

import hashlib
import json
from datetime import date, datetime

from central.domain.attendance import AttendanceDay
from central.domain.enrolment import Modality
from central.reports.ground import Ground
from central.reports.period import PeriodReport, ProofLine
from central.store.attended import Standing
from central.store.queries.study_proof import StudyProof, study_proof


def proof_of(ground: Ground) -> tuple[ProofLine, ...]:
    """Name the record each pupil-day rests on: of several of a day, the one certified first.

    A day of independent study rests on its evaluated work instead.
    """
    behind = _records(ground)
    studied: dict[tuple[str, date], StudyProof] = {}
    if any(day.modality is Modality.INDEPENDENT_STUDY for day in ground.counted):
        studied = study_proof(ground.year, ground.before)
    lines = []
    for day in sorted(ground.counted, key=lambda day: (day.track, day.student, day.on)):
        record = behind.get((day.student, day.on, day.track))
        if day.modality is Modality.INDEPENDENT_STUDY or record is None:
            lines.append(_by_work(day, studied[day.student, day.on]))
        else:
            lines.append(_by_record(day, record))
    return tuple(lines)


def _by_record(day: AttendanceDay, record: Standing) -> ProofLine:
    return ProofLine(
        student=day.student,
        on=day.on,
        track=day.track,
        grade=day.grade.value,
        section=record.section,
        record=record.record,
        source=record.source,
        stage=record.stage.value,
        certified_by=record.certified_by,
        certified_at=_signed(record)[0],
    )


def _by_work(day: AttendanceDay, work: StudyProof) -> ProofLine:
    return ProofLine(
        student=day.student,
        on=day.on,
        track=day.track,
        grade=day.grade.value,
        section="independent study",
        record=work.row,
        source="study",
        stage="evaluated",
        certified_by=work.evaluated_by,
        certified_at=work.entered_at,
    )


def digest_of(report: PeriodReport) -> str:
    """Hash what the numbers rest on: rules, days taught, rows and every pupil-day with its signature."""
    ground = [
        report.school_code,
        report.year,
        report.kind,
        report.rule_set,
        [[track.track, [str(on) for on in track.days_taught]] for track in report.tracks],
        [[row.track, row.span, row.modality, row.numerator, row.divisor] for row in report.rows],
        [[cap.span, cap.modality, str(cap.excess)] for cap in report.caps],
        [[row.school, row.track, row.span, str(row.exact)] for row in report.recovered],
        [
            [line.student, str(line.on), line.track, line.grade, line.record, line.certified_by]
            for line in report.proof
        ],
    ]
    text = json.dumps(ground, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _records(ground: Ground) -> dict[tuple[str, date, str], Standing]:
    behind: dict[tuple[str, date, str], Standing] = {}
    for record in ground.claimable:
        if not record.stage.counts or record.mark != "present" or record.certified_at is None:
            continue
        key = (record.student, record.on, record.track)
        first = behind.get(key)
        if first is None or _signed(record) < _signed(first):
            behind[key] = record
    return behind


def _signed(record: Standing) -> tuple[datetime, int]:
    assert record.certified_at is not None  # noqa: S101  asked only of certified records
    return record.certified_at, record.record
