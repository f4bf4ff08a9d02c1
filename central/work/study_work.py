"""Keep what students' work in independent study was worth, day by day; a correction is a row of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import transaction

from central.exchange import study_csv
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, refuse
from central.exchange.study_csv import WorkLine
from central.store.models import Staff, Student, StudyWork
from central.work import years_in_step
from central.work.imported import remember
from central.work.local_days import local_date
from central.work.recovery_act import Act
from central.work.study_keeping import NOTHING, Say, into, require_keeper

_SAID: Final = (
    *("work_minutes", "synchronous_minutes", "is_engaged", "evaluated_by_id"),
    *("evaluated_on", "due_on", "handed_in_on", "evidence"),
)


def import_work(file: NamedFile, act: Act) -> dict[str, int]:
    """Take a file of evaluated work in; a row that says something new of a date stands from then on.

    Raises InputError with every problem found; nothing is written then.
    """
    problems: list[Problem] = []
    return _kept(study_csv.read_work(file.name, file.data, problems), file, act, problems)


def add_work(line: WorkLine, act: Act) -> dict[str, int]:
    """Take one day's evaluated work in as `import_work` does a file."""
    problems = [Problem(line.where, text, column) for text, column in study_csv.work_faults(line)]
    return _kept([line], None, act, problems)


def _kept(
    lines: Sequence[WorkLine], file: NamedFile | None, act: Act, problems: list[Problem]
) -> dict[str, int]:
    require_keeper(act.by)
    changes: Counter[str] = Counter()
    with transaction.atomic():
        school = act.by.school
        students = dict(Student.objects.filter(school=school).values_list("number", "pk"))
        staff = dict(Staff.objects.filter(school=school).values_list("number", "pk"))
        last = {
            (row.student_id, row.on): row
            for row in StudyWork.objects.filter(student__school=school).order_by("pk")
        }
        rows: list[StudyWork] = []
        for line in lines:
            row = _work_row(line, students, staff, act, into(line.where, problems))
            before = last.get((row.student_id, row.on)) if row else None
            if row and (before is None or _said(before) != _said(row)):
                rows.append(row)
                changes["days of work corrected" if before else "days of work added"] += 1
        refuse(NOTHING, problems)
        StudyWork.objects.bulk_create(rows, batch_size=500)
        years_in_step.refresh_all(school, {row.student_id for row in rows})
        return remember("study-work", (file,), changes, act.at, act.by.number)


def _work_row(
    line: WorkLine, students: Mapping[str, int], staff: Mapping[str, int], act: Act, say: Say
) -> StudyWork | None:
    """Return the row a line makes, not yet written, or none where it cannot be kept."""
    student, evaluator = students.get(line.student), staff.get(line.evaluated_by)
    if student is None:
        say("no student has this number; leading zeros count", "student")
    if evaluator is None:
        say(f"there is no employee {line.evaluated_by}", "evaluatedBy")
    if max(line.on, line.handed_in_on, line.evaluated_on) > local_date(act.by.school, act.at):
        say("a day named here has not come yet", "evaluatedOn")
    if student is None or evaluator is None:
        return None
    return StudyWork(
        student_id=student,
        on=line.on,
        work_minutes=line.work_minutes,
        synchronous_minutes=line.synchronous_minutes,
        is_engaged=line.is_engaged,
        evaluated_by_id=evaluator,
        evaluated_on=line.evaluated_on,
        due_on=line.due_on,
        handed_in_on=line.handed_in_on,
        evidence=line.evidence,
        by=act.by.number,
        at=act.at,
    )


def _said(row: StudyWork) -> list[object]:
    return [getattr(row, name) for name in _SAID]
