"""What a pretended PowerSchool keeps: students, codes, days, periods, enrollments and attendance."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

Record = Mapping[str, object]
"""The fields of one record as a call sends it."""
_MODES_OF_CLASSES = {"ATT_ModeMeeting", "ATT_ModeInterval"}


@dataclass(frozen=True)
class AttendanceRow:
    """One row of ATTENDANCE."""

    dcid: int
    studentid: str
    on: date
    mode: str
    code_id: str
    ccid: str = ""
    periodid: str = ""
    minutes: str = ""
    comment: str = ""
    changed_by: str = ""

    @property
    def place(self) -> tuple[str, ...]:
        """What no second row may be for."""
        return (self.studentid, self.on.isoformat(), self.mode, self.ccid)


@dataclass
class Tables:
    """One school of one year; every change of attendance gets the next data version."""

    school: str
    year_id: str
    students: dict[str, str] = field(default_factory=dict)
    """STUDENTS.ID by Student_Number."""
    codes: dict[str, str] = field(default_factory=dict)
    """ATTENDANCE_CODE.ID by att_code."""
    days: dict[str, str] = field(default_factory=dict)
    periods: dict[str, str] = field(default_factory=dict)
    enrollments: dict[tuple[str, str], str] = field(default_factory=dict)
    """CC.ID by STUDENTS.ID and the code of the class."""
    attendance: dict[int, AttendanceRow] = field(default_factory=dict)
    inserted: int = 0
    standing: dict[tuple[str, ...], set[int]] = field(default_factory=dict)
    """The rows that stand in each place."""
    too_many: int = 0
    """Rows a call made where one stood already."""
    changes: list[int] = field(default_factory=list)
    """The dcid of each change; its place in the list is its data version."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def keep(self, fields: Record) -> tuple[int, str]:
        """Write a good record: with a dcid it changes that row, without one it makes another."""
        with self.lock:
            dcid = int(str(fields["dcid"])) if fields.get("dcid") else 0
            action = "UPDATE" if dcid else "INSERT"
            if not dcid:
                self.inserted += 1
                dcid = 90_000 + self.inserted
            row = AttendanceRow(
                dcid,
                str(fields["studentid"]),
                date.fromisoformat(str(fields["att_date"])),
                str(fields["att_mode_code"]),
                str(fields["attendance_codeid"]),
                str(fields.get("ccid", "")),
                str(fields.get("periodid", "")),
                str(fields.get("total_minutes", "")),
                str(fields.get("att_comment", "")),
            )
            if action == "INSERT":
                self.too_many += bool(self.standing.get(row.place))
            self._write(row)
            return dcid, action

    def edit(self, dcid: int, code: str, by: str = "4711") -> None:
        """Let somebody there change what a row says."""
        with self.lock:
            row = self.attendance[dcid]
            self._write(replace(row, code_id=self.codes[code], changed_by=by))

    def remove(self, dcid: int) -> None:
        """Let somebody there delete a row."""
        with self.lock:
            self.standing[self.attendance.pop(dcid).place].discard(dcid)
            self.changes.append(dcid)

    def double(self, dcid: int) -> None:
        """Let somebody there enter the same once more."""
        with self.lock:
            self.inserted += 1
            self._write(replace(self.attendance[dcid], dcid=90_000 + self.inserted, comment=""))

    def rows_of(self, number: str) -> list[AttendanceRow]:
        """Return a student's rows."""
        return [row for row in self.attendance.values() if row.studentid == self.students[number]]

    def code_of(self, row: AttendanceRow) -> str:
        """Return the code a row bears."""
        return next(code for code, code_id in self.codes.items() if code_id == row.code_id)

    def duplicates(self) -> int:
        """Count the rows calls made beside one of the same student, day and class that stood there."""
        return self.too_many

    def faults_of(self, fields: Record) -> Iterable[tuple[str, str]]:
        """Yield what is wrong with a record, by field and code."""
        needed = ("studentid", "att_date", "schoolid", "yearid", "att_mode_code", "attendance_codeid")
        for name in needed:
            if not fields.get(name):
                yield name, "REQUIRED"
        known = {
            "studentid": set(self.students.values()),
            "schoolid": {self.school},
            "yearid": {self.year_id},
            "attendance_codeid": set(self.codes.values()),
            "att_date": set(self.days),
            "calendar_dayid": {self.days.get(str(fields.get("att_date")), "")},
            "dcid": {str(dcid) for dcid in self.attendance},
        }
        for name, values in known.items():
            if fields.get(name) and str(fields[name]) not in values:
                yield name, "INVALID"
        if fields.get("att_mode_code") in _MODES_OF_CLASSES:
            yield from self._faults_of_class(fields)
        elif fields.get("att_mode_code") == "ATT_ModeTime" and not fields.get("total_minutes"):
            yield "total_minutes", "REQUIRED"

    def _faults_of_class(self, fields: Record) -> Iterable[tuple[str, str]]:
        own = {cc for (student, _), cc in self.enrollments.items() if student == fields.get("studentid")}
        if str(fields.get("ccid")) not in own:
            yield "ccid", "INVALID"
        if str(fields.get("periodid")) not in self.periods.values():
            yield "periodid", "INVALID"
        start, end = fields.get("start_time"), fields.get("end_time")
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= 86_400):
            yield "start_time", "INVALID"

    def _write(self, row: AttendanceRow) -> None:
        self.attendance[row.dcid] = row
        self.standing.setdefault(row.place, set()).add(row.dcid)
        self.changes.append(row.dcid)
