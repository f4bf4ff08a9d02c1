"""The minutes of students in a recovery session, documented and signed for by a teacher of it."""

from ninja import Schema
from ninja.responses import Status

from central.errors import RefusedError
from central.store.models import Student
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.recovery_sessions import held
from central.web.api.shapes import Code, Form, Minutes, Text, Words
from central.work import recovery_attendance
from central.work.recovery_attendance import Signature
from central.work.tool_rights import Right, Tool

PAGES = ("recovery-session",)


class MinutesOf(Form):
    """One student's minutes; 0 takes the student off the session."""

    student: Code
    minutes: Minutes


class MinutesDocumented(Form):
    """The minutes of some students in a session; a change of any needs a reason."""

    session: Code
    minutes: list[MinutesOf]
    reason: Text = ""


class MinutesKept(Schema):
    """How many of the minutes were news."""

    session: str
    news: int


class SessionSigned(Form):
    """A teacher's signature, under the one-time code of this moment."""

    session: Code
    one_time_code: Words


class SignatureKept(Schema):
    """A signature for the minutes as they stood."""

    session: str
    revision: int
    minutes: int


def document(request: Asked, form: MinutesDocumented) -> Status[MinutesKept]:
    """Write down students' minutes in a session, all of them or none; they count once it is signed."""
    rows = Student.objects.filter(school=request.auth.staff.school)
    people = {one.number: one for one in rows.filter(number__in=[each.student for each in form.minutes])}
    if any(each.student not in people for each in form.minutes):
        msg = "there is no student of one of these numbers; leading zeros count, nothing was written"
        raise RefusedError(msg)
    said = [recovery_attendance.Minutes(people[each.student], each.minutes) for each in form.minutes]
    act = found.act(request, form.reason)
    news = recovery_attendance.document(held(request, form.session), said, act)
    return Status(201, MinutesKept(session=form.session, news=news))


def sign(request: Asked, form: SessionSigned) -> Status[SignatureKept]:
    """Sign for a session's minutes under a one-time code; without it nothing of them counts."""
    by = Signature(request.auth.staff, clock.now())
    row = held(request, form.session)
    signed = recovery_attendance.sign_with_code(row, by, form.one_time_code.strip())
    total = sum(signed.minutes.values())
    return Status(201, SignatureKept(session=row.code, revision=signed.revision, minutes=total))


OPERATIONS = (
    Operation(
        "documentMinutes",
        "POST",
        "/recovery-session/minutes",
        document,
        MinutesKept,
        Tool.SESSIONS,
        Right.WRITE,
    ),
    Operation(
        "signRecoverySession",
        "POST",
        "/recovery-session/signatures",
        sign,
        SignatureKept,
        Tool.SESSIONS,
        Right.WRITE,
        may_be=frozenset({429}),
    ),
)
