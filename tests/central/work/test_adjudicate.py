"""Paper beside taps: what a line amounts to depends on the facts, whichever of them came first."""

from datetime import datetime

import pytest

from central.domain.adjudication import Verdict, Why
from central.store.models import AttendanceRecord, Outage, Student
from central.work.adjudicate import Rulings
from central.work.resolve import resolve
from tests.fakes import school as schools
from tests.fakes.paper import EVENING, tap
from tests.fakes.school import MONDAY, SUMMER, SmallSchool, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallSchool:
    return schools.build()


def outage(small: SmallSchool, since: str, until: str | None) -> Outage:
    return Outage.objects.create(
        school=small.school,
        scope=Outage.Scope.STATION,
        station=small.station_101,
        since_at=at(MONDAY, since),
        until_at=at(MONDAY, until) if until else None,
        cause=Outage.Cause.POWER,
        says="the power failed in the whole wing",
        by=small.clerk,
        at=EVENING,
    )


def ruled(
    small: SmallSchool, student: Student, mark: str, came: datetime | None = None
) -> tuple[Verdict, Why, bool]:
    ruling = Rulings(small.algebra, [MONDAY]).ruling(student, MONDAY, mark, (came, None))
    return ruling.verdict, ruling.why, ruling.needs_person


def test_a_line_is_judged_by_what_is_known_beside_it(small: SmallSchool) -> None:
    tap(small, small.ben, "08:25")
    resolve(EVENING)
    ben, ana = small.ben, small.ana
    assert ruled(small, ben, "present") == (Verdict.CORROBORATES, Why.TAPPED, False)
    assert ruled(small, ben, "absent") == (Verdict.CONFLICTS, Why.TAP_AGAINST_ABSENT, True)
    late = at(MONDAY, "09:00")
    assert ruled(small, ben, "present", late) == (Verdict.CONFLICTS, Why.TIMES_APART, True)
    assert ruled(small, ana, "present") == (Verdict.RECORD_FALLBACK, Why.UNHEARD, False)
    outage(small, "08:00", None)
    # Ben's tap before class denies nothing of what came after the power failed.
    assert ruled(small, ana, "present") == (Verdict.RECORD_FALLBACK, Why.NOTED_OUTAGE, False)
    tap(small, small.chloe, "08:40")
    # A card taken in the midst of it does; and silence of the evidence remains.
    assert ruled(small, ana, "present") == (Verdict.RECORD_FALLBACK, Why.UNHEARD, False)
    AttendanceRecord.objects.create(
        school=small.school,
        student=ana,
        section=small.algebra,
        on=MONDAY,
        mark="present",
        stage="provisional",
        source="paper",
    )
    assert ruled(small, ana, "present") == (Verdict.RECORD_FALLBACK, Why.UNHEARD, False)


def test_a_room_without_a_station_needs_paper(small: SmallSchool) -> None:
    small.station_101.retired_at = at(SUMMER[0], "12:00")
    small.station_101.save()
    assert ruled(small, small.ana, "absent") == (Verdict.RECORD_FALLBACK, Why.NO_STATION, False)
