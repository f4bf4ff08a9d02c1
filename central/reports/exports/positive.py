"""Positive attendance for Infinite Campus: only what is new, and by hand what changed since it was given."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from central.domain.finding import Finding
from central.exchange import layout
from central.exchange.infinite_campus.positive import DEFAULT, PositiveLine, PositiveTemplate, cells, faults
from central.exchange.layout import Column, Layout
from central.reports.exports.asking import Ask, left_out
from central.store.queries.certified_records import CertifiedRecord, certified_records
from central.work.exports import Made, Operation, OutFile, Told, last_told

NOTHING: Final = "nothing"
_BY_HAND: Final = Layout(
    tuple(
        Column(header, header) for header in ("studentNumber", "sectionNumber", "date", "there", "should_be")
    )
)


def make(ask: Ask) -> Made:
    """Return what was never given, and a list of what has to be changed by hand there."""
    template = layout.template(ask.template, PositiveTemplate)
    shape = DEFAULT.changed(template.layout)
    findings: list[Finding] = []
    lines = {line.key: line for line in _lines(ask, findings)}
    before = last_told(ask.school, ask.kind, ask.since, ask.until)
    fresh = [line for key, line in lines.items() if key not in before]
    changed = list(_changed(ask, lines, before))
    files = []
    if fresh:
        data = layout.write(shape, [cells(line, shape) for line in fresh])
        told = tuple(Told(line.key, line.content) for line in fresh)
        files.append(OutFile(ask.name(_suffix(shape)), data, len(fresh), told))
    if changed:
        rows = [_by_hand(before[told.key], told) for told in changed]
        data = layout.write(_BY_HAND, rows)
        files.append(OutFile(ask.name("_by-hand.csv"), data, len(rows), tuple(changed)))
        findings += [_to_change(before[told.key], told) for told in changed]
    return ask.made(
        files=tuple(files),
        findings=tuple(findings),
    )


def _lines(ask: Ask, findings: list[Finding]) -> list[PositiveLine]:
    """Return the lines the import would take; of the others a finding says why they are left out."""
    read = []
    for record in certified_records(ask.year, ask.since, ask.until):
        if record.is_absent or record.first_in_at is None:
            # Presence a teacher certified without a tap has no time anybody could prove.
            continue
        line = _line(ask, record)
        if line is None:
            says = f"no time out of {record.section} is proven; the import takes no line without one"
            findings.append(left_out(record.student, record.on, says, "key the student's time there by hand"))
        else:
            read.append(line)
    refused = {fault.line: fault for fault in faults(read)}
    findings += [
        left_out(fault.line.student, fault.line.on, f"{fault.line.section}: {fault.says}", fault.remedy)
        for fault in refused.values()
    ]
    return [line for line in read if line not in refused]


def _line(ask: Ask, record: CertifiedRecord) -> PositiveLine | None:
    if record.first_in_at is None or record.last_out_at is None:
        return None
    came, left = (at.astimezone(ask.zone) for at in (record.first_in_at, record.last_out_at))
    # Whoever left on another date has no time out of this one.
    if left.date() != record.on or came.date() != record.on:
        return None
    hours = (at.time().replace(second=0, microsecond=0) for at in (came, left))
    return PositiveLine(record.student, record.section, record.on, *hours)


def _changed(ask: Ask, lines: Mapping[str, PositiveLine], before: Mapping[str, Told]) -> Iterator[Told]:
    """Yield what was given and is not so any more; the import there inserts and never changes."""
    for key, told in sorted(before.items()):
        if not ask.in_days(date.fromisoformat(key.rpartition("\t")[2])):
            continue
        content = lines[key].content if key in lines else NOTHING
        if content != told.content:
            yield Told(key, content, Operation.BY_HAND, told.revision + 1)


def _by_hand(there: Told, here: Told) -> dict[str, str]:
    student, section, on = there.key.split("\t")
    named = {"studentNumber": student, "sectionNumber": section, "date": on}
    return {**named, "there": there.content, "should_be": here.content}


def _to_change(there: Told, here: Told) -> Finding:
    student, section, on = there.key.split("\t")
    says = f"{section} was given as {there.content} and is {here.content} now"
    return left_out(student, date.fromisoformat(on), says, "change it by hand there: no file is taken for it")


def _suffix(shape: Layout) -> str:
    return {"comma": ".csv", "tab": ".tsv"}.get(shape.separator, ".txt")
