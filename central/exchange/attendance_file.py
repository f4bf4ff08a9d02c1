"""Attendance as the delimited file a student information system takes in or gives back, by a template."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, Where
from central.exchange.spreadsheet import neutral, plain
from station import settings

Field = Literal["student_number", "date", "school", "period", "section", "code", "minutes", "comment"]
_KEY: tuple[Field, ...] = ("student_number", "date", "section", "code")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header in the other system, and what stands in it."""

    header: str
    field: Field


@dataclass(frozen=True, slots=True)
class Codes:
    """The other system's codes; several may mean one mark when read back, the first is written."""

    present: tuple[str, ...] = ("P",)
    absent: tuple[str, ...] = ("A",)
    tardy: tuple[str, ...] = ("T",)

    def __post_init__(self) -> None:
        every = [*self.present, *self.absent, *self.tardy]
        if not (self.present and self.absent and self.tardy) or len(set(every)) < len(every):
            msg = "present, absent and tardy each need codes of their own"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Template:
    """How one district maps the file; the default is the shape PowerSchool imports are mapped from."""

    columns: tuple[Column, ...] = (
        Column("Student_Number", "student_number"),
        Column("Att_Date", "date"),
        Column("SchoolID", "school"),
        Column("Period", "period"),
        Column("Section", "section"),
        Column("Att_Code", "code"),
        Column("Minutes", "minutes"),
        Column("Comment", "comment"),
    )
    separator: Literal["tab", "comma", "semicolon"] = "tab"
    date_format: str = "%m/%d/%Y"
    codes: Codes = Codes()

    def __post_init__(self) -> None:
        missing = [field for field in _KEY if field not in {column.field for column in self.columns}]
        if missing:
            msg = f"columns need a column for each of {', '.join(missing)}"
            raise ValueError(msg)
        if len({column.header for column in self.columns}) < len(self.columns):
            msg = "two columns have one header"
            raise ValueError(msg)

    @property
    def delimiter(self) -> str:
        """The character between two cells."""
        return {"tab": "\t", "comma": ",", "semicolon": ";"}[self.separator]


@dataclass(frozen=True, slots=True)
class Line:
    """One student's attendance of one day and class, as both systems speak of it."""

    student_number: str
    on: date
    section: str
    mark: Literal["present", "absent"]
    is_tardy: bool = False
    school: str = ""
    period: str = ""
    minutes: int | None = None
    comment: str = ""


def load(path: Path | None) -> Template:
    """Read a template from TOML, or return the default; raises SettingsError naming every problem."""
    return settings.load(path, Template) if path else Template()


def write(lines: Iterable[Line], template: Template) -> bytes:
    """Return the file: UTF-8, a header, CR LF line ends.

    A number, code of a class or comment a spreadsheet would run stands behind an apostrophe; what
    `read` makes of it is what it was. The codes of the template are written as they are.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=template.delimiter, lineterminator="\r\n")
    writer.writerow([column.header for column in template.columns])
    for line in lines:
        cells = _cells(line, template)
        writer.writerow([cells[column.field] for column in template.columns])
    return out.getvalue().encode("utf-8")


def read(file: NamedFile, template: Template, problems: list[Problem]) -> list[Line]:
    """Return the lines of a file the other system gave back; what is wrong is added to `problems`.

    Columns are found by their headers and may stand in any order; others are passed over.
    """
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(Where(file.name), "this is not UTF-8; export it as UTF-8 and try again"))
        return []
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=template.delimiter))
    places = _places(rows[0] if rows else [], template, Where(file.name, 1), problems)
    if places is None:
        return []
    lines: dict[tuple[str, date, str], Line] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        where = Where(file.name, number)
        line = _line(row, places, template, where, problems)
        if line is None:
            continue
        key = (line.student_number, line.on, line.section)
        if lines.setdefault(key, line) != line:
            problems.append(Problem(where, "an earlier row says something else of this student and class"))
    return list(lines.values())


def _cells(line: Line, template: Template) -> Mapping[Field, str]:
    codes = template.codes
    code = codes.absent if line.mark == "absent" else codes.tardy if line.is_tardy else codes.present
    return {
        "student_number": neutral(line.student_number),
        "date": line.on.strftime(template.date_format),
        "school": neutral(line.school),
        "period": neutral(line.period),
        "section": neutral(line.section),
        "code": code[0],
        "minutes": "" if line.minutes is None else str(line.minutes),
        "comment": neutral(line.comment),
    }


def _places(
    header: list[str], template: Template, where: Where, problems: list[Problem]
) -> Mapping[Field, int] | None:
    found = {name.strip(): place for place, name in enumerate(header)}
    headers = {column.field: column.header for column in template.columns}
    missing = [headers[field] for field in _KEY if headers[field] not in found]
    problems.extend(Problem(where, "this column is missing", name) for name in missing)
    return None if missing else {field: found[headers[field]] for field in _KEY}


def _line(
    row: list[str],
    places: Mapping[Field, int],
    template: Template,
    where: Where,
    problems: list[Problem],
) -> Line | None:
    if len(row) <= max(places.values()):
        problems.append(Problem(where, "this row has too few cells"))
        return None
    number, day, section, code = (row[places[field]].strip() for field in _KEY)
    codes = template.codes
    if code not in {*codes.present, *codes.absent, *codes.tardy}:
        problems.append(Problem(where, f"the code {code!r} is not in the template", "code"))
        return None
    try:
        on = datetime.strptime(day, template.date_format).date()  # noqa: DTZ007  a calendar date has no zone
    except ValueError:
        problems.append(Problem(where, f"{day!r} is no date like {template.date_format}", "date"))
        return None
    mark: Literal["present", "absent"] = "absent" if code in codes.absent else "present"
    return Line(plain(number), on, plain(section), mark, is_tardy=code in codes.tardy)
