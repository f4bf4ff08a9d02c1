"""Note who looked at whose record: the access log of each pupil."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from central.store.models import Section, Staff, Student, Viewing


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page or a command showed: one student, or everybody of a section on a day."""

    page: str
    student: Student | None = None
    section: Section | None = None
    on: date | None = None


def note(by: Staff | Student, seen: Seen, at: datetime) -> None:
    """Keep that somebody looked."""
    reader = {"by": by} if isinstance(by, Staff) else {"by_student": by}
    Viewing.objects.create(
        at=at, page=seen.page, student=seen.student, section=seen.section, on=seen.on, **reader
    )


def note_all(by: Staff, page: str, students: Iterable[Student], at: datetime) -> None:
    """Keep that somebody looked at a list that names students, each once, in one query."""
    named = {student.pk: student for student in students}
    Viewing.objects.bulk_create(Viewing(at=at, page=page, student=each, by=by) for each in named.values())
