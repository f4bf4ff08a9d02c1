"""Change a session's records before anybody certifies them: mark, add, remove; nothing of it counts yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction

from central.errors import RefusedError
from central.store.models import Section, Staff
from central.store.timetable import placed
from central.work import record_moves, review, session_day, signing_off
from central.work.changes import Action, Change, Ledger, apply
from central.work.tool_rights import Right, Tool, require

_ASKS: Final = {
    Action.REMOVE: Right.DELETE,
    Action.ADD: Right.ADD,
    Action.ABSENT: Right.ADD,
    Action.PRESENT: Right.WRITE,
}


@dataclass(frozen=True, slots=True)
class Word:
    """Who changes records and when; `late_reason` stands for every change after the day without its own."""

    by: Staff
    at: datetime
    late_reason: str = ""


def propose(section: Section, on: date, word: Word, changes: Sequence[Change]) -> int:
    """Make changes to the records of a section's day and return how many; whoever certifies them comes later.

    A teacher and a paraeducator do this in their own sections, the clerk in all. Raises RefusedError
    for anybody else, for a move that is not theirs, for a missing reason, and for a day not taught;
    then nothing is written.
    """
    require_concerned(word.by, section, on)
    for change in changes:
        require(word.by, Tool.ATTENDANCE, _ASKS[change.action])
    session_day.require_held(section, on, word.at)
    given = [replace(each, reason=each.reason.strip() or word.late_reason.strip()) for each in changes]
    for each in given:
        session_day.require_same_day(section, on, word.at, each.reason)
    try:
        with transaction.atomic():
            ledger = Ledger(section, on, record_moves.person(word.by, word.at))
            apply(given, placed(section, on), ledger)
            return ledger.keep()
    except IntegrityError as error:
        msg = f"a record of section {section.code} on {on} was made at this moment; reload the session"
        raise RefusedError(msg) from error


def mark_rest_absent(section: Section, on: date, word: Word, changes: Sequence[Change] = ()) -> int:
    """Make some changes, then mark everybody absent who has no record after them, in one transaction."""
    with transaction.atomic():
        done = propose(section, on, word, changes)
        rest = [Change(student.pk, Action.ABSENT) for student in review.needed(section, on)]
        return done + propose(section, on, word, rest)


def require_concerned(by: Staff, section: Section, on: date) -> None:
    """Raise RefusedError for somebody of another school, and for staff of other sections but the clerk."""
    if by.school_id != section.school_id:
        msg = f"employee {by.number} belongs to another school than section {section.code}"
        raise RefusedError(msg)
    if by.role in {Staff.Role.TEACHER, Staff.Role.PARAEDUCATOR}:
        signing_off.require_teacher_of(by, section, on)
