"""Recovery sessions: kept, their minutes documented, and signed for by a teacher of theirs."""

from collections.abc import Sequence
from datetime import date

from django.shortcuts import get_object_or_404
from ninja import Query, Schema
from ninja.responses import Status

from central.domain.calendar import SchoolYear as Year
from central.errors import RefusedError
from central.reports import session_desk
from central.reports.session_desk import Seat
from central.store.models import RecoverySession, Staff
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.recovery import Deleted
from central.web.api.shapes import (
    MOST,
    Clock,
    Code,
    Day,
    DayOrNone,
    Form,
    KnownFinding,
    Offset,
    Text,
    Words,
    finding,
)
from central.work import recovery_sessions, viewings
from central.work.recovery_session_faults import SessionEdit, SessionWish
from central.work.tool_rights import Right, Tool

PAGES = ("recovery-sessions", "recovery-session")


class SessionHeld(Schema):
    """A recovery session as the law looks at it; `ratio` is students to each certificated employee."""

    session: str
    on: date
    starts: str
    ends: str
    teachers: int
    students: int
    ratio: str
    standards: str
    is_signed: bool


class SessionsHeld(Schema):
    """Some sessions of some days, newest first, and how many there are."""

    count: int
    sessions: list[SessionHeld]


class KnownSeat(Schema):
    """One student of a session: the minutes documented, and how many taps stand beside them."""

    student: str
    minutes: int | None
    taps: int


class SessionDetail(Schema):
    """A session with everybody expected, documented or tapped in it, and what the rules notice."""

    session: str
    on: date
    starts: str
    ends: str
    room: str | None
    standards: str
    teachers: list[str]
    is_signed: bool
    seats: list[KnownSeat]
    findings: list[KnownFinding]


class SessionAsked(Form):
    """A new session: its number at the school, when, where, and with which teachers."""

    session: Code
    on: Day
    starts: Clock
    ends: Clock
    teachers: list[Code]
    room: Text = ""
    standards: Text = ""


class SessionChange(Form):
    """What is to become different about a session; what is left out stays."""

    session: Code
    reason: Words
    starts: Clock | None = None
    ends: Clock | None = None
    teachers: list[Code] | None = None
    room: Text | None = None
    standards: Text | None = None


class SessionDeletion(Form):
    """Which session is to go, and why."""

    session: Code
    reason: Words


def sessions(
    request: Asked, since: DayOrNone = None, until: DayOrNone = None, offset: Offset = 0
) -> SessionsHeld:
    """List the sessions of some days, of this school year where none are named."""
    school = request.auth.staff.school
    year = Year.of(clock.today(school))
    every = session_desk.sessions_held(school, since or year.starts_on, until or year.ends_on)
    lines = [
        SessionHeld(
            session=one.session,
            on=one.on,
            starts=one.begins.isoformat("minutes"),
            ends=one.ends.isoformat("minutes"),
            teachers=one.teachers,
            students=len(one.present),
            ratio=session_desk.ratio(len(one.present), one.teachers),
            standards=one.standards,
            is_signed=one.is_signed,
        )
        for one in every[offset : offset + MOST]
    ]
    return SessionsHeld(count=len(every), sessions=lines)


def session(request: Asked, session: Query[Code]) -> SessionDetail:
    """Show one session: who is expected in it, minutes, taps beside them, and findings."""
    row = held(request, session)
    desk = session_desk.session_desk(row)
    named = [seat.student for seat in desk.seats]
    viewings.note_all(request.auth.staff, "api recovery session", named, clock.now())
    people = row.teachers.select_related("staff").order_by("staff__number")
    return SessionDetail(
        session=row.code,
        on=row.on,
        starts=row.starts.isoformat("minutes"),
        ends=row.ends.isoformat("minutes"),
        room=row.room.name if row.room else None,
        standards=row.standards,
        teachers=[taught.staff.number for taught in people],
        is_signed=desk.held.is_signed,
        seats=[_seat(seat) for seat in desk.seats],
        findings=[finding(one) for one in desk.findings],
    )


def add(request: Asked, form: SessionAsked) -> Status[SessionDetail]:
    """Keep a new session; nobody's minutes are in it yet."""
    wish = SessionWish(
        form.session,
        form.on,
        form.starts,
        form.ends,
        _teachers(request, form.teachers),
        form.room,
        form.standards,
    )
    recovery_sessions.add(request.auth.staff.school, wish, found.act(request))
    return Status(201, session(request, form.session))


def edit(request: Asked, form: SessionChange) -> SessionDetail:
    """Change a session, with the reason; its times only while no teacher has signed for them."""
    teachers = None if form.teachers is None else _teachers(request, form.teachers)
    wanted = SessionEdit(form.starts, form.ends, teachers, form.room, form.standards)
    recovery_sessions.edit(held(request, form.session), wanted, found.act(request, form.reason))
    return session(request, form.session)


def delete(request: Asked, form: SessionDeletion) -> Status[Deleted]:
    """Delete a session in which nobody's minutes were ever documented, with the reason."""
    recovery_sessions.delete(held(request, form.session), found.act(request, form.reason))
    return Status(201, Deleted(id=form.session))


def held(request: Asked, code: str) -> RecoverySession:
    """Return the school's session of a number."""
    rows = RecoverySession.objects.select_related("school", "room")
    return get_object_or_404(rows, school=request.auth.staff.school, code=code)


def _teachers(request: Asked, numbers: Sequence[str]) -> tuple[Staff, ...]:
    rows = Staff.objects.filter(school=request.auth.staff.school, number__in=numbers)
    known = {one.number: one for one in rows}
    if missing := sorted(set(numbers) - known.keys()):
        msg = f"there is no employee {missing[0]}; import the roster, or check the number"
        raise RefusedError(msg)
    return tuple(known[number] for number in dict.fromkeys(numbers))


def _seat(seat: Seat) -> KnownSeat:
    return KnownSeat(student=seat.student.number, minutes=seat.minutes, taps=len(seat.taps))


_ALL = "/recovery-sessions"
OPERATIONS = (
    Operation("recoverySessions", "GET", _ALL, sessions, SessionsHeld, Tool.SESSIONS),
    Operation("recoverySession", "GET", "/recovery-session", session, SessionDetail, Tool.SESSIONS),
    Operation("addRecoverySession", "POST", _ALL, add, SessionDetail, Tool.SESSIONS, Right.ADD),
    Operation(
        "editRecoverySession", "PATCH", "/recovery-session", edit, SessionDetail, Tool.SESSIONS, Right.WRITE
    ),
    Operation(
        "deleteRecoverySession",
        "POST",
        "/recovery-session/deletion",
        delete,
        Deleted,
        Tool.SESSIONS,
        Right.DELETE,
    ),
)
