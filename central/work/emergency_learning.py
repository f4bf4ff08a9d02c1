"""Published: learning while school is closed: check-ins verified, daily participation, duties proven."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from central.domain.emergency import DutyKind
from central.errors import RefusedError
from central.store.models import (
    CheckIn,
    CheckInVerdict,
    ContinuityProof,
    Emergency,
    Participation,
    Section,
    Student,
)
from central.store.queries.emergencies import closed_for
from central.store.timetable import placed
from central.work import rights
from central.work.classes_of import require_class
from central.work.emergencies import require_certificated, require_open
from central.work.local_days import local_date
from central.work.recovery_act import Act
from central.work.tool_rights import Right

FROM_AFAR: Final = (CheckIn.Way.REMOTE, CheckIn.Way.ONLINE_SESSION, CheckIn.Way.PHONE_CALL)
_MOST: Final = 255
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TookPart:
    """How a student took part on a day, and what shows it."""

    way: Participation.Way
    evidence: str


def verify(check_in: CheckIn, act: Act, *, is_verified: bool) -> CheckInVerdict:
    """Keep whether a check-in from afar was verified, and by what; the last word counts.

    Raises RefusedError for anybody without a teaching credential, for a class that is not theirs, and
    for presence that was said in the room.
    """
    section, on = check_in.section, check_in.on
    _require_own(section, on, act)
    if check_in.way not in FROM_AFAR:
        msg = "that student was there in person; there is nothing to verify from afar"
        raise RefusedError(msg)
    says = act.because("verifying a check-in")
    return CheckInVerdict.objects.create(
        check_in=check_in, is_verified=is_verified, says=says, by=act.by, at=act.at
    )


def verify_class(section: Section, on: date, act: Act) -> int:
    """Verify every check-in of a class and day nobody has judged yet, and return how many."""
    _require_own(section, on, act)
    rows = CheckIn.objects.filter(section=section, on=on, way__in=FROM_AFAR, verdicts=None)
    with transaction.atomic():
        return len([verify(row, act, is_verified=True) for row in rows.select_related("section__school")])


def take_part(
    emergency: Emergency, section: Section, on: date, took: Mapping[int, TookPart], act: Act
) -> int:
    """Keep how students of a class took part on a closed day, by their keys; return how many were new.

    Facts that are on file already change nothing. Raises RefusedError for anybody without a teaching
    credential, a class that is not theirs, a day not closed for the emergency, and missing evidence.
    """
    require_open(emergency, act.by, Right.ADD)
    _require_own(section, on, act)
    if not any(day.on == on and section.track_id in {None, day.track.pk} for day in closed_for(emergency)):
        msg = f"section {section.code} was not closed for emergency {emergency.code} on {on}"
        raise RefusedError(msg)
    here, known = set(placed(section, on)), standing(emergency, on, took)
    new = []
    for student, part in took.items():
        if student not in here:
            msg = (
                f"a student without a place in section {section.code} on {on} took part in it; see the roster"
            )
            raise RefusedError(msg)
        evidence = rights.reason(part.evidence, "participation")
        if (student, part.way) not in known:
            new.append((student, part.way, evidence))
    with transaction.atomic():
        for student, way, evidence in new:
            Participation.objects.create(
                emergency=emergency,
                student_id=student,
                on=on,
                way=way,
                evidence=evidence,
                by=act.by,
                at=act.at,
            )
    return len(new)


def withdraw_part(emergency: Emergency, student: Student, on: date, way: str, act: Act) -> Participation:
    """Take back that a student took part, with the reason; what was on file stays."""
    require_open(emergency, act.by, Right.ADD)
    require_certificated(act.by, on)
    reason = act.because("taking back participation")
    if (student.pk, way) not in standing(emergency, on, [student.pk]):
        msg = f"nothing on file says that this student took part on {on} that way"
        raise RefusedError(msg)
    return Participation.objects.create(
        emergency=emergency,
        student=student,
        on=on,
        way=way,
        evidence=reason,
        is_withdrawn=True,
        by=act.by,
        at=act.at,
    )


def standing(
    emergency: Emergency, on: date, students: Collection[int]
) -> dict[tuple[int, str], Participation]:
    """Return what stands of a day's participation by student and way."""
    last: dict[tuple[int, str], Participation] = {}
    rows = Participation.objects.filter(emergency=emergency, on=on, student__in=students)
    for row in rows.select_related("by").order_by("pk"):
        last[row.student_id, row.way] = row
    return {key: row for key, row in last.items() if not row.is_withdrawn}


def prove(emergency: Emergency, duty: DutyKind, on: date, act: Act) -> ContinuityProof:
    """Keep on which day a duty of the continuity plan was done, and where its proof is; `act` names it."""
    require_open(emergency, act.by, Right.WRITE)
    if not emergency.first_day - _DAY <= on <= local_date(act.by.school, act.at):
        msg = f"{on} is before the emergency or has not come yet; name the day it was done"
        raise RefusedError(msg)
    evidence = rights.reason(act.reason, "a proof")
    return ContinuityProof.objects.create(
        emergency=emergency, duty=duty, on=on, evidence=evidence, by=act.by, at=act.at
    )


def _require_own(section: Section, on: date, act: Act) -> None:
    require_certificated(act.by, on)
    require_class(act.by, section, on)
