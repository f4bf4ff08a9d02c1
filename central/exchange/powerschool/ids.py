"""The other system's keys for what central knows by number and code, asked once and again when refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from central.exchange.powerschool.answers import Row
from central.exchange.powerschool.rows import Mode, Place, Wanted
from central.exchange.powerschool.session import PowerSchool

FIRST_YEAR: Final = 1990
"""A school year's id counts from the one that began in 1990."""


class NoIdError(Exception):
    """Report something the other system does not know, in words that name nobody."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked about: one school there, one school year by the year it begins in, some days of it."""

    queries: str
    school: str
    begins_in: int
    since: date
    until: date
    mode: Mode

    @property
    def year_id(self) -> int:
        """The id of the school year there."""
        return self.begins_in - FIRST_YEAR

    def arguments(self) -> dict[str, str]:
        """Return what every query of the plugin is given."""
        return {
            "school": self.school,
            "year": str(self.year_id),
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be recorded there, in the words of both: no key of either system.

    `section` and `period` are empty in the modes of whole days; `hours_s` are seconds since midnight.
    """

    student_number: str
    on: date
    code: str
    marker: str
    minutes: int | None = None
    section: str = ""
    period: str = ""
    hours_s: tuple[int, int] | None = None


@dataclass(slots=True)
class Ids:
    """Finds keys; each kind is read whole by `load` and kept until `forget`."""

    sis: PowerSchool
    scope: Scope
    _kept: dict[str, Mapping[tuple[str, ...], list[Row]]] = field(default_factory=dict)

    def load(self) -> None:
        """Read what is not kept, so that nothing is asked while it is used; raises as `PowerSchool.query`."""
        for kind in _KEYS if self.scope.mode == "meeting" else _OF_DAYS:
            self._all(kind)

    def counted(self) -> Mapping[str, int]:
        """Return how many names each kind that is kept has."""
        return {kind: len(named) for kind, named in self._kept.items()}

    def forget(self) -> None:
        """Ask for everything anew: a key was refused that was good when it was read."""
        self._kept.clear()

    def wanted(self, entry: Entry) -> Wanted:
        """Return what is to stand there; raises NoIdError, UnavailableError and RefusedError."""
        code_id = self._find("codes", (entry.code,), entry.on, "no attendance code of that name in this year")
        day_id = self._find("days", (entry.on.isoformat(),), entry.on, "the day is not in the calendar there")
        place, period_id = self.place(entry), ""
        if self.scope.mode == "meeting":
            lacking = "no period of that name in this year"
            period_id = self._find("periods", (entry.period,), entry.on, lacking)
            if entry.hours_s is None:
                msg = "the class has no hours on that weekday here"
                raise NoIdError(msg)
        return Wanted(
            place, entry.code, code_id, day_id, entry.marker, entry.minutes, period_id, entry.hours_s
        )

    def place(self, entry: Entry) -> Place:
        """Return where the entry belongs; raises as `wanted`."""
        student = self._find("students", (entry.student_number,), entry.on, "no student of that number there")
        if self.scope.mode != "meeting":
            return Place(student, entry.on)
        lacking = "the student is not in that class there on that day"
        key = (student, entry.section)
        return Place(student, entry.on, self._find("enrollments", key, entry.on, lacking))

    def code_names(self) -> Mapping[str, str]:
        """Return the names of the year's attendance codes by their ids."""
        return {row["id"]: name for (name,), rows in self._all("codes").items() for row in rows}

    def _find(self, kind: str, key: tuple[str, ...], on: date, lacking: str) -> str:
        rows = [row for row in self._all(kind).get(key, []) if _holds(row, on)]
        if not rows:
            raise NoIdError(lacking)
        return rows[-1]["id"]

    def _all(self, kind: str) -> Mapping[tuple[str, ...], list[Row]]:
        if kind not in self._kept:
            named: dict[tuple[str, ...], list[Row]] = {}
            for row in self.sis.whole(f"{self.scope.queries}.{kind}", self.scope.arguments()):
                for key in _KEYS[kind](row):
                    named.setdefault(key, []).append(row)
            self._kept[kind] = named
        return self._kept[kind]


def _holds(row: Row, on: date) -> bool:
    """Tell whether a row is of a day; who left and came back has two, and is gone on `dateleft`."""
    since, left = row.get("dateenrolled", "")[:10], row.get("dateleft", "")[:10]
    return (not since or since <= on.isoformat()) and (not left or on.isoformat() < left)


_Keys = Callable[[Row], list[tuple[str, ...]]]
_KEYS: Final[Mapping[str, _Keys]] = {
    "students": lambda row: [(row.get("student_number", ""),)],
    "codes": lambda row: [(row.get("att_code", ""),)],
    "days": lambda row: [(row.get("date_value", "")[:10],)],
    # Timetables name a period by its number or by its short name.
    "periods": lambda row: [(row.get("period_number", ""),), (row.get("abbreviation", ""),)],
    "enrollments": lambda row: [(row.get("studentid", ""), row.get("section_code", ""))],
}
_OF_DAYS: Final = ("students", "codes", "days")
QUERIES: Final = (*_KEYS, "attendance")
"""The queries the plugin brings."""
