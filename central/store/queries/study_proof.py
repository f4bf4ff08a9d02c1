"""Published: the evaluated work each day of independent study rests on."""

from dataclasses import dataclass
from datetime import date, datetime

from central.domain.calendar import SchoolYear as Year
from central.store.models import SchoolYear, StudyWork


@dataclass(frozen=True, slots=True)
class StudyProof:
    """One row of evaluated work: who evaluated it, by employee number, and when it was entered."""

    row: int
    evaluated_by: str
    entered_at: datetime


def study_proof(year: SchoolYear, before: datetime) -> dict[tuple[str, date], StudyProof]:
    """Return the last row of each student number and date entered before an instant."""
    named = Year(year.name)
    rows = StudyWork.objects.filter(
        student__school=year.school_id, on__range=(named.starts_on, named.ends_on), at__lt=before
    ).order_by("pk")
    return {
        (student, on): StudyProof(row, by, at)
        for student, on, row, by, at in rows.values_list(
            "student__number", "on", "pk", "evaluated_by__number", "at"
        )
    }
