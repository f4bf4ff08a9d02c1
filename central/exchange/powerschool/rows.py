"""An attendance row as both systems speak of it: what is sent, what is read back, and whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from central.exchange.powerschool.answers import Row

Mode = Literal["meeting", "daily", "time"]
ATT_MODES: Final[Mapping[Mode, str]] = {
    "meeting": "ATT_ModeMeeting",
    "daily": "ATT_ModeDaily",
    "time": "ATT_ModeTime",
}
_MARKER: Final = "Rollbook "


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands there: its student, its day and, where classes are told apart, its enrollment.

    `student` is STUDENTS.ID, `enrollment` is CC.ID and empty in the modes of whole days.
    """

    student: str
    on: date
    enrollment: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to stand in one place there; ids are the other system's, times seconds since midnight."""

    place: Place
    code: str
    code_id: str
    day_id: str
    marker: str
    minutes: int | None = None
    period_id: str = ""
    hours_s: tuple[int, int] | None = None
    dcid: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in one place there: the code, and in time mode its minutes; whose it is by its marker."""

    place: Place
    value: str
    dcid: str
    marker: str = ""
    changed_by: str = ""


def value_of(code: str, minutes: int | None) -> str:
    """Return a code and its minutes as the one text that is compared, sent and seen."""
    return code if minutes is None else f"{code}/{minutes}"


def body(wanted: Wanted, mode: Mode, school: str, year_id: int) -> dict[str, str | int]:
    """Return the fields of one record; which they are the call documents, and dcid is there for a change."""
    fields: dict[str, str | int] = {
        "studentid": wanted.place.student,
        "att_date": wanted.place.on.isoformat(),
        "schoolid": school,
        "yearid": str(year_id),
        "att_mode_code": ATT_MODES[mode],
        "attendance_codeid": wanted.code_id,
        "calendar_dayid": wanted.day_id,
        "att_comment": _MARKER + wanted.marker,
    }
    if wanted.minutes is not None:
        fields["total_minutes"] = str(wanted.minutes)
    if mode == "meeting":
        fields |= {"ccid": wanted.place.enrollment, "periodid": wanted.period_id}
        if wanted.hours_s:
            fields |= {"start_time": wanted.hours_s[0], "end_time": wanted.hours_s[1]}
    return fields | ({"dcid": wanted.dcid} if wanted.dcid else {})


def standing(row: Row, mode: Mode, codes: Mapping[str, str]) -> Standing | None:
    """Return what a row read back says, None for one that says too little; `codes` are its codes by id."""
    try:
        on = date.fromisoformat(row.get("att_date", "")[:10])
    except ValueError:
        return None
    code_id, minutes = row.get("attendance_codeid", ""), row.get("total_minutes", "")
    code = codes.get(code_id, f"id {code_id}")
    comment, by = row.get("att_comment", ""), row.get("changed_by", "")
    return Standing(
        Place(row.get("studentid", ""), on, row.get("ccid", "") if mode == "meeting" else ""),
        value_of(code, int(minutes) if mode == "time" and minutes.isdigit() else None)[:24],
        row.get("dcid", "")[:20],
        comment.removeprefix(_MARKER)[:32] if comment.startswith(_MARKER) else "",
        by[:20] if by.isascii() and by.isalnum() else "",
    )
