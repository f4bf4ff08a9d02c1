"""Published: on which days a notice says a student is absent, and how each was settled."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from central.store.models import AbsenceNotice, NoticeDecision


def days_said_absent(
    school_id: int, days: tuple[date, date], before: datetime, students: Collection[int] | None = None
) -> dict[tuple[str, date], bool | None]:
    """Return by student number and date what became of the notices of absence of some days.

    True where every notice of that day was settled as present, False where one was settled as an
    absence, None while one is open. What was written before an instant is known; `days` are the
    first and the last, `students` primary keys or None for everybody.
    """
    notices = AbsenceNotice.objects.filter(
        student__school=school_id, at__lt=before, since__lte=days[1], until__gte=days[0]
    )
    if students is not None:
        notices = notices.filter(student__in=students)
    rows = list(notices.values_list("pk", "student__number", "since", "until"))
    settled = _settled([row[0] for row in rows], before)
    found: dict[tuple[str, date], bool | None] = {}
    for notice, student, since, until in rows:
        on = max(since, days[0])
        while on <= min(until, days[1]):
            key = (student, on)
            found[key] = _weaker(found.get(key, True), settled.get((notice, on)))
            on += timedelta(days=1)
    return found


def _settled(notices: Collection[int], before: datetime) -> dict[tuple[int, date], bool]:
    rows = NoticeDecision.objects.filter(notice__in=notices, at__lt=before).order_by("pk")
    return {(notice, on): was for notice, on, was in rows.values_list("notice_id", "on", "was_present")}


def _weaker(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001  three answers of one question
    if one is None or other is None:
        return None
    return one and other
