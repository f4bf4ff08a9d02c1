"""A student's traced day as plain text an auditor can follow by hand."""

import textwrap
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from central.domain.proof import SAYS, Proof, Reason
from central.reports.audit_trail import TracedRecord, TracedTap, Trail
from central.store.models import Decision, PaperLine

WIDTH = 92


def render(trail: Trail) -> str:
    """Return the trail as lines of at most 92 characters, students and staff by number."""
    return "\n".join(part for line in _lines(trail) for part in _fit(line)) + "\n"


def _lines(trail: Trail) -> Iterator[str]:
    school = trail.student.school
    yield f"Student {trail.student.number} on {trail.on}, {school.name} ({school.time_zone})"
    if school.is_practice:
        yield "PRACTICE school: nothing here is ever claimed."
    if not trail.records:
        yield "There is no record of this student on this day."
    for traced in trail.records:
        yield ""
        yield from _record(traced, trail.zone)
    if trail.loose:
        yield ""
        yield "Taps that stand behind no record"
        for tap in trail.loose:
            yield from _tap(tap, trail.zone)


def _record(traced: TracedRecord, zone: ZoneInfo) -> Iterator[str]:
    record = traced.record
    track = f", track {record.section.track.code}" if record.section.track else ""
    yield (
        f"Record {record.pk}: section {record.section.code}{track}: {record.mark}, {record.stage}"
        f" (first from {record.source})"
    )
    came, left = _clock(record.first_in_at, zone), _clock(record.last_out_at, zone)
    yield f"  in {came}, out {left}{', tardy' if record.is_tardy else ''}" + (
        ", left early" if record.left_early else ""
    )
    yield "  Decisions"
    for decision in traced.decisions:
        yield _decision(decision, zone)
    yield "  Evidence"
    if not traced.taps and not traced.paper:
        yield "    none but the decision of the person named above"
    for tap in traced.taps:
        yield from _tap(tap, zone)
    for line in traced.paper:
        yield from _paper(line, zone)


def _decision(decision: Decision, zone: ZoneInfo) -> str:
    who = f"employee {decision.by.number}" if decision.by else f"program ({decision.by_process})"
    move = f"{decision.stage_from or 'new'} -> {decision.stage_to}, {decision.mark}"
    signed = f", signed by {decision.signed_with}" if decision.signed_with else ""
    revision = f", revision {decision.certification.revision}" if decision.certification else ""
    late = "" if decision.is_same_day else ", not on the day itself"
    reason = f': "{decision.reason}"' if decision.reason else ""
    when = f"{decision.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return f"    {when}  {who}  {move}{signed}{revision}{late}{reason}"


def _tap(traced: TracedTap, zone: ZoneInfo) -> Iterator[str]:
    tap = traced.tap
    earliest, latest = (_clock(instant, zone, parts=True) for instant in (tap.earliest_at, tap.latest_at))
    yield f"    Tap at {tap.station_id}, between {earliest} and {latest} ({tap.time_quality}): {tap.outcome}"
    yield (
        f"      epoch {tap.epoch}, entry {tap.sequence}; batch {tap.server_sequence}, place {tap.position};"
        f" leaf {bytes(tap.leaf).hex()}"
    )
    if tap.proof != Proof.ABSENT:
        why = f": {SAYS[Reason(tap.proof_reason)]}" if tap.proof_reason else ""
        yield f"      what the card or phone left is {tap.proof}{why}"
    yield f"      {'PROVEN' if traced.is_proven else 'NOT PROVEN'}: {traced.says}"


def _paper(line: PaperLine, zone: ZoneInfo) -> Iterator[str]:
    sheet = line.sheet
    yield f"    Paper sheet {sheet.sheet}, row {line.line}: {line.mark}; {line.outcome}"
    yield (
        f"      keyed in by employee {sheet.imported_by.number} at "
        f"{sheet.imported_at.astimezone(zone):%Y-%m-%d %H:%M}; file SHA-256 {sheet.file_sha256}"
    )


def _clock(instant: datetime | None, zone: ZoneInfo, *, parts: bool = False) -> str:
    if instant is None:
        return "unknown"
    local = instant.astimezone(zone)
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}" if parts else f"{local:%H:%M:%S}"


def _fit(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]
