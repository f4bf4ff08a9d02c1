"""A student information system that exports itself as OneRoster 1.1 or 1.2, whole or as changes only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from tests.fakes.oneroster import RosterZip, Sheet

Row = Mapping[str, str]
# An export of nobody has its header all the same.
_COLUMNS = {
    "enrollments": ("sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "beginDate")
}
Files = dict[str, dict[str, Row]]


@dataclass
class ExportingSystem:
    """A school of 2026-27 with one teacher, some classes, and students who come and go."""

    version: str = "1.1"
    grades: dict[str, str] = field(default_factory=dict)
    """By student number."""
    seats: dict[tuple[str, str], date] = field(default_factory=dict)
    """First days by student number and class."""
    classes: tuple[str, ...] = ("c1", "c2")

    def whole(self) -> RosterZip:
        """Export everything there is."""
        return self._zip(self._files(), "bulk", None)

    def changes(self, before: Files, on: date) -> RosterZip:
        """Export what has changed since some files were written, as of a day's early morning."""
        now, told = self._files(), dict[str, dict[str, Row]]()
        for name in ("users", "roles", "enrollments"):
            if name in now:
                told[name] = {key: row for key, row in now[name].items() if before[name].get(key) != row}
                for key, row in before[name].items():
                    if key not in now[name]:
                        told[name][key] = {**row, "status": "tobedeleted"}
        changed_at = datetime.combine(on, time(13), UTC)
        return self._zip({name: rows for name, rows in told.items() if rows}, "delta", changed_at)

    def files(self) -> Files:
        """Return what a whole export would say, to tell changes from later."""
        return self._files()

    def _files(self) -> Files:
        users = {"t": self._user("t", "teacher", "900", "")}
        users |= {f"u{n}": self._user(f"u{n}", "student", n, grade) for n, grade in self.grades.items()}
        found: Files = {
            "orgs": {
                "s1": {
                    "sourcedId": "s1",
                    "name": "School",
                    "type": "school",
                    "identifier": "34000000123456",
                }
            },
            "academicSessions": {
                "y": {
                    "sourcedId": "y",
                    "type": "schoolYear",
                    "startDate": "2026-07-01",
                    "endDate": "2027-06-30",
                }
            },
            "users": users,
            "classes": {key: self._class(key) for key in self.classes},
            "enrollments": {
                f"e{n}-{key}-{since}": self._seat(n, key, since) for (n, key), since in self.seats.items()
            },
        }
        if self.version == "1.2":
            found["roles"] = {
                f"r{key}": {
                    "sourcedId": f"r{key}",
                    "userSourcedId": key,
                    "roleType": "primary",
                    "role": "teacher" if key == "t" else "student",
                    "orgSourcedId": "s1",
                }
                for key in users
            }
        return found

    def _user(self, key: str, role: str, number: str, grade: str) -> Row:
        row = {"sourcedId": key, "givenName": "G", "familyName": "F", "identifier": number, "grades": grade}
        # Version 1.2 says them in roles.csv.
        return row if self.version == "1.2" else {**row, "role": role, "orgSourcedIds": "s1"}

    def _class(self, key: str) -> Row:
        return {
            "sourcedId": key,
            "schoolSourcedId": "s1",
            "termSourcedIds": "y",
            "title": f"Class {key}",
            "classCode": key.upper(),
            "location": f"Room {key}",
        }

    def _seat(self, number: str, key: str, since: date) -> Row:
        return {
            "sourcedId": f"e{number}-{key}-{since}",
            "classSourcedId": key,
            "schoolSourcedId": "s1",
            "userSourcedId": f"u{number}",
            "role": "student",
            "beginDate": since.isoformat(),
        }

    def _zip(self, files: Files, mode: str, changed_at: datetime | None) -> RosterZip:
        sheets = {"manifest": Sheet(["propertyName", "value"])}
        sheets["manifest"].add(propertyName="oneroster.version", value=self.version)
        for name, rows in files.items():
            sheets["manifest"].add(propertyName=f"file.{name}", value=mode)
            sheets[name] = Sheet(list(_COLUMNS.get(name, ())))
            for row in rows.values():
                dated = {"status": "active", "dateLastModified": changed_at.isoformat()} if changed_at else {}
                sheets[name].add(**{**dated, **row})
        return RosterZip(sheets)
