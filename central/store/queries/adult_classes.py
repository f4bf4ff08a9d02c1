"""Published: the classes adults of a partnership programme sit in, and the records of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F, Q

from central.domain.attendance import Mark
from central.domain.enrolment import Programme
from central.law.adult_month import ClassDay
from central.store.attended import standing_records
from central.store.models import (
    Assignment,
    AttendanceRecord,
    Meeting,
    Placement,
    SchoolYear,
    Section,
)

_MINUTE = timedelta(minutes=1)
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class AdultClass:
    """One class with the employee numbers of its teachers; `track` is empty for a class of no track."""

    code: str
    title: str
    track: str
    teachers: tuple[str, ...]


def adult_classes(year: SchoolYear, until: date) -> dict[str, AdultClass]:
    """Return by code the classes in which somebody enrolled in a partnership programme is placed."""
    partnership = Q(
        student__enrollments__track__school_year=year,
        student__enrollments__programme=Programme.PARTNERSHIP.value,
        student__enrollments__since__lte=until,
    )
    placed = Placement.objects.filter(partnership, section__school_year=year, since__lte=until)
    rows = Section.objects.filter(pk__in=placed.values("section")).select_related("track")
    teachers: dict[int, set[str]] = {}
    for section, number in Assignment.objects.filter(section__school_year=year).values_list(
        "section_id", "staff__number"
    ):
        teachers.setdefault(section, set()).add(number)
    return {
        row.code: AdultClass(
            row.code, row.title, row.track.code if row.track else "", tuple(sorted(teachers.get(row.pk, ())))
        )
        for row in rows.order_by("code")
    }


def class_days(year: SchoolYear, codes: Collection[str], until: date, before: datetime) -> list[ClassDay]:
    """Return the records of some classes up to a date as decisions before an instant left them."""
    seats, bells = _seats(year), _bells(year)
    return [
        ClassDay(
            record.section,
            record.student,
            record.on,
            record.mark is Mark.PRESENT,
            record.stage.counts,
            bells.get((record.section, record.on.weekday())),
            seats.get(record.record),
        )
        for record in standing_records(year, before, until)
        if record.section in codes and record.stage.number is not None
    ]


def _seats(year: SchoolYear) -> Mapping[int, int]:
    """Return the whole minutes between a record's first and last tap, of records that have both."""
    rows = AttendanceRecord.objects.filter(
        section__school_year=year, first_in_at__isnull=False, last_out_at__gte=F("first_in_at")
    )
    told = rows.values_list("pk", "first_in_at", "last_out_at").iterator(chunk_size=_AT_ONCE)
    return {key: (left - came) // _MINUTE for key, came, left in told if came and left}


def _bells(year: SchoolYear) -> Mapping[tuple[str, int], int]:
    rows = Meeting.objects.filter(section__school_year=year)
    told = rows.values_list("section__code", "weekday", "starts", "ends")
    return {(code, weekday): _minutes(ends) - _minutes(starts) for code, weekday, starts, ends in told}


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
