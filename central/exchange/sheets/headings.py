"""What a column's heading means, in English and Spanish, as schools and their systems write them."""

from typing import Final

from central.exchange.column_mapping import plain
from central.exchange.sheets.dates import ORDERS, Style, read

NUMBER: Final = "number"
COLUMNS: Final = ("number", "family", "given", "name", "class", "sheet", "date", "mark", "in", "out")
"""Our words for what the columns of a paper sheet mean."""
_SAID: Final = {
    "number": "student number, student no, student num, student id, studentid, stu num, stu id, id number, "
    "sid, perm id, local id, local student id, id, number, num, numero, numero de estudiante, "
    "num de estudiante, no de estudiante, n de estudiante, numero de alumno, num de alumno, "
    "id de estudiante, id estudiante, id del estudiante, matricula, expediente",
    "family": "last, last name, family name, surname, legal last name, student last name, "
    "apellido, apellidos, primer apellido, apellido del estudiante",
    "given": "first, first name, given name, forename, legal first name, student first name, "
    "nombre, nombres, primer nombre, nombre de pila",
    "name": "name, student name, full name, name of student, name last first, last first, "
    "last name first name, nombre completo, nombre del estudiante, nombre del alumno, apellidos y nombre, "
    "apellido y nombre, nombre y apellido, nombre y apellidos",
    "class": "class, class code, section, section code, section id, course section, course code, "
    "clase, seccion, grupo, codigo de clase",
    "sheet": "sheet, sheet no, sheet number, sheet id, folio, hoja, numero de hoja, num de hoja",
    "date": "date, day, class date, attendance date, att date, date of class, fecha, dia, fecha de clase",
    "mark": "mark, status, attendance, attendance status, attendance code, att code, code, present, "
    "presence, asistencia, estado, marca, codigo, presente",
    "in": "in, time in, in time, arrival, arrived, start, start time, sign in, check in, came, "
    "entrada, hora de entrada, llegada, hora de llegada",
    "out": "out, time out, out time, departure, left, end, end time, sign out, check out, "
    "salida, hora de salida",
}
_MEANT: Final = {plain(word): ours for ours, words in _SAID.items() for word in words.split(", ")}
_STUDENT: Final = {"student", "estudiante", "alumno", "pupil"}
_SAMPLE_YEAR: Final = 2024  # a leap year: every day of a month exists in it


def meaning(heading: str) -> str:
    """Return our word for a heading; nothing for one that means none, `student` for a number or a name."""
    bare = plain(heading)
    return "student" if bare in _STUDENT else _MEANT.get(bare, "")


def is_day(heading: str) -> bool:
    """Tell whether a heading is a date, as those of a register's week are."""
    return any(
        read(heading, Style(order, year=_SAMPLE_YEAR)) or _on_its_weekday(heading, order) for order in ORDERS
    )


def _on_its_weekday(heading: str, order: str) -> bool:
    # Without a year the weekday named fits in one of any seven years running, but for a leap day.
    years = range(_SAMPLE_YEAR - 3, _SAMPLE_YEAR + 4)
    return any(read(heading, Style(order, year=year)) for year in years)
