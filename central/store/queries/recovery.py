"""Published: recovery sessions, records and services as values of the domain."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from central.domain.calendar import DateSpan
from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import Grade
from central.domain.recovery import (
    Participation,
    RecoveryRecord,
    RecoveryService,
    RecoverySession,
    ServiceKind,
)
from central.store import models
from central.store.models import (
    RecoveryAttendance,
    RecoverySignature,
    RecoveryTeacher,
    SchoolYear,
    TeachingCredential,
)


def sessions(year: SchoolYear, before: datetime) -> list[RecoverySession]:
    """Return a school year's recovery sessions as documented and signed before an instant, by date.

    Teachers are the school's own employees with a credential valid that day. A session is signed
    only if the last signature is one of theirs and covers exactly the minutes documented since.
    Five queries, however many sessions.
    """
    span = Year(year.name)
    rows = models.RecoverySession.objects.filter(
        school=year.school_id, on__range=(span.starts_on, span.ends_on)
    )
    return of_rows(rows.order_by("on", "starts", "code"), before)


def of_rows(rows: Iterable[models.RecoverySession], before: datetime | None = None) -> list[RecoverySession]:
    """Return some sessions as documented and signed before an instant, or until now, in their order."""
    kept = list(rows)
    documents = _documents(kept, before)
    return [as_domain(row, documents.get(row.pk)) for row in kept]


@dataclass(slots=True)
class Documents:
    """What is documented of one session: who took part, who supervised, who signed for which minutes."""

    present: dict[str, tuple[Grade, int]] = field(default_factory=dict)
    teachers: set[int] = field(default_factory=set)
    signed_by: int | None = None
    signed: Mapping[str, int] | None = None

    @property
    def is_signed(self) -> bool:
        """Tell whether a teacher of the session signed exactly these minutes."""
        now = {student: minutes for student, (_, minutes) in self.present.items()}
        return self.signed_by in self.teachers and self.signed == now


def as_domain(row: models.RecoverySession, documents: Documents | None = None) -> RecoverySession:
    """Return a session as the law looks at it; without documents nobody took part yet."""
    held = documents or Documents()
    return RecoverySession(
        session=row.code,
        on=row.on,
        begins=row.starts,
        ends=row.ends,
        teachers=len(held.teachers),
        is_signed=held.is_signed,
        present=tuple(
            Participation(student, grade, minutes)
            for student, (grade, minutes) in sorted(held.present.items())
        ),
        standards=row.standards,
    )


def one(row: models.RecoverySession, before: datetime | None = None) -> RecoverySession:
    """Return one session as documented and signed before an instant, or until now."""
    return as_domain(row, _documents([row], before).get(row.pk))


def minutes_now(row: models.RecoverySession) -> dict[str, int]:
    """Return the minutes documented for each student of a session, those taken off left out."""
    documents = _documents([row], None).get(row.pk) or Documents()
    return {student: minutes for student, (_, minutes) in sorted(documents.present.items())}


def records(year: SchoolYear) -> list[RecoveryRecord]:
    """Return the recovery records that touch a school year, by student and start."""
    span = Year(year.name)
    rows = models.RecoveryRecord.objects.filter(student__school=year.school_id, since__lte=span.ends_on)
    return [
        RecoveryRecord(student=student, since=since, until=until, comment=comment)
        for student, since, until, comment in rows.exclude(until__lt=span.starts_on)
        .order_by("student__number", "since")
        .values_list("student__number", "since", "until", "comment")
    ]


def service_rows(year: SchoolYear) -> list[models.RecoveryService]:
    """Return the services that start in a school year, by student, start and number."""
    span = Year(year.name)
    rows = models.RecoveryService.objects.filter(
        record__student__school=year.school_id, since__range=(span.starts_on, span.ends_on)
    )
    return list(
        rows.select_related("record__student", "school").order_by("record__student__number", "since", "pk")
    )


def services(year: SchoolYear) -> list[RecoveryService]:
    """Return the services that start in a school year as the law looks at them."""
    return [as_service(row) for row in service_rows(year)]


def as_service(row: models.RecoveryService) -> RecoveryService:
    """Return one service as the law looks at it."""
    return RecoveryService(
        student=row.record.student.number,
        kind=ServiceKind(row.kind),
        since=row.since,
        until=row.until,
        school=row.school.code,
        is_calendar=row.is_calendar,
        days_used=row.days_used,
        minutes_earned=row.minutes_earned,
        record=DateSpan(row.record.since, row.record.until),
        comments=row.comments,
    )


def _documents(rows: Iterable[models.RecoverySession], before: datetime | None) -> dict[int, Documents]:
    """Gather what is documented of sessions, one query a table."""
    on = {row.pk: row.on for row in rows}
    found: dict[int, Documents] = defaultdict(Documents)
    _present(on, before, found)
    _teachers(on, found)
    signatures = RecoverySignature.objects.filter(session__in=on)
    if before is not None:
        signatures = signatures.filter(at__lt=before)
    for session, by, minutes in signatures.order_by("revision").values_list("session_id", "by_id", "minutes"):
        found[session].signed_by, found[session].signed = by, minutes
    return found


def _present(on: Mapping[int, date], before: datetime | None, found: dict[int, Documents]) -> None:
    attendance = RecoveryAttendance.objects.filter(session__in=on)
    if before is not None:
        attendance = attendance.filter(at__lt=before)
    columns = ("session_id", "student__number", "grade", "minutes")
    for session, student, grade, minutes in attendance.order_by("pk").values_list(*columns):
        if minutes:
            found[session].present[student] = (Grade(grade), minutes)
        else:
            found[session].present.pop(student, None)


def _teachers(on: Mapping[int, date], found: dict[int, Documents]) -> None:
    taught = RecoveryTeacher.objects.filter(session__in=on, staff__is_employee=True)
    pairs = list(taught.values_list("session_id", "staff_id"))
    valid: dict[int, list[tuple[date, date]]] = defaultdict(list)
    held = TeachingCredential.objects.filter(staff__in={staff for _, staff in pairs})
    for staff, since, until in held.values_list("staff_id", "since", "until"):
        valid[staff].append((since, until))
    for session, staff in pairs:
        if any(since <= on[session] <= until for since, until in valid[staff]):
            found[session].teachers.add(staff)
