"""Published: certified attendance records of some days, with what other systems know their rows by."""

from dataclasses import dataclass
from datetime import date, datetime

from central.store.models import AttendanceRecord, SchoolYear

_Stage = AttendanceRecord.Stage
_COUNT = (_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED)


@dataclass(frozen=True, slots=True)
class CertifiedRecord:
    """One student, day and class a certificated person stands behind; names stay out of it."""

    student: str
    ssid: str
    section: str
    title: str
    periods: str
    track: str
    on: date
    is_absent: bool
    is_tardy: bool
    first_in_at: datetime | None
    last_out_at: datetime | None


def certified_records(year: SchoolYear, since: date, until: date) -> list[CertifiedRecord]:
    """Return the certified records of a school year's classes between two days, by date and student.

    One query, however many records.
    """
    rows = AttendanceRecord.objects.filter(
        section__school_year=year, on__range=(since, until), stage__in=_COUNT
    ).order_by("on", "student__number", "section__code")
    columns = (
        *("student__number", "student__ssid", "section__code", "section__title", "section__periods"),
        *("section__track__code", "on", "mark", "is_tardy", "first_in_at", "last_out_at"),
    )
    return [
        CertifiedRecord(
            *(student, ssid, section, title, periods, track or "", on),
            is_absent=mark == AttendanceRecord.Mark.ABSENT,
            is_tardy=is_tardy,
            first_in_at=first_in_at,
            last_out_at=last_out_at,
        )
        for student, ssid, section, title, periods, track, on, mark, is_tardy, first_in_at, last_out_at in (
            rows.values_list(*columns)
        )
    ]
