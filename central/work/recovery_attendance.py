"""Published: document each student's minutes in a recovery session, and sign for them as its teacher."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from central.domain.calendar import SchoolYear
from central.domain.recovery import RegularDay
from central.errors import InputError, RefusedError
from central.store.models import (
    Enrollment,
    RecoveryAttendance,
    RecoverySession,
    RecoverySignature,
    Staff,
    Student,
)
from central.store.queries import recovery as stored
from central.store.queries.regular_days import regular_days
from central.work import signing_off
from central.work.recovery_act import Act
from central.work.recovery_session_faults import duration_minutes, hours_faults
from central.work.recovery_sessions import hold
from central.work.tool_rights import Right, Tool, require

_MOST_CHARS: Final = 255


@dataclass(frozen=True, slots=True)
class Minutes:
    """One student's minutes in a session; 0 takes the student off it."""

    student: Student
    minutes: int


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs for a session, when and how."""

    by: Staff
    at: datetime
    signed_with: str = signing_off.TOTP_SIGNATURE


def document(session: RecoverySession, minutes: Sequence[Minutes], act: Act) -> int:
    """Write down students' minutes, all of them or none; return how many are news.

    Whoever has the right does it for the office, a teacher for sessions of their own. A student's
    first minutes need no reason, a change of them does. Nobody may be in a session inside their own
    regular day (EC 46211(b)(1)). Rows are only added; what was signed before is unsigned by a change.

    Raises RefusedError without the right or reason, InputError naming every fault.
    """
    require(act.by, Tool.SESSIONS, Right.WRITE)
    with transaction.atomic():
        session = hold(session)
        _require_own(session, act.by)
        now = stored.minutes_now(session)
        news = [one for one in minutes if now.get(one.student.number, 0) != one.minutes]
        grades = _grades(session, news)
        _refuse(_faults(session, minutes, news, grades))
        changed = {one.student.number for one in news} & now.keys()
        reason = act.because("changing documented minutes") if changed else " ".join(act.reason.split())
        for one in news:
            RecoveryAttendance.objects.create(
                session=session,
                student=one.student,
                grade=grades[one.student.pk],
                minutes=one.minutes,
                by=f"employee {act.by.number}",
                at=act.at,
                reason=reason[:_MOST_CHARS],
            )
        if news:
            before = {one.student.number: now.get(one.student.number) for one in news}
            after = {one.student.number: one.minutes for one in news}
            act.note("recovery-attendance", f"recovery session {session.code}", before, after)
    return len(news)


def sign_with_code(session: RecoverySession, signature: Signature, code: str) -> RecoverySignature:
    """Sign under a one-time code, as `sign_with` does."""
    return sign_with(signing_off.Code(code), session, signature)


def sign_with(
    factor: signing_off.SecondFactor, session: RecoverySession, signature: Signature
) -> RecoverySignature:
    """Sign under a second factor; a wrong or used one leaves everything as it was.

    Raises RefusedError, and TryLaterError after too many wrong ones.
    """
    signature = replace(signature, signed_with=factor.signed_with)
    try:
        with transaction.atomic():
            signed = sign(session, signature)
            factor.spend(signature.by, signature.at)
            return signed
    except signing_off.WrongCodeError:
        signing_off.note_refusal(signature.by, signature.at)
        raise


def sign(session: RecoverySession, signature: Signature) -> RecoverySignature:
    """Sign for the minutes of a session as they stand; without it nothing of them counts.

    The caller has proven the signature (`sign_with` does). Only a teacher of the session who
    is the school's employee, with a credential valid that day, once the session is over. Raises
    RefusedError saying what to do; then nothing is written.

    Source: EC 46211(d)(3); EC 46300(a) (R-AR-04, R-AR-11).
    """
    by = signature.by
    signing_off.require_certificated(by, session.on)
    signing_off.require_signature(by, signature.signed_with)
    with transaction.atomic():
        session = hold(session)
        _require_teacher(session, by)
        _require_over(session, signature.at)
        minutes = stored.minutes_now(session)
        last = session.signatures.order_by("-revision").first()
        if not minutes:
            msg = f"nobody's minutes are documented in recovery session {session.code}; document them first"
            raise RefusedError(msg)
        if last is not None and stored.one(session).is_signed:
            msg = f"recovery session {session.code} is signed as it stands; nothing has changed since"
            raise RefusedError(msg)
        signed = RecoverySignature.objects.create(
            session=session,
            revision=last.revision + 1 if last else 1,
            by=by,
            at=signature.at,
            signed_with=signature.signed_with,
            minutes=minutes,
        )
        before = dict(last.minutes) if last else None
        act = Act(by, signature.at)
        act.note("sign-recovery-session", f"recovery session {session.code}", before, minutes)
    return signed


def is_own(session: RecoverySession, by: Staff) -> bool:
    """Tell whether somebody is a teacher of a session: who documents as a teacher, and who signs."""
    return by.role == Staff.Role.TEACHER and session.teachers.filter(staff=by).exists()


def _require_own(session: RecoverySession, by: Staff) -> None:
    if by.role == Staff.Role.TEACHER and not is_own(session, by):
        msg = (
            f"employee {by.number} is no teacher of recovery session {session.code}; "
            "ask one of its teachers or the attendance clerk"
        )
        raise RefusedError(msg)


def _require_teacher(session: RecoverySession, by: Staff) -> None:
    if not session.teachers.filter(staff=by).exists():
        msg = f"employee {by.number} is no teacher of recovery session {session.code}; ask one of them"
        raise RefusedError(msg)
    if not by.is_employee:
        msg = (
            f"employee {by.number} works here under a contract; a session is supervised by an employee "
            "of the school with a credential (EC 46211; R-AR-04)"
        )
        raise RefusedError(msg)


def _require_over(session: RecoverySession, at: datetime) -> None:
    ends = datetime.combine(session.on, session.ends, ZoneInfo(session.school.time_zone))
    if at < ends:
        msg = f"recovery session {session.code} lasts until {ends:%Y-%m-%d %H:%M}; sign once it is over"
        raise RefusedError(msg)


def _grades(session: RecoverySession, news: Sequence[Minutes]) -> dict[int, str]:
    """Return each student's grade on the session's date, or the nearest one of its school year.

    Summer sessions come before the year's enrollments begin.
    """
    rows = Enrollment.objects.filter(
        student__in=[one.student for one in news], track__school_year__name=SchoolYear.of(session.on).name
    )
    found: dict[int, tuple[int, str]] = {}
    for student, grade, since, until in rows.values_list("student_id", "grade", "since", "until"):
        early = (since - session.on).days
        late = (session.on - until).days if until else 0
        away = max(early, late, 0)
        if student not in found or away < found[student][0]:
            found[student] = (away, grade)
    return {student: grade for student, (_, grade) in found.items()}


def _faults(
    session: RecoverySession, minutes: Sequence[Minutes], news: Sequence[Minutes], grades: Mapping[int, str]
) -> list[str]:
    faults = []
    if len({one.student.pk for one in minutes}) < len(minutes):
        faults.append("one student is named twice; keep one line for each")
    most = duration_minutes(session)
    over = sum(not 0 <= one.minutes <= most for one in minutes)
    if over:
        faults.append(f"{_students(over)} more minutes than the {most} the session lasts")
    strangers = sum(one.student.pk not in grades for one in news)
    if strangers:
        year = SchoolYear.of(session.on).name
        faults.append(f"{_students(strangers)} no enrollment in {year}; correct the roster first")
    coming = {one.student.number for one in news if one.minutes}
    busy: dict[RegularDay, int] = {}
    for day in regular_days(session.school_id, [session.on], coming)[session.on].values():
        busy[day] = busy.get(day, 0) + 1
    for day, count in sorted(busy.items(), key=lambda item: (item[0].begins, item[0].ends)):
        said = hours_faults(session, [day])
        faults += [f"for {count} of the students {text}" for text in said]
    return faults


def _students(count: int) -> str:
    return "1 student has" if count == 1 else f"{count} students have"


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        what = "no minutes are documented; nothing was written:"
        raise InputError(what, faults)
