"""The named queries of the plugin as a pretended PowerSchool answers them, a page at a time."""

from collections.abc import Iterable, Mapping

from tests.powerschool.tables import Tables

PREFIX = "org.rollbook.sis.delivery."
MOST_ROWS = 100
"""However many are asked for, no page is longer."""
ARGUMENTS = {"school", "year", "since", "until", "after"}


class QueryRefusedError(Exception):
    """Answer 400 or 404."""

    def __init__(self, status: int) -> None:
        """Keep the status."""
        super().__init__(status)
        self.status = status


def page(
    tables: Tables, name: str, arguments: Mapping[str, str], number: int, size: int
) -> list[dict[str, str]]:
    """Return one page of a query's rows, ordered by id."""
    rows = list(_rows(tables, name, arguments))
    size = min(size, MOST_ROWS) if size else len(rows)
    return rows[(number - 1) * size : number * size]


def count(tables: Tables, name: str, arguments: Mapping[str, str]) -> int:
    """Return how many rows a query has."""
    return len(list(_rows(tables, name, arguments)))


def _rows(tables: Tables, name: str, arguments: Mapping[str, str]) -> Iterable[dict[str, str]]:
    kind = name.removeprefix(PREFIX)
    if not name.startswith(PREFIX) or kind not in _KINDS:
        raise QueryRefusedError(404)
    if set(arguments) != ARGUMENTS or not arguments["after"].isdigit():
        raise QueryRefusedError(400)
    if (arguments["school"], arguments["year"]) != (tables.school, tables.year_id):
        return []
    with tables.lock:
        found = [row for row in _KINDS[kind](tables, arguments) if int(row["id"]) > int(arguments["after"])]
    return sorted(found, key=lambda row: int(row["id"]))


def _students(tables: Tables, _: Mapping[str, str]) -> Iterable[dict[str, str]]:
    return ({"id": key, "student_number": number} for number, key in tables.students.items())


def _codes(tables: Tables, _: Mapping[str, str]) -> Iterable[dict[str, str]]:
    return ({"id": key, "att_code": code} for code, key in tables.codes.items())


def _days(tables: Tables, arguments: Mapping[str, str]) -> Iterable[dict[str, str]]:
    for day, key in tables.days.items():
        if arguments["since"] <= day <= arguments["until"]:
            yield {"id": key, "date_value": day}


def _periods(tables: Tables, _: Mapping[str, str]) -> Iterable[dict[str, str]]:
    for name, key in tables.periods.items():
        yield {"id": key, "period_number": name, "abbreviation": f"P{name}"}


def _enrollments(tables: Tables, _: Mapping[str, str]) -> Iterable[dict[str, str]]:
    for (student, section), key in tables.enrollments.items():
        yield {"id": key, "studentid": student, "section_code": section}


def _attendance(tables: Tables, arguments: Mapping[str, str]) -> Iterable[dict[str, str]]:
    for row in tables.attendance.values():
        if arguments["since"] <= row.on.isoformat() <= arguments["until"]:
            yield {
                "id": str(row.dcid),
                "dcid": str(row.dcid),
                "studentid": row.studentid,
                "att_date": row.on.isoformat(),
                "att_mode_code": row.mode,
                "attendance_codeid": row.code_id,
                "ccid": row.ccid,
                "periodid": row.periodid,
                "total_minutes": row.minutes,
                "att_comment": row.comment,
                "changed_by": row.changed_by,
            }


_KINDS = {
    "students": _students,
    "codes": _codes,
    "days": _days,
    "periods": _periods,
    "enrollments": _enrollments,
    "attendance": _attendance,
}


def columns(kind: str) -> set[str]:
    """Return the columns a query gives, of a school that has one of everything."""
    on = "2024-09-09"
    full = Tables("1", "34", {"7": "1"}, {"P": "1"}, {on: "1"}, {"1": "1"}, {("1", "ALG"): "1"})
    full.keep({"studentid": "1", "att_date": on, "att_mode_code": "ATT_ModeDaily", "attendance_codeid": "1"})
    arguments = {"school": "1", "year": "34", "since": on, "until": on, "after": "0"}
    return set(page(full, PREFIX + kind, arguments, 1, 1)[0])
