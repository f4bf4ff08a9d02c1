"""Published: which students' absence calls for somebody to talk with them, and what was done about it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from central.domain.enrolment import Programme
from central.errors import RefusedError
from central.store import lookup
from central.store.models import Enrollment, InterventionStep, School, SchoolYear, Staff, Student
from central.work.absence_figures import Figures, figures
from central.work.local_days import local_date
from central.work.rights import reason
from central.work.tool_rights import Right, Tool, require

IN_A_ROW, MONTH, CHRONIC, TRUANCY = "in a row", "month", "chronic", "truancy"
SENTENCES: Mapping[str, str] = {
    IN_A_ROW: "absent on %(days)s school days in a row, since %(since)s",
    MONTH: "present on %(present)s of %(expected)s school days of the school month that began %(since)s",
    CHRONIC: "absent on %(missed)s of %(expected)s school days expected this year (%(percent)s %%)",
    TRUANCY: "days absent without an excuse: %(days)s; other days away from class too long: %(occasions)s",
}
"""What calls for it, in words that fit an adult as well; the last is said of minors alone (EC 48260)."""
LAW: Mapping[str, str] = {
    IN_A_ROW: "",
    MONTH: "",
    CHRONIC: "EC 60901(c)(1)",
    TRUANCY: "EC 48260(a)",
}
_Key = tuple[int, str, date]


@dataclass(frozen=True, slots=True)
class Call:
    """One student whose absence calls for somebody, why, and what was done so far, oldest first."""

    student: Student
    kind: str
    since: date
    figures: Mapping[str, str]
    is_adult: bool
    steps: Sequence[InterventionStep] = field(default=())

    @property
    def state(self) -> str:
        """How far it is: that of the last step, nothing before the first."""
        return self.steps[-1].state if self.steps else ""

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has closed it."""
        return self.state != InterventionStep.State.CLOSED


@dataclass(frozen=True, slots=True)
class Done:
    """What was done about one call, in words."""

    kind: str
    since: date
    state: InterventionStep.State
    says: str


def calls(school: School, now: datetime) -> list[Call]:
    """Return every call of the running school year, those nobody closed first.

    Adults and students of partnership programs are never called truants: compulsory education does
    not bind them. Nothing is ever sent by itself.
    """
    today = local_date(school, now)
    year = lookup.year_of(school, today)
    if year is None:
        return []
    students = {row.number: row for row in Student.objects.filter(school=school).select_related("school")}
    partners = _partners(year, today)
    found = [call for each in figures(year, today) for call in _of(students[each.student], each, partners)]
    steps = _steps(school)
    kept = [replace(call, steps=steps.get((call.student.pk, call.kind, call.since), ())) for call in found]
    return sorted(kept, key=lambda call: (not call.is_open, call.kind, str(call.student), call.since))


def take_step(student: Student, done: Done, by: Staff, now: datetime) -> InterventionStep:
    """Keep what somebody did; raises RefusedError without the right or words, and for an unknown kind."""
    require(by, Tool.INTERVENTIONS, Right.WRITE)
    if done.kind not in SENTENCES or student.school_id != by.school_id:
        msg = "there is no such call; reload the list"
        raise RefusedError(msg)
    return InterventionStep.objects.create(
        student=student,
        reason_kind=done.kind,
        since=done.since,
        state=done.state,
        by=by,
        at=now,
        says=reason(done.says, "a step"),
    )


def _partners(year: SchoolYear, on: date) -> set[int]:
    held = Enrollment.objects.filter(
        track__school_year=year, programme=Programme.PARTNERSHIP.value, since__lte=on
    ).exclude(until__lt=on)
    return set(held.values_list("student_id", flat=True))


def _of(student: Student, of: Figures, partners: set[int]) -> Iterator[Call]:
    is_minor = of.is_minor and student.pk not in partners

    def made(kind: str, begun_on: date, **told: object) -> Call:
        words = {name: str(value) for name, value in told.items()}
        return Call(student, kind, begun_on, words, is_adult=not is_minor)

    if of.run:
        yield made(IN_A_ROW, of.run[0], days=len(of.run), since=f"{of.run[0]:%m/%d/%Y}")
    if of.month is not None:
        month = of.month
        told = {"present": month.present, "expected": month.expected, "since": f"{month.since:%m/%d/%Y}"}
        yield made(MONTH, month.since, **told)
    if of.is_chronic:
        told_share = {"missed": of.missed, "expected": of.expected, "percent": of.percent}
        yield made(CHRONIC, of.year_since, **told_share)
    if is_minor and of.is_truant:
        yield made(TRUANCY, of.year_since, days=of.unexcused, occasions=of.occasions)


def _steps(school: School) -> dict[_Key, list[InterventionStep]]:
    found: dict[_Key, list[InterventionStep]] = defaultdict(list)
    rows = InterventionStep.objects.filter(student__school=school).select_related("by").order_by("pk")
    for row in rows:
        found[row.student_id, row.reason_kind, row.since].append(row)
    return found
