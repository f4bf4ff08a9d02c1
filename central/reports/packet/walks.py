"""The whole way of one sampled record: steps, taps with their proofs, sheets, check-ins and deliveries."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Final

from central.auditor.packet.walk import member_of, written
from central.auditor.packet.writer import PacketWriter
from central.config import CentralConfig
from central.errors import CentralError
from central.reports.packet.days import Line
from central.store.models import (
    AttendanceRecord,
    CheckIn,
    Credential,
    Decision,
    Delivery,
    PaperLine,
    PaperScan,
    Staff,
    Tap,
)
from central.store.queries import deliveries
from central.work import paper_files
from central.work.prove_tap import prove_tap

_ENDING: Final = re.compile(r"\.[a-z0-9]{1,5}")
_CHUNK: Final = 2**20
Members = dict[str, object]


class Walks:
    """Writes the way of each record into a packet, and what it leads to once."""

    def __init__(self, config: CentralConfig, writer: PacketWriter, before: datetime) -> None:
        """Follow what was decided before an instant."""
        self._config, self._writer, self._before = config, writer, before
        self._known: set[str] = set()

    def write(self, line: Line) -> None:
        """Write one record's way with its proofs and pictures."""
        rows = AttendanceRecord.objects.select_related("student", "section", "section__room")
        record = rows.get(pk=line.record)
        way: Members = {
            "record": record.pk,
            "student": {"number": record.student.number, "name": str(record.student)},
            "class": {"code": record.section.code, "title": record.section.title},
            "date": record.on.isoformat(),
            "mark": line.mark,
            "stage": line.stage,
            "source": record.source,
            "certified_by": line.certified_by,
            "certified_at": _text(line.certified_at) or "",
            "first_in_at": _text(record.first_in_at),
            "last_out_at": _text(record.last_out_at),
            "is_tardy": record.is_tardy,
            "left_early": record.left_early,
            "decisions": [_step(each) for each in self._decisions(record)],
            "credentials": [_credential(each) for each in _credentials(record)],
            "taps": [self._tap(each) for each in record.taps.select_related("station__room").order_by("pk")],
            "paper": [self._paper(each) for each in _paper(record)],
            "check_ins": [_check_in(each) for each in _check_ins(record)],
            "deliveries": [_delivery(each) for each in deliveries.of_record(record.pk)],
        }
        self._writer.add(member_of(record.pk), [written(way)])

    def _decisions(self, record: AttendanceRecord) -> Iterable[Decision]:
        steps = record.decisions.filter(at__lt=self._before)
        return steps.select_related("by", "certification__by").order_by("pk")

    def _tap(self, tap: Tap) -> Members:
        proof, why_not = self._proof(tap)
        return {
            "station": tap.station_id,
            "room": tap.station.room.name,
            "epoch": tap.epoch,
            "sequence": tap.sequence,
            "leaf": bytes(tap.leaf).hex(),
            "earliest_at": _text(tap.earliest_at),
            "latest_at": _text(tap.latest_at),
            "time_quality": tap.time_quality,
            "is_attested": tap.is_attested,
            "outcome": tap.outcome,
            "card_proof": tap.proof,
            "proof_file": proof,
            "why_not": why_not,
        }

    def _proof(self, tap: Tap) -> tuple[str | None, str]:
        """Write the proof of a tap and return its member's name, or why there is none."""
        name = f"proofs/{tap.station_id}_{tap.epoch}_{tap.sequence}.json"
        if name in self._known:
            return name, ""
        try:
            proof = prove_tap(self._config, tap.station_id, tap.epoch, tap.sequence)
        except (CentralError, OSError) as error:
            return None, str(error) if isinstance(error, CentralError) else "the log's head is not published"
        self._known.add(name)
        self._writer.add(name, [proof.text().encode()])
        return name, ""

    def _paper(self, line: PaperLine) -> Members:
        sheet = line.sheet
        return {
            "sheet": sheet.sheet,
            "times_taken": sheet.times_taken,
            "line": line.line,
            "mark": line.mark,
            "outcome": line.outcome,
            "first_in_at": _text(line.first_in_at),
            "last_out_at": _text(line.last_out_at),
            "file_sha256": sheet.file_sha256,
            "imported_by": _number(sheet.imported_by),
            "imported_at": _text(sheet.imported_at),
            "scans": [self._scan(each) for each in sheet.scans.select_related("by").order_by("pk")],
        }

    def _scan(self, scan: PaperScan) -> Members:
        return {
            "sha256": scan.sha256,
            "name": scan.name,
            "kept": scan.kept,
            "collected_by": scan.collected_by,
            "collected_on": scan.collected_on.isoformat(),
            "by": _number(scan.by),
            "at": _text(scan.at),
            "file": self._picture(scan),
        }

    def _picture(self, scan: PaperScan) -> str | None:
        path = self._config.data / paper_files.FOLDER / scan.sha256
        if not scan.sha256 or not path.is_file():
            return None
        ending = PurePath(scan.name).suffix.lower()
        name = f"scans/{scan.sha256}{ending if _ENDING.fullmatch(ending) else ''}"
        if name not in self._known:
            self._known.add(name)
            self._writer.add(name, _chunks(path))
        return name


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            yield data


def _paper(record: AttendanceRecord) -> Iterable[PaperLine]:
    lines = PaperLine.kept.filter(record=record).select_related("sheet__imported_by")
    return lines.order_by("pk")


def _credentials(record: AttendanceRecord) -> Iterable[Credential]:
    rows = Credential.objects.filter(student=record.student, since__lte=record.on)
    return rows.exclude(until__lt=record.on).order_by("pk")


def _check_ins(record: AttendanceRecord) -> Iterable[CheckIn]:
    rows = CheckIn.objects.filter(student=record.student, section=record.section, on=record.on)
    return rows.select_related("taken_by").order_by("pk")


def _step(step: Decision) -> Members:
    under = step.certification
    return {
        "at": _text(step.at),
        "stage_from": step.stage_from,
        "stage_to": step.stage_to,
        "mark": step.mark,
        "by": _number(step.by),
        "by_name": str(step.by) if step.by else "",
        "by_process": step.by_process,
        "is_same_day": step.is_same_day,
        "signed_with": step.signed_with,
        "reason": step.reason,
        "certification": under
        and {
            "revision": under.revision,
            "by": _number(under.by),
            "at": _text(under.at),
            "signed_with": under.signed_with,
            "late_reason": under.late_reason,
            "reason": under.reason,
            "present": under.present,
            "absent": under.absent,
        },
    }


def _credential(held: Credential) -> Members:
    until = held.until and held.until.isoformat()
    return {
        "token": bytes(held.token).hex(),
        "kind": held.kind,
        "since": held.since.isoformat(),
        "until": until,
    }


def _check_in(said: CheckIn) -> Members:
    return {
        "at": _text(said.at),
        "way": said.way,
        "taken_by": _number(said.taken_by),
        "says": said.says,
    }


def _delivery(sent: Delivery) -> Members:
    return {
        "channel": sent.channel,
        "state": sent.state,
        "mark": sent.mark,
        "value": sent.value,
        "sent_at": _text(sent.sent_at),
        "sent_by": _number(sent.sent_by),
        "file_sha256": sent.file_sha256,
        "attempts": sent.attempts,
        "answered_at": _text(sent.answered_at),
        "confirmed_at": _text(sent.confirmed_at),
        "read_at": _text(sent.read_at),
        "seen": sent.seen,
        "difference": sent.difference,
    }


def _number(staff: Staff | None) -> str:
    return staff.number if staff else ""


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
