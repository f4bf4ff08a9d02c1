"""Published: what somebody reports as broken or wrong, its steps, and its way to the school leader."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery

from central.errors import RefusedError
from central.store.models import FaultReport, FaultStep, School, Staff, Station, Student
from central.work.local_days import local_date
from central.work.policies import value
from central.work.rights import reason
from central.work.tool_rights import Right, Tool, require

_State = FaultStep.State
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in words, and where: the page it was seen on, or the station."""

    says: str
    page: str = ""
    station: Station | None = None


def report(fault: Fault, by: Staff | Student, now: datetime) -> FaultReport:
    """Keep a report for IT; anybody signed in may make one. Raises RefusedError for no words, or too many."""
    says = " ".join(fault.says.split())
    if not 0 < len(says) <= _LONGEST:
        msg = f"say what is wrong in 1 to {_LONGEST} characters, not {len(says)}"
        raise RefusedError(msg)
    if fault.station is not None and fault.station.school_id != by.school_id:
        msg = "there is no such station at this school; read the label again"
        raise RefusedError(msg)
    who = {"by": by} if isinstance(by, Staff) else {"by_student": by}
    return FaultReport.objects.create(
        school=by.school, at=now, station=fault.station, page=fault.page[:200], says=says, **who
    )


def step(fault: FaultReport, state: FaultStep.State, by: Staff, says: str, now: datetime) -> FaultStep:
    """Say that somebody takes a fault on, or solved it; raises RefusedError without the right or words."""
    require(by, Tool.FAULTS, Right.WRITE)
    if fault.school_id != by.school_id:
        msg = f"employee {by.number} is of another school"
        raise RefusedError(msg)
    return FaultStep.objects.create(
        fault=fault, state=state, by=by, at=now, says=reason(says, "a step of a fault")
    )


def escalate(school: School, now: datetime) -> int:
    """Hand every fault nobody solved in the school's set time to its leader, once; return how many."""
    hours = value(school, "fault_escalates_after_hours", local_date(school, now))
    with transaction.atomic():
        told = FaultStep.objects.filter(state=_State.ESCALATED).values("fault")
        due = unsolved(school).filter(at__lte=now - timedelta(hours=hours)).exclude(pk__in=told)
        says = f"not solved within {hours} hours"
        rows = [FaultStep(fault=each, state=_State.ESCALATED, at=now, says=says) for each in due]
        FaultStep.objects.bulk_create(rows)
    return len(rows)


def with_state(school: School) -> QuerySet[FaultReport]:
    """Return a school's faults, newest first, each with `state`: that of its last step, None for none."""
    last = FaultStep.objects.filter(fault=OuterRef("pk")).order_by("-pk").values("state")[:1]
    rows = FaultReport.objects.filter(school=school).annotate(state=Subquery(last))
    return rows.select_related("by", "by_student", "station__room").order_by("-pk")


def unsolved(school: School) -> QuerySet[FaultReport]:
    """Return the faults whose last step is not that they were solved."""
    newest = FaultStep.objects.values("fault").annotate(newest=Max("pk")).values("newest")
    solved = FaultStep.objects.filter(pk__in=newest, state=_State.SOLVED).values("fault")
    return with_state(school).exclude(pk__in=solved)


def escalated(school: School) -> QuerySet[FaultReport]:
    """Return the unsolved faults that went to the school leader."""
    told = FaultStep.objects.filter(state=_State.ESCALATED).values("fault")
    return unsolved(school).filter(pk__in=told)
