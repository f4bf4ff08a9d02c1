"""One student from absence through signed sessions to services the ledger writes, and back again."""

from datetime import date, timedelta

import pytest

from central.domain.recovery import ServiceKind
from central.store.models import RecoveryService, RecoveryServiceFigure
from central.work.recovery_act import Act
from central.work.recovery_figures import Updated, update_services
from tests.fakes import recovery_school
from tests.fakes.recovery_school import JUNE_30, P1_ENDS, P2_ENDS, RecoverySchool, at

pytestmark = pytest.mark.django_db

NOVEMBER = date(2025, 11, 4)
JANUARY = date(2026, 1, 13)
MAY = date(2026, 5, 5)
SATURDAYS = [date(2025, 10, 4) + timedelta(days=7 * n) for n in range(4)]
FOUR_HOURS = ("09:00", "13:00")


@pytest.fixture
def school() -> RecoverySchool:
    return recovery_school.build()


def updated(school: RecoverySchool, as_of: date, on: date) -> Updated:
    return update_services(school.year, as_of, Act(school.staff["clerk"], at(on, "18:00")))


def figures(service: RecoveryService) -> dict[date, int | None]:
    """Return the last figure of each date."""
    rows = RecoveryServiceFigure.objects.filter(service=service).order_by("pk")
    return {row.as_of: row.days_used if service.kind == "Used" else row.minutes_earned for row in rows}


def test_a_year_of_recovery_at_each_reporting_date(school: RecoverySchool) -> None:
    record = school.record()
    earned, used = (school.service(record, kind) for kind in ServiceKind)
    for saturday in SATURDAYS:
        school.signed(saturday, {"ana": 240}, hours=FOUR_HOURS)
    for absence in (NOVEMBER, JANUARY, MAY):
        school.certify(absence, ["ana"])
    updated(school, JUNE_30, JUNE_30)

    assert figures(earned) == dict.fromkeys([P1_ENDS, P2_ENDS, JUNE_30], 4 * 240)
    assert figures(used) == {P1_ENDS: 1, P2_ENDS: 2, JUNE_30: 3}
