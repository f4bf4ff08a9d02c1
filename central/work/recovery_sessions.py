"""Published: keep recovery sessions: when, where, with which teachers; never inside the regular day."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from central.errors import InputError, RefusedError
from central.store.models import RecoverySession, RecoveryTeacher, Room, School, Staff
from central.work.recovery_act import Act, Members
from central.work.recovery_session_faults import (
    SessionEdit,
    SessionWish,
    faults_of_changed,
    faults_of_new,
)
from central.work.tool_rights import Right, Tool, require


def add(school: School, wish: SessionWish, act: Act) -> RecoverySession:
    """Keep a new session; nobody's minutes are in it yet.

    Refused inside the regular day of every student of that date (EC 46211(b)(1)); of single
    students where their minutes are entered. Raises RefusedError without the right, InputError
    naming every fault.
    """
    require(act.by, Tool.SESSIONS, Right.ADD)
    with transaction.atomic():
        # One writes sessions at a time, so that two cannot take one code.
        School.objects.select_for_update().get(pk=school.pk)
        _refuse("the recovery session is not added", faults_of_new(school, wish))
        session = RecoverySession.objects.create(
            school=school,
            code=wish.code,
            on=wish.on,
            starts=wish.starts,
            ends=wish.ends,
            room=_room(school, wish.room),
            standards=wish.standards.strip(),
            created_by=f"employee {act.by.number}",
            created_at=act.at,
        )
        _teach(session, wish.teachers)
        act.note("add-recovery-session", f"recovery session {session.code}", None, members(session))
    return session


def edit(session: RecoverySession, wanted: SessionEdit, act: Act) -> RecoverySession:
    """Change a session, with the reason; its times only while no teacher has signed for them.

    Raises RefusedError without right or reason, InputError naming every fault.
    """
    require(act.by, Tool.SESSIONS, Right.WRITE)
    act.because("changing a recovery session")
    with transaction.atomic():
        session = hold(session)
        before = members(session)
        _refuse("the recovery session is not changed", faults_of_changed(session, wanted))
        session.starts, session.ends = wanted.starts or session.starts, wanted.ends or session.ends
        if wanted.room is not None:
            session.room = _room(session.school, wanted.room)
        if wanted.standards is not None:
            session.standards = wanted.standards.strip()
        session.save()
        if wanted.teachers is not None:
            _teach(session, wanted.teachers)
        after = members(session)
        act.note("edit-recovery-session", f"recovery session {session.code}", before, after)
    return session


def delete(session: RecoverySession, act: Act) -> None:
    """Take a session out in which nobody's minutes were ever documented, with the reason.

    Raises RefusedError.
    """
    require(act.by, Tool.SESSIONS, Right.DELETE)
    act.because("deleting a recovery session")
    with transaction.atomic():
        session = hold(session)
        if session.attendance.exists():
            msg = (
                f"minutes are documented in recovery session {session.code}, and they are kept; "
                "take its students off with 0 minutes instead"
            )
            raise RefusedError(msg)
        act.note("delete-recovery-session", f"recovery session {session.code}", members(session), None)
        session.delete()


def listed(since: date | None = None, until: date | None = None) -> list[RecoverySession]:
    """Return sessions, newest first; `since` and `until` keep those held in between."""
    rows = RecoverySession.objects.select_related("school", "room").order_by("-on", "-starts", "code")
    if since is not None:
        rows = rows.filter(on__gte=since)
    if until is not None:
        rows = rows.filter(on__lte=until)
    return list(rows)


def find(code: str) -> RecoverySession:
    """Return a session by the school's number of it; raises RefusedError."""
    found = RecoverySession.objects.filter(code=code).select_related("school", "room").first()
    if found is None:
        msg = f"there is no recovery session {code}; recovery sessions lists them"
        raise RefusedError(msg)
    return found


def hold(session: RecoverySession) -> RecoverySession:
    """Let nobody else change this session until the transaction ends; return it as it is now."""
    return RecoverySession.objects.select_for_update().get(pk=session.pk)


def members(session: RecoverySession) -> Members:
    """Return a session as its audit line shows it."""
    teachers = session.teachers.order_by("staff__number").values_list("staff__number", flat=True)
    return {
        "on": session.on.isoformat(),
        "starts": f"{session.starts:%H:%M}",
        "ends": f"{session.ends:%H:%M}",
        "room": session.room.name if session.room else None,
        "standards": session.standards,
        "teachers": ", ".join(teachers),
    }


def _teach(session: RecoverySession, teachers: Iterable[Staff]) -> None:
    RecoveryTeacher.objects.filter(session=session).exclude(staff__in=teachers).delete()
    for staff in teachers:
        RecoveryTeacher.objects.get_or_create(session=session, staff=staff)


def _room(school: School, name: str) -> Room | None:
    if not name:
        return None
    found = Room.objects.filter(school=school, name=name).first()
    if found is None:
        msg = f"there is no room {name!r}; name a room that has a station, or none"
        raise RefusedError(msg)
    return found


def _refuse(what: str, faults: Iterable[str]) -> None:
    found = list(faults)
    if found:
        what = f"{what}; nothing was written:"
        raise InputError(what, found)
