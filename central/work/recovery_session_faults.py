"""What is wrong with a recovery session somebody wants to keep, each fault with what to do about it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from central.domain.recovery import RegularDay
from central.law.recovery import findings_on_session_hours
from central.store.models import RecoverySession, School, Staff
from central.store.queries import recovery as stored
from central.store.queries.regular_days import regular_days
from central.work.recovery_year import BEGAN

_MOST_CODE_CHARS: Final = 40
_MOST_STANDARD_CHARS: Final = 255


@dataclass(frozen=True, slots=True)
class SessionWish:
    """What a session is to be; times are the school's own."""

    code: str
    on: date
    starts: time
    ends: time
    teachers: tuple[Staff, ...]
    room: str = ""
    standards: str = ""


@dataclass(frozen=True, slots=True)
class SessionEdit:
    """What is to become different about a session; None leaves it."""

    starts: time | None = None
    ends: time | None = None
    teachers: tuple[Staff, ...] | None = None
    room: str | None = None
    standards: str | None = None


def faults_of_new(school: School, wish: SessionWish) -> Iterator[str]:
    """Yield what keeps a session from being kept.

    It is inside the regular day only if it is so for every student with a class that date: a school
    with morning and evening classes has students for whom either is free.
    """
    if not wish.code or len(wish.code) > _MOST_CODE_CHARS:
        yield f"its code has {len(wish.code)} characters; give it 1 to {_MOST_CODE_CHARS}"
    if RecoverySession.objects.filter(school=school, code=wish.code).exists():
        yield f"there is a session {wish.code} already; give it another code"
    yield from _detail_faults(wish.teachers, wish.standards)
    if wish.on < BEGAN:
        yield f"{wish.on} is before {BEGAN}, when attendance recovery began (EC 46211; R-AR-01)"
        return
    planned = RecoverySession(code=wish.code, on=wish.on, starts=wish.starts, ends=wish.ends)
    days = set(regular_days(school.pk, [wish.on])[wish.on].values())
    # Asked one regular day at a time: a single one it leaves free is enough.
    inside = [hours_faults(planned, [day]) for day in days]
    if not inside or all(inside):
        yield from hours_faults(planned, days)


def faults_of_changed(session: RecoverySession, wanted: SessionEdit) -> Iterator[str]:
    """Yield what keeps a session, as it is, from becoming what is wanted."""
    starts, ends = wanted.starts or session.starts, wanted.ends or session.ends
    if (starts, ends) != (session.starts, session.ends) and session.signatures.exists():
        yield (
            "a teacher has signed for its times; take its students off with 0 minutes and a reason, "
            "and document them in another session"
        )
    yield from _detail_faults(wanted.teachers, wanted.standards or "")
    moved = RecoverySession(code=session.code, on=session.on, starts=starts, ends=ends)
    present = stored.minutes_now(session)
    longest = max(present.values(), default=0)
    if duration_minutes(moved) < longest:
        yield f"a student has {longest} documented minutes, more than it would last"
    yield from hours_faults(
        moved, regular_days(session.school_id, [session.on], present)[session.on].values()
    )


def hours_faults(session: RecoverySession, regular: Iterable[RegularDay]) -> list[str]:
    """Return what the law says against a session's hours beside regular days, with citation and remedy."""
    asked = stored.as_domain(session)
    days = sorted(set(regular), key=lambda day: (day.begins, day.ends))
    found = [finding for day in (*days, None) for finding in findings_on_session_hours(asked, day)]
    said = [f"it {finding.says} ({finding.citation}; {finding.rule}): {finding.remedy}" for finding in found]
    return list(dict.fromkeys(said))


def duration_minutes(session: RecoverySession) -> int:
    """Return how long a session is planned to last, in minutes of the clock on the wall."""
    begins = datetime.combine(session.on, session.starts)
    return int((datetime.combine(session.on, session.ends) - begins).total_seconds()) // 60


def _detail_faults(teachers: Sequence[Staff] | None, standards: str) -> Iterator[str]:
    if teachers is not None and not teachers:
        yield "it has no teacher; name at least one"
    if len(standards.strip()) > _MOST_STANDARD_CHARS:
        yield f"its standards have {len(standards.strip())} characters; say them in {_MOST_STANDARD_CHARS}"
