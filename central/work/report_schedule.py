"""Which reports are written into a folder by themselves: added and ended by people, each with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from central.errors import RefusedError
from central.store.models import ReportSchedule, ReportScheduleEnd, School, Staff
from central.work.tool_rights import Right, Tool, require

Rhythm = ReportSchedule.Rhythm
_DAYS = {Rhythm.DAILY: range(1), Rhythm.WEEKLY: range(1, 8), Rhythm.MONTHLY: range(1, 32)}
_SAY = {
    Rhythm.DAILY: "a daily report has no day; leave --day out",
    Rhythm.WEEKLY: "a weekly report is written on a day from 1 (Monday) to 7 (Sunday); say so with --day",
    Rhythm.MONTHLY: "a monthly report is written on a day from 1 to 31; say so with --day",
}
_LONGEST_REASON = 255


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written how often: `day` is 0 where the rhythm has none."""

    kind: str
    form: str
    rhythm: Rhythm
    day: int
    at_time: time
    folder: Path


@dataclass(frozen=True, slots=True)
class Word:
    """Who decides it when, and why."""

    by: Staff
    at: datetime
    reason: str


def standing(school: School) -> QuerySet[ReportSchedule]:
    """Return the schedules that have not ended, the oldest first."""
    return ReportSchedule.objects.filter(school=school, end=None).order_by("pk")


def add(school: School, wish: Wish, word: Word, allowed: Sequence[str]) -> ReportSchedule:
    """Keep a schedule; raises RefusedError for a folder that is not among those allowed, and a second one.

    `allowed` are the folders of the configuration file: a path from anywhere else is never written to.
    """
    _require(word)
    if wish.day not in _DAYS[wish.rhythm]:
        raise RefusedError(_SAY[wish.rhythm])
    require_folder(wish.folder, allowed)
    with transaction.atomic():
        same = standing(school).filter(kind=wish.kind, form=wish.form, folder=str(wish.folder)).first()
        if same is not None:
            msg = (
                f"schedule {same.pk} writes {wish.kind} as {wish.form} into {wish.folder} already, and one "
                "file a day is enough; end that one first"
            )
            raise RefusedError(msg)
        return ReportSchedule.objects.create(
            school=school,
            kind=wish.kind,
            form=wish.form,
            rhythm=wish.rhythm,
            day=wish.day,
            at_time=wish.at_time,
            folder=str(wish.folder),
            by=word.by.number,
            at=word.at,
            reason=word.reason.strip(),
        )


def end(school: School, number: int, word: Word) -> ReportSchedule:
    """End a schedule; raises RefusedError where there is none of that number. What was written stays."""
    _require(word)
    with transaction.atomic():
        row = standing(school).filter(pk=number).first()
        if row is None:
            msg = f"no schedule {number} stands; schedule-reports list shows those that do"
            raise RefusedError(msg)
        ReportScheduleEnd.objects.create(
            schedule=row, by=word.by.number, at=word.at, reason=word.reason.strip()
        )
    return row


def require_folder(folder: Path, allowed: Sequence[str]) -> None:
    """Refuse a folder the configuration file does not name; raises RefusedError."""
    if str(folder) not in allowed:
        named = ", ".join(allowed) or "none"
        msg = (
            f"{folder} is no folder for reports: the configuration file allows {named} (report_folders); "
            "take one of them, or have IT add it"
        )
        raise RefusedError(msg)


def _require(word: Word) -> None:
    require(word.by, Tool.REPORTS, Right.ADD)
    if not word.reason.strip() or len(word.reason) > _LONGEST_REASON:
        msg = f"say why in 1 to {_LONGEST_REASON} characters with --reason; it stands beside the schedule"
        raise RefusedError(msg)
