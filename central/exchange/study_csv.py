"""Published: agreements for independent study and evaluated work as CSV."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from central.domain.calendar import SchoolYear
from central.domain.independent_study import Signer
from central.exchange import table
from central.exchange.problem import Problem, Where
from central.exchange.table import Columns, Row

SIGNED: Final[Mapping[Signer, str]] = {
    Signer.STUDENT: "studentSigned",
    Signer.PARENT: "parentSigned",
    Signer.SUPERVISOR: "supervisorSigned",
    Signer.SPECIAL_EDUCATION: "specialEducationSigned",
}
_AGREEMENTS: Final = Columns(
    ("student", "agreement", "since", "until", "evidence"), ("missing", *SIGNED.values())
)
_WORK: Final = Columns(
    (
        *("student", "date", "workMinutes", "synchronousMinutes", "engaged"),
        *("evaluatedBy", "evaluatedOn", "due", "handedIn"),
    ),
    ("evidence",),
)
_MINUTES_IN_A_DAY: Final = 24 * 60
_TRUTH: Final = {"yes": True, "y": True, "true": True, "1": True} | {
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementLine:
    """One agreement as it was handed in, with the signatures named beside it."""

    where: Where
    student: str
    code: str
    since: date
    until: date
    evidence: str
    missing: str
    signed: Mapping[Signer, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """One student's evaluated work of one date as it was handed in."""

    where: Where
    student: str
    on: date
    work_minutes: int
    synchronous_minutes: int
    is_engaged: bool
    evaluated_by: str
    evaluated_on: date
    due_on: date
    handed_in_on: date
    evidence: str


def read_agreements(file: str, data: bytes, problems: list[Problem]) -> list[AgreementLine]:
    """Return the agreements of a file; one student's code may stand in it once."""
    lines: list[AgreementLine] = []
    first: dict[tuple[str, str], Row] = {}
    for row in table.read(file, data, _AGREEMENTS, problems):
        student, code = row.needed("student", 40), row.needed("agreement", 40)
        since, until = row.needed_day("since"), row.needed_day("until")
        evidence, missing = row.needed("evidence"), _missing(row)
        signed = {signer: on for signer, column in SIGNED.items() if (on := row.day(column))}
        _require_first(row, first, (student, code), "agreement")
        if since is None or until is None:
            continue
        line = AgreementLine(
            where=row.where,
            student=student,
            code=code,
            since=since,
            until=until,
            evidence=evidence,
            missing=missing,
            signed=signed,
        )
        problems += [Problem(row.where, text, "until") for text in faults(line)]
        lines.append(line)
    return lines


def faults(line: AgreementLine) -> list[str]:
    """Say what is wrong with the dates of an agreement, wherever it came from."""
    if line.until < line.since:
        return [f"the agreement ends ({line.until}) before it begins ({line.since})"]
    year = SchoolYear.of(line.since)
    if not year.holds(line.until):
        return [f"the agreement runs past {year.ends_on}, the end of its school year; make one for each year"]
    return []


def read_work(file: str, data: bytes, problems: list[Problem]) -> list[WorkLine]:
    """Return the evaluated work of a file; one student's date may stand in it once."""
    lines: list[WorkLine] = []
    first: dict[tuple[str, str], Row] = {}
    for row in table.read(file, data, _WORK, problems):
        student, evaluator = row.needed("student", 40), row.needed("evaluatedBy", 40)
        work, together = _minutes(row, "workMinutes"), _minutes(row, "synchronousMinutes")
        engaged = _truth(row, "engaged")
        on, due_on = row.needed_day("date"), row.needed_day("due")
        handed_in_on, evaluated_on = row.needed_day("handedIn"), row.needed_day("evaluatedOn")
        evidence = row.text("evidence")
        if on is None or due_on is None or handed_in_on is None or evaluated_on is None:
            continue
        _require_first(row, first, (student, str(on)), "date")
        line = WorkLine(
            where=row.where,
            student=student,
            on=on,
            work_minutes=work,
            synchronous_minutes=together,
            is_engaged=engaged,
            evaluated_by=evaluator,
            evaluated_on=evaluated_on,
            due_on=due_on,
            handed_in_on=handed_in_on,
            evidence=evidence,
        )
        for text, column in work_faults(line):
            row.problem(text, column)
        lines.append(line)
    return lines


def work_faults(line: WorkLine) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one day's work in itself, wherever it came from, and in which column."""
    if line.due_on < line.on:
        yield f"the work is due ({line.due_on}) before its date ({line.on})", "due"
    if line.evaluated_on < line.handed_in_on:
        yield f"evaluated ({line.evaluated_on}) before handed in ({line.handed_in_on})", "evaluatedOn"
    if line.work_minutes + line.synchronous_minutes > _MINUTES_IN_A_DAY:
        both = f"{line.work_minutes} and {line.synchronous_minutes}"
        yield f"{both} minutes are more than a day has", "workMinutes"


def _require_first(row: Row, first: dict[tuple[str, str], Row], key: tuple[str, str], column: str) -> None:
    before = first.setdefault(key, row)
    if before is not row:
        row.problem(f"row {before.where.row} says this of the student already", column)


def _missing(row: Row) -> str:
    """Return the missing elements as they are kept; a semicolon parts them in a file of commas."""
    words = row.text("missing").replace(";", ",").split(",")
    return ", ".join(word.strip() for word in words if word.strip())


def _minutes(row: Row, column: str) -> int:
    value = row.needed(column)
    if value and not (value.isascii() and value.isdigit() and int(value) <= _MINUTES_IN_A_DAY):
        row.problem(f"{value!r} is no number of minutes", column)
        return 0
    return int(value or 0)


def _truth(row: Row, column: str) -> bool:
    value = row.needed(column).casefold()
    if value and value not in _TRUTH:
        row.problem(f"{value!r} is neither yes nor no", column)
    return _TRUTH.get(value, False)
