"""Independent study: everybody in it, agreements, daily work, and how a student is taught."""

from collections.abc import Mapping
from datetime import date

from ninja import Schema
from ninja.responses import Status

from central.domain.enrolment import Modality
from central.domain.independent_study import Signer
from central.exchange.problem import Where
from central.exchange.study_csv import AgreementLine, WorkLine
from central.reports import study_desk
from central.reports.study_desk import AgreementState, StudentDesk, StudyDay
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, DayOrNone, Form, Minutes, Offset, Text, Words
from central.work import viewings
from central.work.study import add_agreement
from central.work.study_enrollments import Turn, turn
from central.work.study_withdrawal import withdraw_agreement
from central.work.study_work import add_work
from central.work.tool_rights import Right, Tool

PAGES = ("study-list", "study")
_WHERE = Where("this request")


class KnownAgreement(Schema):
    """An agreement: whether it holds, who still has to sign, and by when."""

    agreement: str
    since: date
    until: date
    state: str
    is_long: bool
    unsigned: list[str]
    sign_by: date


class StudyDayKept(Schema):
    """One day of study: the minutes evaluated, whether it counts, else why not."""

    on: date
    work_minutes: int | None
    is_engaged: bool | None
    counts: bool
    against: str | None


class StudentInStudy(Schema):
    """A student in independent study up to a day."""

    student: str
    days: int
    counting: int
    engage_again_since: date | None
    agreements: list[KnownAgreement]


class Study(Schema):
    """Some students in independent study, by number, and how many there are."""

    year: str
    as_of: date
    count: int
    students: list[StudentInStudy]


class StudyOfOne(Schema):
    """One student's independent study with some of its days, newest first, and how many there are.

    `of` is null for a student who is not in it that year.
    """

    of: StudentInStudy | None
    count: int
    days: list[StudyDayKept]


class AgreementKept(Form):
    """An agreement and the dates it was signed on; what is on file changes only with a reason."""

    agreement: Code
    since: Day
    until: Day
    evidence: Words
    missing: Text = ""
    student_signed: Day | None = None
    parent_signed: Day | None = None
    supervisor_signed: Day | None = None
    special_education_signed: Day | None = None
    reason: Text = ""


class AgreementWithdrawn(Form):
    """Which agreement never stood, and why."""

    agreement: Code
    reason: Words


class WorkKept(Form):
    """What one day's work was worth, as a certificated employee judged it."""

    on: Day
    work_minutes: Minutes
    synchronous_minutes: Minutes = 0
    is_engaged: bool
    evaluated_by: Code
    evaluated_on: Day
    due_on: Day
    handed_in_on: Day
    evidence: Text = ""


class TurnTaken(Form):
    """From when to when a student is taught in which way, and why."""

    since: Day
    until: Day | None = None
    modality: Modality
    reason: Words


class Changed(Schema):
    """How many rows changed, by noun; none where the records said all of it."""

    changes: dict[str, int]


def study(request: Asked, year: Code, as_of: DayOrNone = None, offset: Offset = 0) -> Study:
    """List the students in independent study up to a day, today where none is named."""
    of = found.year(request, year)
    on = found.day_of(of, as_of)
    every = study_desk.study_desk(of, on).students
    viewings.note(request.auth.staff, viewings.Seen("api study", on=on), clock.now())
    shown = [_student(one) for one in every[offset : offset + MOST]]
    return Study(year=of.name, as_of=on, count=len(every), students=shown)


def study_of_one(
    request: Asked, number: Code, year: Code, as_of: DayOrNone = None, offset: Offset = 0
) -> StudyOfOne:
    """Show a student's agreements and days of study, newest first."""
    student, of = found.student(request, number, "api study"), found.year(request, year)
    desk = study_desk.of_one(of, student.pk, found.day_of(of, as_of))
    days = study_desk.days_of(desk) if desk else []
    shown = [_day(one) for one in days[offset : offset + MOST]]
    return StudyOfOne(of=_student(desk) if desk else None, count=len(days), days=shown)


def add(request: Asked, number: Code, form: AgreementKept) -> Status[Changed]:
    """Keep an agreement with its signatures; one on file changes only with a reason."""
    student = found.student(request, number, "api study")
    line = AgreementLine(
        where=_WHERE,
        student=student.number,
        code=form.agreement,
        since=form.since,
        until=form.until,
        evidence=form.evidence,
        missing=form.missing,
        signed=_signed(form),
    )
    return Status(201, Changed(changes=add_agreement(line, found.act(request, form.reason))))


def withdraw(request: Asked, number: Code, form: AgreementWithdrawn) -> Status[Changed]:
    """Say that an agreement never stood; it stays on file, and none of its days count."""
    student = found.student(request, number, "api study")
    withdraw_agreement(student.number, form.agreement, found.act(request, form.reason))
    return Status(201, Changed(changes={"agreements withdrawn": 1}))


def work(request: Asked, number: Code, form: WorkKept) -> Status[Changed]:
    """Keep a day's evaluated work; of two rows of a day the last one counts."""
    student = found.student(request, number, "api study")
    line = WorkLine(where=_WHERE, student=student.number, **form.dict())
    return Status(201, Changed(changes=add_work(line, found.act(request))))


def take_turn(request: Asked, number: Code, form: TurnTaken) -> Status[Changed]:
    """Set how a student is taught for a time, in the enrollments that time touches."""
    student = found.student(request, number, "api study")
    wanted = Turn(form.since, form.until, form.modality)
    return Status(
        201, Changed(changes={"enrollments": turn(student, wanted, found.act(request, form.reason))})
    )


def _signed(form: AgreementKept) -> Mapping[Signer, date]:
    said = {
        Signer.STUDENT: form.student_signed,
        Signer.PARENT: form.parent_signed,
        Signer.SUPERVISOR: form.supervisor_signed,
        Signer.SPECIAL_EDUCATION: form.special_education_signed,
    }
    return {signer: on for signer, on in said.items() if on}


def _student(desk: StudentDesk) -> StudentInStudy:
    return StudentInStudy(
        student=desk.student,
        days=desk.days,
        counting=desk.counting,
        engage_again_since=desk.to_act_on,
        agreements=[_agreement(one) for one in desk.agreements],
    )


def _agreement(of: AgreementState) -> KnownAgreement:
    return KnownAgreement(
        agreement=of.agreement.agreement,
        since=of.agreement.since,
        until=of.agreement.until,
        state=of.state,
        is_long=of.is_long,
        unsigned=[signer.value for signer in of.unsigned],
        sign_by=of.sign_by,
    )


def _day(of: StudyDay) -> StudyDayKept:
    return StudyDayKept(
        on=of.on,
        work_minutes=of.work.work_minutes if of.work else None,
        is_engaged=of.work.is_engaged if of.work else None,
        counts=of.counts,
        against=of.against.says if of.against else None,
    )


_OF_STUDENT = "/students/{number}"
OPERATIONS = (
    Operation("study", "GET", "/study/{year}", study, Study, Tool.STUDY),
    Operation("studyOfOne", "GET", f"{_OF_STUDENT}/study/{{year}}", study_of_one, StudyOfOne, Tool.STUDY),
    Operation("addAgreement", "POST", f"{_OF_STUDENT}/agreements", add, Changed, Tool.STUDY, Right.ADD),
    Operation(
        "withdrawAgreement",
        "POST",
        f"{_OF_STUDENT}/agreements/withdrawal",
        withdraw,
        Changed,
        Tool.STUDY,
        Right.WRITE,
    ),
    Operation("addWork", "POST", f"{_OF_STUDENT}/study-work", work, Changed, Tool.STUDY, Right.ADD),
    Operation("turnStudy", "POST", f"{_OF_STUDENT}/study-turns", take_turn, Changed, Tool.STUDY, Right.ADD),
)
