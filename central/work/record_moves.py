"""Published: the one table of who may take an attendance record from where to where, and with what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from central.errors import RefusedError
from central.store.models import AttendanceRecord, Decision, Staff
from central.work import signing_off
from central.work.roles import called

_Mark, _Stage = AttendanceRecord.Mark, AttendanceRecord.Stage
NEW: Final = ""
"""Where a record comes from that was not there."""


class Actor(StrEnum):
    """Who or what moves records; everybody else only reads them."""

    TAPS = "taps"
    """The program, judging what was tapped."""
    STUDENT = "student"
    """A check-in: the student's own word."""
    PARAEDUCATOR = "paraeducator"
    CLERK = "clerk"
    TEACHER = "teacher"
    SUBMISSION = "submission"
    """Sending to the student information system, begun by a certificated person."""
    READ_BACK = "read-back"
    """What that system says it holds, read by a certificated person."""


class Need(StrEnum):
    """What a move asks for beside somebody who may make it."""

    REASON = "reason"
    WHY_PRESENT = "why-present"
    """A reason, where somebody is said to have been there."""
    CREDENTIAL = "credential"
    CODE = "code"


# A record reaches stage 1 on one line alone, and that line is a teacher's.
_TABLE: Final = """
from         to           by            needs
-            provisional  taps
-            provisional  student
-            provisional  paraeducator  why-present
-            provisional  clerk         why-present
-            provisional  teacher       why-present
provisional  provisional  taps
provisional  provisional  clerk         reason
provisional  provisional  teacher       reason
provisional  removed      taps          reason
provisional  removed      clerk         reason
provisional  removed      teacher       reason
removed      provisional  taps          reason
removed      provisional  student
removed      provisional  clerk         why-present
removed      provisional  teacher       why-present
provisional  certified    teacher       credential code
certified    certified    teacher       credential code reason
submitted    submitted    teacher       credential code reason
confirmed    confirmed    teacher       credential code reason
certified    removed      teacher       credential code reason
submitted    certified    teacher       credential code reason
confirmed    certified    teacher       credential code reason
certified    submitted    submission    credential
submitted    confirmed    read-back     credential
submitted    certified    read-back     credential reason
confirmed    certified    read-back     credential reason
"""


def _read(table: str) -> dict[tuple[str, str], dict[Actor, frozenset[Need]]]:
    moves: dict[tuple[str, str], dict[Actor, frozenset[Need]]] = {}
    for line in table.strip().splitlines()[1:]:
        since, to, by, *needs = line.split()
        move = NEW if since == "-" else _Stage(since), _Stage(to)
        moves.setdefault(move, {})[Actor(by)] = frozenset(map(Need, needs))
    return moves


MOVES: Final[Mapping[tuple[str, str], Mapping[Actor, frozenset[Need]]]] = _read(_TABLE)

_ROLES: Final = {
    Staff.Role.TEACHER: Actor.TEACHER,
    Staff.Role.PARAEDUCATOR: Actor.PARAEDUCATOR,
    Staff.Role.CLERK: Actor.CLERK,
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who moves records, when, and what was proven of them; make one with a function below."""

    actor: Actor
    at: datetime
    time_zone: str
    by: Staff | None = None
    by_process: str = ""
    has_credential: bool = False
    signed_with: str = ""


def program(
    actor: Actor, at: datetime, time_zone: str, process: str, taken_by: Staff | None = None
) -> Author:
    """Return a part of the program as the author; `process` is what history calls it.

    `taken_by` is who took down for a student what the student said.
    """
    return Author(actor, at, time_zone, taken_by, process)


def person(by: Staff, at: datetime, process: str = "") -> Author:
    """Return a person as the author of what needs no signature; raises RefusedError for one who only reads.

    `process` is what history calls the program's part in it, if it had one.
    """
    actor = _ROLES.get(Staff.Role(by.role))
    if actor is None:
        raise _refused(by, "nobody", "change attendance records")
    return Author(actor, at, by.school.time_zone, by, process)


def signer(by: Staff, on: date, at: datetime, signed_with: str) -> Author:
    """Return a teacher who signs for a date; raises RefusedError without credential or signature."""
    signing_off.require_certificated(by, on)
    signing_off.require_signature(by, signed_with)
    return Author(Actor.TEACHER, at, by.school.time_zone, by, has_credential=True, signed_with=signed_with)


def courier(actor: Actor, by: Staff, at: datetime) -> Author:
    """Return a certificated person who sends records or reads them back; raises RefusedError."""
    zone = by.school.time_zone
    signing_off.require_certificated(by, at.astimezone(ZoneInfo(zone)).date())
    return Author(actor, at, zone, by, has_credential=True)


def move(record: AttendanceRecord, stage: str, mark: str, author: Author, reason: str = "") -> Decision:
    """Take a record to a stage and a mark, and return the decision to be kept with it; saves neither.

    Raises RefusedError for a move that is not in the table, and for one that lacks what it needs.
    """
    # A record being made has its stage already, and no history.
    since = record.stage if record.pk else NEW
    needs = MOVES.get((since, stage), {}).get(author.actor)
    if needs is None:
        what = f"take a record from {since or 'nothing'} to {stage}"
        raise _refused(author.by, author.actor, what)
    _require(needs, author, mark, reason, _deed(since, stage))
    record.stage, record.mark = stage, mark
    return Decision(
        record=record,
        stage_from=since,
        stage_to=stage,
        mark=mark,
        by=author.by,
        by_process=author.by_process,
        at=author.at,
        is_same_day=author.at.astimezone(ZoneInfo(author.time_zone)).date() == record.on,
        signed_with=author.signed_with,
        reason=reason,
    )


def _require(needs: frozenset[Need], author: Author, mark: str, reason: str, deed: str) -> None:
    asks_why = Need.REASON in needs or (Need.WHY_PRESENT in needs and mark == _Mark.PRESENT)
    if asks_why and not reason.strip():
        msg = f"{deed} needs a reason; say why"
        raise RefusedError(msg)
    if Need.CODE in needs and not author.signed_with:
        msg = f"{deed} needs a signature; sign with a one-time code"
        raise RefusedError(msg)
    if Need.CREDENTIAL in needs and not author.has_credential:
        msg = f"{deed} needs a valid teaching credential; ask a certificated staffer"
        raise RefusedError(msg)


def _deed(since: str, to: str) -> str:
    if to == _Stage.REMOVED:
        return "removing a record"
    if to == _Stage.PROVISIONAL:
        return "changing what a record says" if since == to else "adding presence without a tap"
    return "changing what a record says" if since == to else f"taking a record to {to}"


def _refused(by: Staff | None, actor: str, what: str) -> RefusedError:
    named = f"employee {by.number} is {called(by)} and" if by else f"what acts here ({actor})"
    return RefusedError(f"{named} may not {what}; ask a certificated staffer")
