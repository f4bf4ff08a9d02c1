"""Published: put down outages, end, correct and withdraw them; paper of their days is judged anew."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from django.db import IntegrityError, transaction

from central.errors import RefusedError
from central.store.models import Outage, OutageStep, Staff, Station
from central.work.outage_paper import judge_anew
from central.work.outage_state import EVER, Standing, stand
from central.work.rights import reason
from central.work.tool_rights import Right, Tool, require

_Kind: Final = OutageStep.Kind
Since: TypeAlias = tuple[datetime, datetime | None]
"""From when to when; None while it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody says of an outage: when it was, where, why, and what it was found from."""

    since_at: datetime
    until_at: datetime | None = None
    cause: str
    says: str
    station: Station | None = None
    scope: str = Outage.Scope.STATION
    found: str = ""


def note(word: Word, by: Staff, now: datetime) -> Outage:
    """Put down an outage, and judge the paper of its days anew.

    Raises RefusedError without the right, for a time that is not over or ends before it begins, for a
    station of another school, and for what was noted before.
    """
    require(by, Tool.OUTAGES, Right.ADD)
    said = reason(word.says, "an outage")
    _require_times(word.since_at, word.until_at, now)
    _require_place(word, by)
    try:
        with transaction.atomic():
            outage = Outage.objects.create(
                school=by.school,
                scope=word.scope,
                station=word.station,
                since_at=word.since_at,
                until_at=word.until_at,
                cause=word.cause,
                says=said,
                found=word.found,
                by=by,
                at=now,
            )
            judge_anew(outage, [stand(outage).span], now)
            return outage
    except IntegrityError as error:
        msg = "that mark or silence was put down as an outage before; correct that one"
        raise RefusedError(msg) from error


def end(outage: Outage, until_at: datetime, by: Staff, why: str, now: datetime) -> OutageStep:
    """Say when an outage that lasts was over."""
    before = stand(outage)
    if before.until_at is not None and not before.is_withdrawn:
        msg = "that outage has ended already; correct it with a reason"
        raise RefusedError(msg)
    return _step(before, _Kind.ENDED, (before.since_at, until_at), (by, why, now))


def correct(outage: Outage, span: Since, by: Staff, why: str, now: datetime) -> OutageStep:
    """Say when an outage really was; what was said before stays beside it."""
    return _step(stand(outage), _Kind.CORRECTED, span, (by, why, now))


def withdraw(outage: Outage, by: Staff, why: str, now: datetime) -> OutageStep:
    """Say that there was no such outage."""
    before = stand(outage)
    return _step(before, _Kind.WITHDRAWN, (before.since_at, before.until_at), (by, why, now))


def _step(before: Standing, kind: str, span: Since, said: tuple[Staff, str, datetime]) -> OutageStep:
    by, why, now = said
    require(by, Tool.OUTAGES, Right.WRITE)
    if before.outage.school_id != by.school_id:
        msg = "that outage was put down at another school; ask there"
        raise RefusedError(msg)
    if before.is_withdrawn:
        msg = "that outage was withdrawn; put down another one"
        raise RefusedError(msg)
    _require_times(*span, now)
    kept = reason(why, "a word on an outage")
    with transaction.atomic():
        step = OutageStep.objects.create(
            outage=before.outage, kind=kind, since_at=span[0], until_at=span[1], by=by, at=now, reason=kept
        )
        judge_anew(before.outage, [before.span, (span[0], span[1] or EVER)], now)
    return step


def _require_times(since_at: datetime, until_at: datetime | None, now: datetime) -> None:
    if since_at > now or (until_at is not None and until_at > now):
        msg = (
            "an outage is put down once it is there, and ended once it is over; leave its end open till then"
        )
        raise RefusedError(msg)
    if until_at is not None and until_at <= since_at:
        msg = "the outage ends before it begins; look at its times"
        raise RefusedError(msg)


def _require_place(word: Word, by: Staff) -> None:
    if word.cause not in Outage.Cause.values or word.scope not in Outage.Scope.values:
        msg = "say what was out (station, school or district) and why, in the words of the list"
        raise RefusedError(msg)
    if (word.scope == Outage.Scope.STATION) != (word.station is not None):
        msg = "an outage of a station names it, and one of the school or district names none"
        raise RefusedError(msg)
    if word.station is not None and word.station.school_id != by.school_id:
        msg = f"station {word.station.pk} belongs to another school"
        raise RefusedError(msg)
