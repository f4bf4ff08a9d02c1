"""What is written into a tap's row of its time costs no question of its own for each tap."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from central.store.models import Tap
from central.timeline import Grade, Interval
from central.work.tap_times import Bells, set_time
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


def between(on: date, first: str, last: str) -> Interval:
    earliest, latest = (int(at(on, clock).timestamp() * 1000) for clock in (first, last))
    return Interval(earliest, latest)


@pytest.mark.parametrize(
    ("first", "last", "grade"),
    [("08:35", "08:50", Grade.PERIOD), ("08:35", "11:50", Grade.DAY), ("08:35", "08:36", Grade.T2)],
)
def test_a_tap_is_of_a_period_where_its_whole_interval_is(
    small: SmallSchool, first: str, last: str, grade: Grade
) -> None:
    row = Tap(school=small.school, station=small.station_101)
    assert set_time(row, between(MONDAY, first, last), None, Bells(small.station_101))
    assert (row.time_quality, row.on) == (grade, MONDAY)


def test_the_bells_of_a_day_are_asked_for_once_for_however_many_taps(small: SmallSchool) -> None:
    bells = Bells(small.station_101)
    with CaptureQueriesContext(connection) as asked:
        for on in (MONDAY, MONDAY + timedelta(days=1)):
            for _ in range(40):
                row = Tap(school=small.school, station=small.station_101)
                set_time(row, between(on, "08:35", "08:50"), None, bells)
    assert len([query for query in asked if "meeting" in query["sql"]]) == 2
