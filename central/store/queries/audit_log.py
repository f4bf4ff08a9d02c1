"""Published: who did what when and why: acts, decisions on records, and files taken in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, TypeVar, overload
from zoneinfo import ZoneInfo

from django.db.models import Model, Q, QuerySet

from central.domain.local_day import end_of, start_of
from central.store.models import AuditEvent, Decision, ImportedFile, School

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines are looked for; what is empty or None is not asked."""

    person: str = ""
    verb: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when, who (an employee's number or a program), what, about what, and why; `record` if one."""

    at: datetime
    by: str
    verb: str
    subject: str
    why: str = ""
    detail: str = ""
    record: int | None = None


class Lines(Sequence[Line], Generic[Row]):
    """Lines of one log, newest first, read as far as they are asked for."""

    def __init__(self, rows: "QuerySet[Row]", line: Callable[[Row], Line]) -> None:
        self._rows, self._line = rows, line

    def __len__(self) -> int:
        """Count them."""
        return self._rows.count()

    @overload
    def __getitem__(self, part: int) -> Line: ...
    @overload
    def __getitem__(self, part: slice) -> list[Line]: ...
    def __getitem__(self, part: int | slice) -> Line | list[Line]:
        """Return one of them, or a page."""
        if isinstance(part, slice):
            return [self._line(row) for row in self._rows[part]]
        return self._line(self._rows[part])

    def __iter__(self) -> Iterator[Line]:
        """Yield all of them."""
        return (self._line(row) for row in self._rows.iterator(chunk_size=2_000))


def acts(school: School, sought: Sought) -> Lines[AuditEvent]:
    """Return what people did through pages and commands."""
    rows = AuditEvent.objects.filter(_when(school, sought), _who("by", sought))
    rows = rows.filter(verb__icontains=sought.verb, subject__icontains=sought.subject)
    return Lines(rows.order_by("-at", "-pk"), _act)


def decisions(school: School, sought: Sought) -> Lines[Decision]:
    """Return the steps of attendance records; the subject is a student's number or a section's code."""
    rows = Decision.objects.filter(_when(school, sought), record__school=school)
    if sought.person:
        rows = rows.filter(Q(by__number__iexact=sought.person) | Q(by_process__iexact=sought.person))
    if sought.verb:
        rows = rows.filter(stage_to=sought.verb)
    if sought.subject:
        about = Q(record__student__number=sought.subject) | Q(record__section__code=sought.subject)
        rows = rows.filter(about)
    rows = rows.select_related("by", "record__student", "record__section", "certification")
    return Lines(rows.order_by("-at", "-pk"), _decision)


def imports(school: School, sought: Sought) -> Lines[ImportedFile]:
    """Return the files that were taken in; the verb is their kind, the subject their name."""
    rows = ImportedFile.objects.filter(_when(school, sought), _who("by", sought))
    rows = rows.filter(kind__icontains=sought.verb, name__icontains=sought.subject)
    return Lines(rows.order_by("-at", "-pk"), _import)


def _when(school: School, sought: Sought) -> Q:
    zone = ZoneInfo(school.time_zone)
    found = Q()
    if sought.since is not None:
        found &= Q(at__gte=start_of(sought.since, zone))
    if sought.until is not None:
        found &= Q(at__lt=end_of(sought.until, zone))
    return found


def _who(column: str, sought: Sought) -> Q:
    return Q(**{f"{column}__icontains": sought.person}) if sought.person else Q()


def _act(row: AuditEvent) -> Line:
    detail = dict(row.detail)
    why = str(detail.pop("reason", "") or "")
    return Line(row.at, row.by, row.verb, row.subject, why, _told(detail))


def _decision(row: Decision) -> Line:
    record = row.record
    by = row.by.number if row.by else row.by_process
    signed = f"signed by {row.signed_with}" if row.signed_with else ""
    line = Line(
        row.at,
        by,
        row.stage_to,
        f"{record.student.number}, {record.section.code}, {record.on}",
        row.reason,
        f"{row.stage_from or 'new'} to {row.stage_to}, {row.mark}",
        record.pk,
    )
    return replace(line, detail=f"{line.detail}, {signed}") if signed else line


def _import(row: ImportedFile) -> Line:
    return Line(row.at, row.by, row.kind, row.name, "", f"{_told(row.counts)}; SHA-256 {row.sha256}")


def _told(detail: Mapping[str, object]) -> str:
    """Return what a row holds beside its reason, as a person reads it; what is empty says nothing."""
    return ", ".join(
        f"{name}: {_told_value(value)}" for name, value in detail.items() if value not in (None, "", {}, [])
    )


def _told_value(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_told_value(held)}" for name, held in value.items() if held != "")
    if isinstance(value, list):
        return " ".join(map(_told_value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
