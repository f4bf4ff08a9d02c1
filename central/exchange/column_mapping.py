"""Published: which column of somebody's CSV means what, suggested from English and Spanish headings."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from central.exchange.problem import Problem, Where

NEEDED: Final = ("number", "family name", "given name")
_SAID: Final[Mapping[str, str]] = {
    "number": "student number, student id, number, id, sid, perm id, local id, student no, student, "
    "numero, numero de estudiante, numero de alumno, id de estudiante, matricula, expediente",
    "family name": "last name, family name, surname, last, legal last name, "
    "apellido, apellidos, primer apellido, apellido legal",
    "given name": "first name, given name, first, forename, legal first name, "
    "nombre, nombres, primer nombre, nombre legal",
    "preferred name": "preferred name, preferred first name, nickname, goes by, known as, "
    "nombre preferido, apodo",
    "ssid": "ssid, statewide student identifier, state student id, state id, id estatal",
    "birth date": "birth date, date of birth, dob, birthday, birthdate, "
    "fecha de nacimiento, fecha nacimiento, nacimiento",
    "grade": "grade, grade level, grades, grado, nivel, nivel de grado",
    "program": "program, programme, programa",
    "track": "track, calendar, school track, calendario",
    "class": "class, class code, section, section code, section id, clase, seccion, grupo, codigo de clase",
    "class title": "class title, course title, course name, class name, course, "
    "materia, curso, nombre de la clase, nombre del curso",
    "room": "room, classroom, location, aula, salon",
    "begin": "begin, begin date, start date, entry date, enroll date, enrollment date, start, "
    "fecha de inicio, fecha de ingreso, fecha de alta, inicio, ingreso",
    "end": "end, end date, exit date, leave date, withdrawal date, "
    "fecha de fin, fecha de salida, fecha de baja, fin, salida, baja",
}
COLUMNS: Final = tuple(_SAID)
"""Our words for what a roster's columns mean."""
_DELIMITERS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A delimited file as rows of text; `note` says how it had to be read, where that is a guess."""

    headings: tuple[str, ...]
    rows: tuple[Sequence[str], ...]
    note: str = ""


def sheet(file: str, data: bytes, problems: list[Problem]) -> Sheet:
    """Return the rows of a CSV as spreadsheets write it: any usual encoding and delimiter."""
    text, note = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        problems.append(Problem(Where(file), f"the CSV cannot be read ({error}); export it again"))
        rows = []
    if not rows and not problems:
        problems.append(Problem(Where(file), "the file is empty; its first row names the columns"))
    return Sheet(tuple(cell.strip() for cell in rows[0]) if rows else (), tuple(rows[1:]), note)


def suggested(headings: Sequence[str]) -> dict[str, str]:
    """Return our word for each column that a heading clearly means, with that heading."""
    meant = {plain(word): ours for ours, words in _SAID.items() for word in words.split(", ")}
    found: dict[str, str] = {}
    for heading in headings:
        ours = meant.get(plain(heading))
        if ours:
            found.setdefault(ours, heading)
    return found


def found_in(headings: Sequence[str], heading: str) -> int | None:
    """Return the place of a heading, whatever its case, accents, spaces and signs."""
    return next((at for at, given in enumerate(headings) if plain(given) == plain(heading)), None)


def plain(heading: str) -> str:
    """Return a heading without case, accents and everything that is no letter or digit."""
    parts = unicodedata.normalize("NFKD", heading.casefold())
    return re.sub(r"[^a-z0-9]", "", parts)


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "the file is read as UTF-16"
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        # Every byte has a meaning there: what was another encoding shows in the names of a rehearsal.
        return data.decode("cp1252", errors="replace"), "the file is read as Windows-1252; look at its names"
