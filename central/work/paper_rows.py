"""Read a sheet keyed into our own columns and judge every row of it before anything is written."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from central.domain.adjudication import Ruling
from central.errors import RefusedError
from central.exchange import table
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, Where, refuse
from central.exchange.table import Columns, Row
from central.store.models import AttendanceRecord, PaperSheet, Section, Student
from central.store.timetable import is_taught, placed
from central.work.paper_verdict import Verdict, of
from central.work.rulings import Rulings

_COLUMNS: Final = Columns(
    ("student_number", "date", "mark"),
    ("in", "out"),
    {"studentid": "student_number", "number": "student_number", "timein": "in", "timeout": "out"},
)
_MARKS: Final = {"present": "present", "p": "present", "absent": "absent", "a": "absent"}
_Mark = AttendanceRecord.Mark


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One line of the sheet that can be taken in, and what would come of it."""

    line: int
    student: Student
    on: date
    mark: str
    first_in_at: datetime | None
    last_out_at: datetime | None
    verdict: Verdict
    ruling: Ruling | None
    """None for a row taken in before."""
    record: AttendanceRecord | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet read and judged; nothing of it is written yet."""

    section: Section
    sheet: str
    file: NamedFile
    rows: tuple[PaperRow, ...]

    @property
    def days(self) -> list[date]:
        """The dates the sheet speaks of."""
        return sorted({row.on for row in self.rows})


def read(file: NamedFile, section: Section, sheet: str) -> Sheet:
    """Read and judge every row of a sheet.

    Columns: student_number, date (YYYY-MM-DD), mark (present or absent), in and out (hh:mm) where
    known. Raises InputError naming every row that cannot be taken in, and RefusedError when the
    sheet's number was used for another file.
    """
    problems: list[Problem] = []
    rows = table.read(file.name, file.data, _COLUMNS, problems)
    known = _known_days(section, sheet, file)
    reader = _Reader(section, known)
    read_rows = [found for row in rows if (found := reader.row(row)) is not None]
    if not rows and not problems:
        problems.append(Problem(Where(file.name), "there is no row in this file"))
    refuse(f"sheet {sheet} was not taken in:", problems)
    return Sheet(section, sheet, file, tuple(read_rows))


def _known_days(section: Section, sheet: str, file: NamedFile) -> set[date]:
    """Return the days of this sheet taken in before, from this very file."""
    before = list(
        PaperSheet.objects.filter(section=section, sheet=sheet).exclude(batch__withdrawal__isnull=False)
    )
    if any(each.file_sha256 != file.sha256 for each in before):
        msg = (
            f"sheet {sheet} of section {section.code} was taken in from another file; "
            "give a corrected sheet a number of its own"
        )
        raise RefusedError(msg)
    return {each.on for each in before}


class _Reader:
    """Judges the rows of one sheet against one section."""

    def __init__(self, section: Section, known: set[date]) -> None:
        self._section = section
        self._known = known
        self._zone = ZoneInfo(section.school.time_zone)
        self._students = {
            student.number: student for student in Student.objects.filter(school=section.school)
        }
        self._rulings: dict[date, Rulings] = {}
        self._placed: dict[date, set[int]] = {}
        self._taught: dict[date, bool] = {}
        self._first: dict[tuple[int, date], int] = {}

    def row(self, row: Row) -> PaperRow | None:
        """Return a row that can be taken in; otherwise note what is wrong with it."""
        before = len(row.problems)
        number, on = row.needed("student_number"), row.needed_day("date")
        mark = _MARKS.get(row.needed("mark").casefold())
        came, left = self._clock(row, "in", on), self._clock(row, "out", on)
        student = self._students.get(number)
        if number and student is None:
            row.problem("no student has this number; leading zeros count", "student_number")
        if mark is None:
            row.problem("write present or absent", "mark")
        elif mark == _Mark.ABSENT and (came or left):
            row.problem("an absent student has no times", "mark")
        if came and left and left <= came:
            row.problem("the student left before coming", "out")
        if on is not None:
            self._check_day(row, on)
        if student is not None and on is not None:
            self._check_student(row, student, on)
        if len(row.problems) > before or student is None or on is None or mark is None:
            return None
        line = row.where.row or 0
        if on in self._known:
            return PaperRow(line, student, on, mark, came, left, Verdict.KNOWN, None, None)
        ruling = self._rulings[on].ruling(student, on, mark, (came, left))
        record = self._rulings[on].record(student, on)
        return PaperRow(line, student, on, mark, came, left, of(ruling), ruling, record)

    def _clock(self, row: Row, column: str, on: date | None) -> datetime | None:
        clock: time | None = row.clock(column) if row.text(column) else None
        return datetime.combine(on, clock, self._zone) if clock and on else None

    def _check_day(self, row: Row, on: date) -> None:
        section = self._section
        if on not in self._placed:
            self._placed[on] = set(placed(section, on))
            self._rulings[on] = Rulings(section, {on})
            self._taught[on] = section.since <= on <= section.until and is_taught(section, on)
        if not self._taught[on]:
            row.problem(f"section {section.code} was not taught on {on}", "date")

    def _check_student(self, row: Row, student: Student, on: date) -> None:
        if student.pk not in self._placed[on]:
            row.problem(f"the student has no place in section {self._section.code} on {on}", "student_number")
        first = self._first.setdefault((student.pk, on), row.where.row or 0)
        if first != row.where.row:
            row.problem(f"row {first} speaks of this student and day already", "student_number")
