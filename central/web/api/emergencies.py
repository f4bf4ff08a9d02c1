"""Emergencies: documented, their days closed, announced, the duties of the plan proven."""

from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal

from django.http import Http404
from ninja import Schema
from ninja.responses import Status
from pydantic import Field

from central.domain.emergency import Duty, DutyKind
from central.errors import RefusedError
from central.store.models import Emergency, EmergencyStep
from central.store.queries.emergencies import (
    Announced,
    announcements_of,
    closed_for,
    duties_of,
    end_of,
    is_extended,
    is_withdrawn,
    steps_of,
    tracks_of,
)
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, Form, Offset, Text, Words
from central.work import emergencies, emergency_days, emergency_learning
from central.work.emergencies import Declared
from central.work.tool_rights import Right, Tool

PAGES = ("emergencies", "emergency")
_MOST_DAYS: Final = 92
_LONG: Final = "name a first and a last day, at most three months apart"


class KnownEmergency(Schema):
    """An emergency as it stands after the last word on it."""

    code: str
    cause: str
    scope: str
    tracks: list[str]
    nature: str
    first_day: date
    end: date
    is_over: bool
    is_withdrawn: bool
    by: str
    at: datetime


class KnownEmergencies(Schema):
    """Some emergencies of a year, the newest first, and how many there are."""

    count: int
    emergencies: list[KnownEmergency]


class EmergencyWord(Schema):
    """A later word: another end expected, its real end, a review, or that there was none."""

    kind: str
    on: date
    says: str
    by: str
    at: datetime


class DayClosed(Schema):
    """A day of a track that is closed, with the minutes the calendar had said."""

    on: date
    track: str
    minutes: int | None


class AnnouncementTold(Schema):
    """One channel in one language: its text, and the proof that it was sent, as far as there are any."""

    channel: str
    language: str
    nature: str
    duration: str
    remote: str
    sent_at: datetime | None
    sent_by: str
    evidence: str


class DutyKnown(Schema):
    """A dated duty of the continuity plan, and how it stands."""

    kind: str
    due: date
    state: str
    why: str
    citation: str


class EmergencyTold(Schema):
    """One emergency with every word on it, its days, announcements and duties."""

    emergency: KnownEmergency
    is_extended: bool
    words: list[EmergencyWord]
    closed: list[DayClosed]
    announcements: list[AnnouncementTold]
    duties: list[DutyKnown]


class EmergencyDeclared(Form):
    """What happened by its letter in the procedure (10.1), from when to when, and whom it concerns."""

    code: Annotated[Code, Field(max_length=40)]
    cause: Literal["a", "b", "c", "d", "e"]
    nature: Words
    first_day: Day
    expected_end: Day
    scope: Literal["school", "district", "tracks"] = "school"
    tracks: Annotated[list[Code], Field(max_length=50)] = []


class EmergencyStepped(Form):
    """Another end expected or the real one, with its day; or that there was none."""

    do: Literal["expect", "end", "withdraw"]
    on: Day | None = None
    reason: Words


class EmergencyDays(Form):
    """Days that are closed, or opened again with a reason, both included."""

    do: Literal["close", "reopen"]
    since: Day
    until: Day
    reason: Text = ""


class DaysChanged(Schema):
    """How many days of tracks changed in the calendar."""

    days: int


class DutyProven(Form):
    """That a duty was done on a day, and where that is shown."""

    duty: DutyKind
    on: Day
    reason: Words


class DutyKept(Schema):
    """The duty that is proven now, and the day it was done."""

    duty: str
    on: date


def one(request: Asked, year: str, emergency: str) -> Emergency:
    """Return an emergency of somebody's school; another address is a wrong one."""
    rows = Emergency.objects.filter(school_year=found.year(request, year), code=emergency)
    row = rows.select_related("school_year__school", "by").prefetch_related("steps__by").first()
    if row is None:
        raise Http404
    return row


def fresh(request: Asked, year: str, emergency: str) -> Emergency:
    """Return it to act on: what was fetched to be shown is not asked about what is true now."""
    row = one(request, year, emergency)
    return emergencies.find(row.school_year, row.code)


def listed(request: Asked, year: Code, offset: Offset = 0) -> KnownEmergencies:
    """List the emergencies of a year, newest first."""
    rows = Emergency.objects.filter(school_year=found.year(request, year)).select_related("by")
    shown = rows.prefetch_related("steps__by").order_by("-first_day", "-pk")[offset : offset + MOST]
    return KnownEmergencies(count=rows.count(), emergencies=[_known(row) for row in shown])


def told(request: Asked, year: Code, emergency: Code) -> EmergencyTold:
    """Show an emergency: its words, closed days, announcements and duties."""
    row = one(request, year, emergency)
    closed = closed_for(row)
    today = clock.today(row.school_year.school)
    return EmergencyTold(
        emergency=_known(row),
        is_extended=is_extended(row, closed),
        words=[_word(each) for each in steps_of(row)],
        closed=[DayClosed(on=each.on, track=each.track.code, minutes=each.minutes) for each in closed],
        announcements=[_announced(each) for each in announcements_of(row)],
        duties=[_duty(each) for each in duties_of(row, closed, today)],
    )


def declare(request: Asked, year: Code, form: EmergencyDeclared) -> Status[KnownEmergency]:
    """Document an emergency."""
    wish = Declared(
        code=form.code,
        cause=form.cause,
        nature=form.nature,
        first_day=form.first_day,
        expected_end=form.expected_end,
        scope=form.scope,
        tracks=tuple(form.tracks),
    )
    return Status(201, _known(emergencies.declare(found.year(request, year), wish, found.act(request))))


def step(request: Asked, year: Code, emergency: Code, form: EmergencyStepped) -> Status[EmergencyWord]:
    """Say when it is expected to end, when it ended, or that there was none."""
    row, act = fresh(request, year, emergency), found.act(request, form.reason)
    if form.do == "withdraw":
        return Status(201, _word(emergencies.withdraw(row, act)))
    if form.on is None:
        msg = "name the day it ends"
        raise RefusedError(msg)
    word = emergencies.expect if form.do == "expect" else emergencies.end
    return Status(201, _word(word(row, form.on, act)))


def days(request: Asked, year: Code, emergency: Code, form: EmergencyDays) -> Status[DaysChanged]:
    """Close days of its tracks in the calendar, or open them again as they were."""
    row, act = fresh(request, year, emergency), found.act(request, form.reason)
    span = (form.until - form.since).days
    if not 0 <= span < _MOST_DAYS:
        raise RefusedError(_LONG)
    change = emergency_days.close if form.do == "close" else emergency_days.reopen
    return Status(
        201, DaysChanged(days=change(row, [form.since + timedelta(n) for n in range(span + 1)], act))
    )


def prove(request: Asked, year: Code, emergency: Code, form: DutyProven) -> Status[DutyKept]:
    """Note that a duty of the continuity plan was done, and what shows it."""
    row, act = fresh(request, year, emergency), found.act(request, form.reason)
    kept = emergency_learning.prove(row, form.duty, form.on, act)
    return Status(201, DutyKept(duty=kept.duty, on=kept.on))


def _known(row: Emergency) -> KnownEmergency:
    end = end_of(row)
    return KnownEmergency(
        code=row.code,
        cause=row.cause,
        scope=row.scope,
        tracks=[track.code for track in tracks_of(row)],
        nature=row.nature,
        first_day=row.first_day,
        end=end.on,
        is_over=end.is_over,
        is_withdrawn=is_withdrawn(row),
        by=row.by.number,
        at=row.at,
    )


def _word(row: EmergencyStep) -> EmergencyWord:
    return EmergencyWord(kind=row.kind, on=row.on, says=row.says, by=row.by.number, at=row.at)


def _announced(of: Announced) -> AnnouncementTold:
    text, sending = of.text, of.sending
    return AnnouncementTold(
        channel=of.channel,
        language=of.language,
        nature=text.nature if text else "",
        duration=text.duration if text else "",
        remote=text.remote if text else "",
        sent_at=sending.sent_at if sending else None,
        sent_by=sending.sent_by if sending else "",
        evidence=sending.evidence if sending else "",
    )


def _duty(of: Duty) -> DutyKnown:
    return DutyKnown(kind=of.kind, due=of.due, state=of.state, why=of.why, citation=of.citation)


_YEAR: Final = "/emergencies/{year}"
_ONE: Final = f"{_YEAR}/{{emergency}}"
_ADD: Final = (Tool.EMERGENCIES, Right.ADD)
OPERATIONS = (
    Operation("emergencies", "GET", _YEAR, listed, KnownEmergencies, Tool.EMERGENCIES),
    Operation("emergency", "GET", _ONE, told, EmergencyTold, Tool.EMERGENCIES),
    Operation("declareEmergency", "POST", _YEAR, declare, KnownEmergency, *_ADD),
    Operation("stepEmergency", "POST", f"{_ONE}/steps", step, EmergencyWord, Tool.EMERGENCIES, Right.WRITE),
    Operation("emergencyDays", "POST", f"{_ONE}/days", days, DaysChanged, *_ADD),
    Operation("proveDuty", "POST", f"{_ONE}/proofs", prove, DutyKept, Tool.EMERGENCIES, Right.WRITE),
)
