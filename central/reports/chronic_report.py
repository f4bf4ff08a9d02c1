"""Published: compute who missed how much of a school year, chronic absence and truancy, with the proof."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from central.domain.absence import AbsenceReason
from central.domain.attendance import Mark
from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import GradeSpan
from central.domain.period import PeriodKind
from central.law import chronic, question, truancy
from central.reports.chronic import AbsenceLine, ChronicReport, RateRow, StudentAbsence, Truancy
from central.reports.chronic_books import ChronicBooks, gather, is_minor
from central.reports.chronic_findings import find, no_shows
from central.reports.ground import Ground
from central.reports.groundwork import ground_of
from central.reports.head import head
from central.store.models import SchoolYear

_RULES = ("R-CHR-01", "R-CHR-02", "R-CHR-03", "R-TRU-01", "R-AR-13", "R-ADA-03")


def report(year: SchoolYear, as_of: date, now: datetime) -> ChronicReport:
    """Return the absence of a school year as decisions and notes made by the end of `as_of` tell it.

    Students expected on no day are left out. Calendars, enrollments and facts are those known now,
    and so are the times of day truancy looks at. Raises CentralError as `ground_of` does.
    """
    school = year.school
    until = min(as_of, Year(year.name).ends_on)
    ground = ground_of(year, PeriodKind.ANNUAL, as_of, now)
    books = gather(year, ground, until)
    students = tuple(_student(number, books) for number in sorted(books.expected) if books.expected[number])
    made = ChronicReport(
        **head(year, as_of, now),
        students=students,
        rates=tuple(_rates(students, until)),
        proof=tuple(_proof(ground, books)),
        findings=tuple(find(school, students, books.facts, no_shows(ground))),
        caveats=question.caveats(_RULES, until),
        digest="",
    )
    return replace(made, digest=_digest(made))


def _student(number: str, books: ChronicBooks) -> StudentAbsence:
    expected = books.expected[number]
    absences = books.absences.get(number, ())
    days = Counter(absence.reason for absence in absences)
    missed = sum(count for reason, count in days.items() if chronic.is_missed_day(reason))
    seen = {absence.on for absence in absences} | books.attended.get(number, set())
    last = max(books.spans[number], key=lambda span: (span.since, span.grade.level))
    is_exempt = number in books.exempt
    return StudentAbsence(
        student=number,
        span=last.grade.span,
        expected=len(expected),
        missed=missed,
        unrecorded=len(expected - seen),
        recovered=min(books.recovered.get(number, 0), missed),
        days=days,
        is_chronic=chronic.is_chronic_absentee(missed, len(expected), books.as_of),
        is_exempt=is_exempt,
        is_counted=chronic.is_counted_in_rates(len(expected), books.as_of, is_exempt=is_exempt),
        truancy=_truancy(number, days[AbsenceReason.UNEXCUSED], len(expected), books),
    )


def _truancy(number: str, unexcused: int, expected: int, books: ChronicBooks) -> Truancy | None:
    if not is_minor(books.facts, number, books.as_of):
        return None
    occasions = books.occasions.get(number, 0)
    return Truancy(
        unexcused,
        occasions,
        truancy.is_truant(unexcused, occasions, books.as_of),
        truancy.is_chronic_truant(unexcused, expected, books.as_of),
    )


def _rates(students: Sequence[StudentAbsence], on: date) -> Iterator[RateRow]:
    """Yield the published rate of each grade span with a student, then the school's.

    A single small span kept back could be told from the others and the total; then the next
    smallest is kept back too.
    """
    rows = [
        _rate(span, [row for row in students if row.span is span], on)
        for span in GradeSpan
        if any(row.span is span and row.is_counted for row in students)
    ]
    hidden = [row for row in rows if row.rate is None]
    shown = sorted((row for row in rows if row.rate is not None), key=lambda row: row.counted)
    if len(hidden) == 1 and shown:
        also = shown[0]
        rows = [replace(row, rate=None) if row is also else row for row in rows]
    yield from rows
    yield _rate(None, students, on)


def _rate(span: GradeSpan | None, students: Iterable[StudentAbsence], on: date) -> RateRow:
    counted = [row for row in students if row.is_counted]
    absent = sum(row.is_chronic for row in counted)
    return RateRow(span, len(counted), absent, chronic.published_rate(absent, len(counted), on))


def _proof(ground: Ground, books: ChronicBooks) -> Iterator[AbsenceLine]:
    behind = defaultdict(list)
    for record in ground.standing:
        if record.mark is Mark.ABSENT and record.stage.counts:
            behind[record.student, record.on].append(record)
    for student in sorted(books.absences):
        for absence in sorted(books.absences[student], key=lambda absence: absence.on):
            records = sorted(behind[student, absence.on], key=lambda record: record.record)
            yield AbsenceLine(
                student,
                absence.on,
                absence.reason,
                chronic.is_missed_day(absence.reason),
                tuple(record.section for record in records),
                tuple(record.record for record in records),
                tuple(record.certified_by for record in records),
            )


def _digest(made: ChronicReport) -> str:
    ground = [
        made.school_code,
        made.year,
        str(made.as_of),
        made.rule_set,
        [
            [
                row.student,
                row.expected,
                row.missed,
                row.unrecorded,
                row.recovered,
                row.is_exempt,
                str(row.truancy),
            ]
            for row in made.students
        ],
        [[line.student, str(line.on), line.reason, *line.records] for line in made.proof],
    ]
    text = json.dumps(ground, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
