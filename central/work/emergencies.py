"""Published: document an emergency, and add what becomes of it: another end, its real end, its review."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction

from central.errors import InputError, RefusedError
from central.store.models import Emergency, EmergencyStep, SchoolYear, Staff, TeachingCredential, Track
from central.store.queries.emergencies import end_of, is_withdrawn
from central.work.local_days import local_date
from central.work.recovery_act import Act
from central.work.study_keeping import NOTHING
from central.work.tool_rights import Right, Tool, require

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_MOST_CODE, _MOST_NATURE, _MOST_SAID = 40, 255, 1000
_Kind = EmergencyStep.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """An emergency as somebody documents it: the letter of its cause, whom it concerns, and from when."""

    code: str
    cause: str
    nature: str
    first_day: date
    expected_end: date
    scope: str = Emergency.Scope.SCHOOL
    tracks: tuple[str, ...] = ()


def declare(year: SchoolYear, wish: Declared, act: Act) -> Emergency:
    """Document an emergency; only certificated staff do.

    Raises RefusedError for anybody else, and InputError naming all that is wrong; nothing is written then.
    """
    require(act.by, Tool.EMERGENCIES, Right.ADD)
    require_certificated(act.by, local_date(year.school, act.at))
    if faults := _faults(year, wish):
        raise InputError(NOTHING, faults)
    with transaction.atomic():
        row = Emergency.objects.create(
            school_year=year,
            code=wish.code,
            cause=wish.cause,
            scope=wish.scope,
            tracks=sorted(set(wish.tracks)),
            nature=" ".join(wish.nature.split()),
            first_day=wish.first_day,
            expected_end=wish.expected_end,
            by=act.by,
            at=act.at,
        )
        said = {"cause": wish.cause, "first_day": str(wish.first_day), "end": str(wish.expected_end)}
        act.note("emergency", f"emergency {wish.code}", None, said)
    return row


def expect(emergency: Emergency, end: date, act: Act) -> EmergencyStep:
    """Say that another end is expected; the reason is kept with it."""
    return _step(emergency, _Kind.EXPECTED, end, act)


def end(emergency: Emergency, last_day: date, act: Act) -> EmergencyStep:
    """Say which day was the last one; a later word corrects it."""
    if last_day > local_date(act.by.school, act.at):
        msg = f"{last_day} has not come yet; say until when it is expected to last instead"
        raise RefusedError(msg)
    return _step(emergency, _Kind.ENDED, last_day, act)


def review(emergency: Emergency, on: date, act: Act) -> EmergencyStep:
    """Keep what a review of the procedures found: what worked, what did not, what is done about it."""
    if on > local_date(act.by.school, act.at):
        msg = f"{on} has not come yet; a review is kept once it was held"
        raise RefusedError(msg)
    return _step(emergency, _Kind.REVIEWED, on, act)


def withdraw(emergency: Emergency, act: Act) -> EmergencyStep:
    """Say that there was no such emergency; refused while days are closed for it."""
    return _step(emergency, _Kind.WITHDRAWN, local_date(act.by.school, act.at), act)


def find(year: SchoolYear, code: str) -> Emergency:
    """Return a year's emergency by its code; raises RefusedError."""
    rows = Emergency.objects.filter(school_year=year, code=code)
    found = rows.select_related("school_year__school", "by").first()
    if found is None:
        msg = f"{year.name} has no emergency {code}; rollbook-central emergency list names them"
        raise RefusedError(msg)
    return found


def require_certificated(by: Staff, on: date) -> None:
    """Raise RefusedError for somebody without a teaching credential valid on a day."""
    if not TeachingCredential.objects.filter(staff=by, since__lte=on, until__gte=on).exists():
        msg = (
            f"employee {by.number} holds no teaching credential on file for {on}; "
            "this is documented by certificated staff"
        )
        raise RefusedError(msg)


def require_open(emergency: Emergency, by: Staff, right: Right) -> None:
    """Raise RefusedError for somebody without the right, of another school, or after it was withdrawn."""
    require(by, Tool.EMERGENCIES, right)
    if by.school_id != emergency.school_year.school_id:
        msg = f"employee {by.number} is of another school than emergency {emergency.code}"
        raise RefusedError(msg)
    if is_withdrawn(emergency):
        msg = f"emergency {emergency.code} was withdrawn; document another"
        raise RefusedError(msg)


def _step(emergency: Emergency, kind: EmergencyStep.Kind, on: date, act: Act) -> EmergencyStep:
    require_open(emergency, act.by, Right.WRITE)
    says = " ".join(act.reason.split())
    if not says or len(says) > _MOST_SAID:
        msg = f"say in {_MOST_SAID} characters why, or what was found"
        raise RefusedError(msg)
    if kind is not _Kind.WITHDRAWN and on < emergency.first_day:
        msg = f"emergency {emergency.code} began on {emergency.first_day}, after {on}"
        raise RefusedError(msg)
    if kind is _Kind.REVIEWED and not end_of(emergency).is_over:
        msg = f"emergency {emergency.code} is not over; say first which day was its last"
        raise RefusedError(msg)
    if kind is _Kind.WITHDRAWN and emergency.days.exists():
        msg = f"days were closed for emergency {emergency.code}; it stays on file"
        raise RefusedError(msg)
    return EmergencyStep.objects.create(
        emergency=emergency, kind=kind, on=on, says=says, by=act.by, at=act.at
    )


def _faults(year: SchoolYear, wish: Declared) -> list[str]:
    faults = []
    if not _CODE.fullmatch(wish.code) or len(wish.code) > _MOST_CODE:
        faults.append(f"code: letters, digits, - and _ in at most {_MOST_CODE} characters")
    elif Emergency.objects.filter(school_year=year, code=wish.code).exists():
        faults.append(f"code: {year.name} has an emergency {wish.code} already; choose another")
    if wish.cause not in Emergency.Cause.values:
        faults.append(f"cause: choose one of {', '.join(Emergency.Cause.values)}")
    if not wish.nature.strip() or len(wish.nature) > _MOST_NATURE:
        faults.append(f"nature: say in {_MOST_NATURE} characters what happened")
    if wish.expected_end < wish.first_day:
        faults.append(f"end: {wish.expected_end} is before the first day, {wish.first_day}")
    return faults + _scope_faults(year, wish)


def _scope_faults(year: SchoolYear, wish: Declared) -> list[str]:
    known = set(Track.objects.filter(school_year=year).values_list("code", flat=True))
    if wish.scope not in Emergency.Scope.values:
        return [f"scope: choose one of {', '.join(Emergency.Scope.values)}"]
    if (wish.scope == Emergency.Scope.TRACKS) != bool(wish.tracks):
        return ["tracks: name the tracks where it concerns some of them, and none where it concerns all"]
    return [f"tracks: {year.name} has no track {code}" for code in sorted(set(wish.tracks) - known)]
