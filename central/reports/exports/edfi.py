"""Ed-Fi attendance events: what is new is posted; where a key changed, the old one is deleted first."""

import json
from collections.abc import Iterator, Mapping
from datetime import date

from central.domain.absence import AbsenceReason
from central.domain.finding import Finding
from central.exchange import layout
from central.exchange.edfi import events
from central.exchange.edfi.events import EdfiTemplate, Event
from central.reports.exports.asking import Ask, blocking
from central.store.models import Student
from central.store.queries.absences import full_day_absences, noted_reasons
from central.store.queries.certified_records import CertifiedRecord, certified_records
from central.work.exports import Made, Operation, OutFile, Told, last_told

_KEY = ("attendanceEventCategoryDescriptor", "eventDate")


def make(ask: Ask) -> Made:
    """Return the steps that bring the server there to what is certified here."""
    template = layout.template(ask.template, EdfiTemplate)
    found = {event.key: event for event in _events(ask, template)}
    wanted = {key: events.told(event.resource, events.body(event, template)) for key, event in found.items()}
    before = last_told(ask.school, ask.kind, ask.since, ask.until)
    lines, told = _steps(ask, wanted, before)
    files = (OutFile(ask.name(".jsonl"), events.write(lines), len(lines), tuple(told)),) if lines else ()
    return ask.made(
        files=files,
        findings=tuple(_problems(template, found)),
    )


def _steps(ask: Ask, wanted: Mapping[str, str], before: Mapping[str, Told]) -> tuple[list[str], list[Told]]:
    """Return the lines, deletions first, and what the server there will have been told."""
    gone, posted, told = [], [], []
    for key in sorted(wanted.keys() | before.keys()):
        last = before.get(key)
        is_there = last is not None and last.operation is Operation.GIVEN
        revision = last.revision + 1 if last else 1
        content = wanted.get(key)
        if content is None:
            if last and is_there and ask.in_days(date.fromisoformat(key.rpartition("\t")[2])):
                gone.append(events.step("delete", last.content))
                told.append(Told(key, last.content, Operation.TAKEN_BACK, revision))
            continue
        if last and is_there and content == last.content:
            continue
        if last and is_there and _natural_key(last.content) != _natural_key(content):
            gone.append(events.step("delete", last.content))
        posted.append(events.step("post", content))
        told.append(Told(key, content, Operation.GIVEN, revision))
    return [*gone, *posted], told


def _natural_key(content: str) -> object:
    """Return what the server there knows an event by: category, date and everything it refers to."""
    said = json.loads(content)
    members = {name: value for name, value in said["body"].items() if name in _KEY or "Reference" in name}
    return said["resource"], members


def _events(ask: Ask, template: EdfiTemplate) -> Iterator[Event]:
    reasons = noted_reasons(ask.year, ask.now)
    categories = template.descriptors
    for record in certified_records(ask.year, ask.since, ask.until):
        reason = reasons.get((record.student, record.on), AbsenceReason.UNEXCUSED)
        absent = categories.unexcused if reason is AbsenceReason.UNEXCUSED else categories.excused
        present = categories.tardy if record.is_tardy else categories.present
        category = absent if record.is_absent else present
        if category:
            yield _event(ask, record, category, template)
    numbers = dict(Student.objects.filter(school=ask.school).values_list("number", "ssid"))
    for away in full_day_absences(ask.year, ask.now, ask.until):
        if not ask.in_days(away.on):
            continue
        category = categories.unexcused if away.reason is AbsenceReason.UNEXCUSED else categories.excused
        if category and away.reason is not AbsenceReason.IN_SCHOOL_SUSPENSION:
            who = numbers[away.student] if template.student == "ssid" else away.student
            more: dict[str, object] = {"eventDuration": 1, "attendanceEventReason": away.reason.value}
            yield Event(student=who, on=away.on, category=category, more=more)


def _event(ask: Ask, record: CertifiedRecord, category: str, template: EdfiTemplate) -> Event:
    more: dict[str, object] = {}
    if template.arrival and record.first_in_at and not record.is_absent:
        more["arrivalTime"] = f"{record.first_in_at.astimezone(ask.zone):%H:%M:%S}"
    return Event(
        student=record.ssid if template.student == "ssid" else record.student,
        on=record.on,
        category=category,
        section=record.section,
        course=record.section if template.course == "code" else record.title,
        more=more,
    )


def _problems(template: EdfiTemplate, found: Mapping[str, Event]) -> Iterator[Finding]:
    if not template.school_id:
        yield blocking("template", "no school_id is named", "write the school's Ed-Fi id into the template")
    if not template.session_name:
        yield blocking(
            "template", "no session_name is named", "write the session's name there into the template"
        )
    nameless = sum(not event.student for event in found.values())
    if nameless:
        says = f"{nameless} events are of students without an SSID"
        yield blocking("students", says, "bring the SSIDs with the roster, or send student numbers")
