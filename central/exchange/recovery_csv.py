"""Published: recovery records and services as CSV, in the field names student information systems use."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from central.domain.recovery import RecoveryRecord, RecoveryService, ServiceKind
from central.exchange import table
from central.exchange.problem import Problem, Where
from central.exchange.spreadsheet import neutral, plain
from central.exchange.table import Columns, Row

STUDENT: Final = "studentNumber"
RECORD: Final = "AttendanceRecovery"
SERVICE: Final = "AttendanceRecoveryService"
_RECORD_FIELDS: Final = ("startDate", "endDate", "comment")
_SERVICE_FIELDS: Final = (
    *("startDate", "endDate", "associatedRecordDates", "serviceType", "comments"),
    *("schoolNumber", "isCalendar", "daysUsed", "timeEarned"),
)
_NEEDED: Final = {"startDate", "associatedRecordDates", "serviceType", "schoolNumber"}
_AMERICAN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_YES, _NO = frozenset({"1", "true", "yes", "y"}), frozenset({"", "0", "false", "no", "n"})
_LONGEST_FIGURE: Final = 6


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A recovery record as a file tells it; its student and its text are not looked at yet."""

    row: Row
    student: str
    since: date
    until: date | None
    comment: str


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service as a file tells it; `record` is the first and last day of the record it names."""

    row: Row
    student: str
    record: tuple[date, date | None]
    kind: ServiceKind
    since: date
    until: date | None
    comments: str
    school: str
    is_calendar: bool
    days_used: int | None
    minutes_earned: int | None


def read_records(file: str, data: bytes, problems: list[Problem]) -> list[RecordLine]:
    """Return the recovery records of a file; what cannot be read, and a record told twice, is a problem."""
    lines: list[RecordLine] = []
    first: dict[tuple[str, date], Row] = {}
    for row in table.read(file, data, _columns(RECORD, _RECORD_FIELDS), problems):
        student, since = _text(row, STUDENT), _day(row, "startDate")
        until, is_whole = _day(row, "endDate"), _says_all(row, (STUDENT, "startDate"))
        if since is None or not is_whole:
            continue
        before = first.setdefault((student, since), row)
        if before is not row:
            row.problem(f"row {before.where.row} has this student's record of {since} already", "startDate")
        lines.append(RecordLine(row, student, since, until, _text(row, "comment")))
    if not lines and not problems:
        problems.append(Problem(Where(file), "there is no recovery record in this file"))
    return lines


def read_services(file: str, data: bytes, problems: list[Problem]) -> list[ServiceLine]:
    """Return the services of a file; what cannot be read is a problem."""
    lines: list[ServiceLine] = []
    for row in table.read(file, data, _columns(SERVICE, _SERVICE_FIELDS), problems):
        since, until, record = _day(row, "startDate"), _day(row, "endDate"), _record_dates(row)
        kind, is_calendar = _kind(row), _truth(row, "isCalendar")
        days, minutes = _figure(row, "daysUsed"), _figure(row, "timeEarned")
        is_whole = _says_all(row, (STUDENT, *_NEEDED))
        if since is None or record is None or kind is None or is_calendar is None or not is_whole:
            continue
        lines.append(
            ServiceLine(
                row=row,
                student=_text(row, STUDENT),
                record=record,
                kind=kind,
                since=since,
                until=until,
                comments=_text(row, "comments"),
                school=_text(row, "schoolNumber"),
                is_calendar=is_calendar,
                days_used=days,
                minutes_earned=minutes,
            )
        )
    if not lines and not problems:
        problems.append(Problem(Where(file), "there is no recovery service in this file"))
    return lines


def write_records(records: Iterable[RecoveryRecord]) -> str:
    """Return records as CSV with CR LF; what could run as a formula stands behind an apostrophe."""
    return _table(
        RECORD,
        _RECORD_FIELDS,
        ((record.student, _date(record.since), _date(record.until), record.comment) for record in records),
    )


def write_services(services: Iterable[RecoveryService]) -> str:
    """Return services as CSV with CR LF; each names its record by its dates, YYYY-MM-DD/YYYY-MM-DD."""
    return _table(
        SERVICE,
        _SERVICE_FIELDS,
        (
            (
                *(service.student, _date(service.since), _date(service.until)),
                f"{_date(service.record.since)}/{_date(service.record.until)}" if service.record else "",
                *(service.kind.value, service.comments, service.school),
                "1" if service.is_calendar else "0",
                *(_shown(service.days_used), _shown(service.minutes_earned)),
            )
            for service in services
        ),
    )


def _columns(table_name: str, fields: Iterable[str]) -> Columns:
    """Return the columns of a file; a header may say the field with its table or alone."""
    names = tuple(fields)
    synonyms = {table.normalised(f"{table_name}.{name}"): name for name in names}
    required = (STUDENT, *(name for name in names if name in _NEEDED))
    return Columns(required, tuple(name for name in names if name not in _NEEDED), synonyms)


def _table(table_name: str, fields: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([STUDENT, *(f"{table_name}.{name}" for name in fields)])
    writer.writerows([neutral(cell) for cell in line] for line in lines)
    return out.getvalue()


def _date(on: date | None) -> str:
    return on.isoformat() if on else ""


def _shown(figure: int | None) -> str:
    return "" if figure is None else str(figure)


def _text(row: Row, column: str) -> str:
    """Return a cell as its writer meant it; how long it may be is judged with the rest of the record."""
    return plain(row.cells.get(column, ""))


def _says_all(row: Row, columns: Iterable[str]) -> bool:
    lacking = [column for column in columns if not row.cells.get(column)]
    for column in lacking:
        row.problem("this cell is empty", column)
    return not lacking


def _day(row: Row, column: str) -> date | None:
    """Return a cell's date, written 2025-08-18 or 08/18/2025; anything else is a problem."""
    value = _iso(row.cells.get(column, ""))
    return Row(row.where, {column: value}, row.problems).day(column)


def _iso(text: str) -> str:
    if match := _AMERICAN.fullmatch(text):
        return f"{match[3]}-{int(match[1]):02d}-{int(match[2]):02d}"
    return text


def _record_dates(row: Row) -> tuple[date, date | None] | None:
    """Read the dates of a record: "2025-08-18/2026-06-05", or as a form shows them, "08/18/2025 - "."""
    column = "associatedRecordDates"
    value = row.cells.get(column, "")
    if not value:
        return None
    first, _, last = value.partition("-" if _AMERICAN.match(value) else "/")
    cells = {"first": _iso(first.strip()), "last": _iso(last.strip())}
    unseen: list[Problem] = []
    dates = Row(row.where, cells, unseen)
    since, until = dates.day("first"), dates.day("last")
    if since is None or unseen:
        row.problem(f"{value!r} are no dates of a record; write them like 2025-08-18/2026-06-05", column)
        return None
    return since, until


def _kind(row: Row) -> ServiceKind | None:
    value = row.cells.get("serviceType", "")
    kinds = {kind.value.casefold(): kind for kind in ServiceKind}
    if value and value.casefold() not in kinds:
        row.problem(f"{value!r} is no type of service; write Earned or Used", "serviceType")
    return kinds.get(value.casefold())


def _truth(row: Row, column: str) -> bool | None:
    value = row.cells.get(column, "").casefold()
    if value in _YES | _NO:
        return value in _YES
    row.problem(f"{value!r} is neither 1 nor 0", column)
    return None


def _figure(row: Row, column: str) -> int | None:
    value = row.cells.get(column, "")
    if value and not (value.isascii() and value.isdigit() and len(value) <= _LONGEST_FIGURE):
        row.problem(f"{value!r} is no whole number", column)
        return None
    return int(value) if value else None
