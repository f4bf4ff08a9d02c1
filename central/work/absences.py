"""Take the office's notes on absences into the records: rows are only added, all or nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction

from central.domain.calendar import SchoolYear as Year
from central.domain.finding import Finding
from central.exchange import absences_csv
from central.exchange.absences_csv import WITHDRAWN, AbsenceRow
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, refuse
from central.law.absence import findings_on_codes
from central.law.periods import divisor_days
from central.store.models import AbsenceNote, SchoolYear, Staff, Student
from central.store.queries.calendars import track_calendars
from central.store.queries.enrolments import enrolled_spans
from central.work import student_years
from central.work.imported import remember
from central.work.tool_rights import Right, Tool, require

_AT_ONCE: Final = 500
_NOTHING: Final = (WITHDRAWN, "")
Key = tuple[int, date]


@dataclass(frozen=True, slots=True)
class AbsencesOutcome:
    """What was added, by noun, and what the law says about the school's own codes."""

    changes: dict[str, int]
    findings: tuple[Finding, ...]


def import_absences(
    file: NamedFile, codes: NamedFile | None, by: Staff, now: datetime, today: date
) -> AbsencesOutcome:
    """Take in why students were absent; the same file again adds nothing, another reason is a new row.

    `today` is the school's date: the table of codes is held against the law of that day. Raises
    RefusedError for somebody who may not keep facts, and InputError naming every problem found;
    nothing is written then.
    """
    require(by, Tool.ELIGIBILITY, Right.ADD)
    problems: list[Problem] = []
    known = absences_csv.read_codes(codes.name, codes.data, problems) if codes else {}
    rows = absences_csv.read_absences(file.name, file.data, known, problems)
    refuse("the absences are not taken in; nothing was written:", problems)
    with transaction.atomic():
        wanted = _wanted(rows, by, problems)
        standing = _standing(wanted)
        for key, row in wanted.items():
            if row.reason is None and key not in standing:
                problems.append(Problem(row.where, "no absence is noted that day to be withdrawn", "code"))
        refuse("the absences are not taken in; nothing was written:", problems)
        new = {key: row for key, row in wanted.items() if standing.get(key, _NOTHING) != _said(row)}
        AbsenceNote.objects.bulk_create(
            [_row(key, row, by, now) for key, row in new.items()], batch_size=_AT_ONCE
        )
        # A note against a day recorded present holds the day back (R-REC-07).
        for year in SchoolYear.objects.filter(school=by.school).select_related("school"):
            named = Year(year.name)
            theirs = {student for student, on in new if named.holds(on)}
            student_years.refresh(year, theirs, {on for _, on in new if named.holds(on)})
        changes = Counter(_noun(row, is_known=key in standing) for key, row in new.items())
        done = remember("absences", (file, codes), changes, now, by.number)
    return AbsencesOutcome(done, findings_on_codes(known.values(), today))


def _wanted(rows: Iterable[AbsenceRow], by: Staff, problems: list[Problem]) -> dict[Key, AbsenceRow]:
    """Return the rows by student and date; who is unknown or was not expected that day is a problem."""
    students = dict(Student.objects.filter(school=by.school).values_list("number", "pk"))
    kept = list(rows)
    school_days = _school_days(by.school_id, {Year.of(row.on) for row in kept})
    wanted: dict[Key, AbsenceRow] = {}
    for row in kept:
        student = students.get(row.student)
        if student is None:
            text = "there is no student of this number; leading zeros count"
            problems.append(Problem(row.where, text, "student"))
        elif row.reason is not None and row.on not in school_days.get(row.student, ()):
            text = f"{row.on} is no school day of this student: not enrolled then, or no school taught"
            problems.append(Problem(row.where, text, "date"))
        else:
            wanted[student, row.on] = row
    return wanted


def _school_days(school: int, years: Iterable[Year]) -> dict[str, set[date]]:
    """Return the weekdays on which each student was enrolled and their track was taught."""
    names = set(SchoolYear.objects.filter(school=school).values_list("name", flat=True))
    found: dict[str, set[date]] = {}
    for year in years:
        if year.name not in names:
            continue
        taught = {track: divisor_days(made) for track, made in track_calendars(school, year).items()}
        for span in enrolled_spans(school, year):
            days = found.setdefault(span.student, set())
            days.update(on for on in taught.get(span.track, ()) if span.holds(on))
    return found


def _standing(wanted: Mapping[Key, AbsenceRow]) -> dict[Key, tuple[str, str]]:
    """Return the code and reason last noted for the students and dates of a file."""
    students = sorted({student for student, _ in wanted})
    found: dict[Key, tuple[str, str]] = {}
    for start in range(0, len(students), _AT_ONCE):
        notes = AbsenceNote.objects.filter(student__in=students[start : start + _AT_ONCE]).order_by("pk")
        for student, on, code, reason in notes.values_list("student_id", "on", "code", "reason"):
            found[student, on] = (code, reason)
    return found


def _said(row: AbsenceRow) -> tuple[str, str]:
    return (row.reason.value if row.reason else WITHDRAWN, row.says)


def _row(key: Key, row: AbsenceRow, by: Staff, now: datetime) -> AbsenceNote:
    code, says = _said(row)
    return AbsenceNote(student_id=key[0], on=row.on, code=code, reason=says, by=by.number, at=now)


def _noun(row: AbsenceRow, *, is_known: bool) -> str:
    if row.reason is None:
        return "absences withdrawn"
    return "absences corrected" if is_known else "absences noted"
