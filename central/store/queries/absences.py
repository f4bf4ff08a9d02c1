"""Published: full-day absences as the records stood at an instant, with the reasons the office noted."""

from collections.abc import Collection
from datetime import date, datetime

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.calendar import SchoolYear as Year
from central.law.absence import full_day_absences as absences_among
from central.store.attended import standing_records
from central.store.models import AbsenceNote, SchoolYear
from central.store.queries.calendars import track_calendars
from central.store.queries.enrolments import enrolled_spans

WITHDRAWN = "withdrawn"
"""The code of a note that takes the one before back."""
_AT_ONCE = 5_000


def full_day_absences(year: SchoolYear, before: datetime, until: date) -> list[FullDayAbsence]:
    """Return every full-day absence of a school year up to a date, by student and date.

    Decisions and notes count that were made before an instant; enrollments and calendars are those
    known now. Who has the records already asks `central.law.absence` with `noted_reasons`.
    """
    named = Year(year.name)
    return absences_among(
        [record.recorded_mark() for record in standing_records(year, before, until)],
        enrolled_spans(year.school_id, named),
        track_calendars(year.school_id, named),
        noted_reasons(year, before),
    )


def noted_reasons(
    year: SchoolYear, before: datetime, students: Collection[int] | None = None
) -> dict[tuple[str, date], AbsenceReason]:
    """Return the reason last noted for each student number and date of a school year.

    A note that was withdrawn is none; a code nobody knows is unexcused. `students` are primary keys,
    None is everybody.
    """
    named = Year(year.name)
    notes = AbsenceNote.objects.filter(
        student__school=year.school_id, on__range=(named.starts_on, named.ends_on), at__lt=before
    ).order_by("pk")
    if students is not None:
        notes = notes.filter(student__in=students)
    last = {
        (student, on): code
        for student, on, code in notes.values_list("student__number", "on", "code").iterator(
            chunk_size=_AT_ONCE
        )
    }
    known = {reason.value: reason for reason in AbsenceReason}
    return {key: known.get(code, AbsenceReason.UNEXCUSED) for key, code in last.items() if code != WITHDRAWN}
