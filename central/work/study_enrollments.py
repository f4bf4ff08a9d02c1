"""Change how a student is taught for a time, in the enrollments that time touches."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from central.domain.enrolment import Modality
from central.errors import RefusedError
from central.store.models import Enrollment, Student
from central.work import years_in_step
from central.work.recovery_act import Act, Members
from central.work.study_keeping import require_keeper

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """A time for which a student is taught in one way; without an end as long as enrolled."""

    since: date
    until: date | None
    modality: Modality


def turn(student: Student, wanted: Turn, act: Act) -> int:
    """Part the enrollments a time touches and set how the student is taught in it; return how many.

    Track, grade and programme stay. Raises RefusedError for a time without any enrollment, and for
    one that ends before it begins; nothing is written then.
    """
    require_keeper(act.by)
    act.because("how a student is taught")
    if wanted.until and wanted.until < wanted.since:
        msg = f"the time ends ({wanted.until}) before it begins ({wanted.since}); nothing was written"
        raise RefusedError(msg)
    with transaction.atomic():
        touched = [
            row
            for row in Enrollment.objects.select_for_update().filter(student=student).order_by("since")
            if row.since <= (wanted.until or date.max) and (row.until or date.max) >= wanted.since
        ]
        if not touched:
            msg = f"the student is enrolled on no day from {wanted.since} on; import the roster first"
            raise RefusedError(msg)
        changed = [row for row in touched if row.modality != wanted.modality]
        for row in changed:
            before = _members(row)
            pieces = list(_pieces(row, wanted))
            row.delete()
            Enrollment.objects.bulk_create(pieces)
            after = "; ".join(f"{piece.since} to {piece.until}: {piece.modality}" for piece in pieces)
            act.note("study-enroll", f"enrollment {before['row']}", before, {"pieces": after})
        years_in_step.refresh_all(student.school, [student.pk])
    return len(changed)


def _pieces(row: Enrollment, wanted: Turn) -> Iterator[Enrollment]:
    """Yield what is before, in and after the time."""
    if row.since < wanted.since:
        yield _part(row, row.since, wanted.since - _DAY, row.modality)
    inside_until = min(row.until or date.max, wanted.until or date.max)
    last = None if inside_until == date.max else inside_until
    yield _part(row, max(row.since, wanted.since), last, wanted.modality)
    if wanted.until and wanted.until < (row.until or date.max):
        yield _part(row, wanted.until + _DAY, row.until, row.modality)


def _part(row: Enrollment, since: date, until: date | None, modality: str) -> Enrollment:
    return Enrollment(
        student_id=row.student_id,
        track_id=row.track_id,
        grade=row.grade,
        programme=row.programme,
        modality=modality,
        since=since,
        until=until,
    )


def _members(row: Enrollment) -> Members:
    return {
        "row": row.pk,
        "since": str(row.since),
        "until": str(row.until) if row.until else None,
        "modality": row.modality,
    }
