"""Published: a student's word that a day is recorded wrongly, and the answer to it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from central.errors import RefusedError
from central.store.models import Appeal, AppealStep, Decision, School, Section, Staff, Student
from central.work import rights
from central.work.classes_of import is_of_class
from central.work.local_days import local_date
from central.work.tool_rights import Right, Tool, require


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an appeal, by whose word and why."""

    answer: AppealStep.Answer
    by: Staff
    reason: str


def appeal(student: Student, section: Section | None, on: date, says: str, now: datetime) -> Appeal:
    """Keep that a student says a day is recorded wrongly; nothing is changed by it.

    Raises RefusedError for a day to come, for an appeal of the same class and day that is open, and
    for no words.
    """
    kept = rights.reason(says, "an appeal")
    if on > local_date(student.school, now):
        msg = f"{on} has not come yet; nothing is recorded of it"
        raise RefusedError(msg)
    if open_appeals(student.school).filter(student=student, section=section, on=on).exists():
        msg = "you have said this already, and nobody has answered yet"
        raise RefusedError(msg)
    return Appeal.objects.create(student=student, section=section, on=on, says=kept, at=now)


def answer(to: Appeal, word: Answered, now: datetime) -> AppealStep:
    """Answer an appeal: corrected, once the record was, or it stands, and why.

    Raises RefusedError for anybody but the clerk and the teacher of that class, and for a correction
    nobody has made.
    """
    require(word.by, Tool.CHECK_INS, Right.WRITE)
    kept = rights.reason(word.reason, "the answer to an appeal")
    if to.section is not None and not is_of_class(word.by, to.section, to.on):
        msg = f"section {to.section.code} is not of employee {word.by.number}; ask the attendance clerk"
        raise RefusedError(msg)
    if word.answer == AppealStep.Answer.CORRECTED and not _was_changed(to):
        msg = f"nothing of that student on {to.on} was changed since; correct the record first, then answer"
        raise RefusedError(msg)
    return AppealStep.objects.create(appeal=to, answer=word.answer, by=word.by, at=now, reason=kept)


def open_appeals(school: School) -> QuerySet[Appeal]:
    """Return the appeals nobody has answered."""
    return Appeal.objects.filter(student__school=school, steps=None)


def _was_changed(of: Appeal) -> bool:
    later = Decision.objects.filter(record__student=of.student, record__on=of.on, at__gte=of.at)
    return later.exclude(by_process="resolve").exists()
