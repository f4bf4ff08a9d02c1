"""What the register asks about emergencies: settled once over, and reviewed and trained for every year."""

from datetime import date, timedelta

import pytest

from central.register.evidence import bring
from central.register.register import register
from central.register.standing import Answer, State
from central.register.table import rows
from central.work import emergencies
from tests.fakes.closed_school import FOUR, ClosedSchool
from tests.fakes.school import at

pytestmark = pytest.mark.django_db


def stands(closed: ClosedSchool, key: str, on: date) -> Answer:
    small = closed.small
    return next(each.answer for each in register(small.school, on, small.year).rows if each.row.key == key)


def test_an_emergency_is_settled_once_it_is_announced_audited_and_reviewed() -> None:
    closed = ClosedSchool()
    key = "more-emergencies"
    assert stands(closed, key, FOUR[0]).reason == "there was no emergency"
    row = closed.declare()
    closed.close(row)
    assert stands(closed, key, FOUR[1]).state is State.AT_RISK
    closed.now = at(FOUR[-1], "18:00")
    emergencies.end(row, FOUR[-1], closed.act(reason="rain"))
    broken = stands(closed, key, FOUR[-1])
    assert (broken.state, broken.reason) == (
        State.BROKEN,
        "E1: 10 announcements are open, E1: it was not reviewed",
    )
    closed.announce_all(row)
    emergencies.review(row, FOUR[-1], closed.act(reason="went well"))
    assert stands(closed, key, FOUR[-1]).state is State.MET


def test_review_and_training_come_round_every_year() -> None:
    closed = ClosedSchool()
    day = date(2024, 8, 1)
    for key in ("duty-emergency-review", "duty-emergency-training"):
        row = rows()[key]
        assert row.needs is not None
        assert row.needs.months == 12
        assert stands(closed, key, day).state is State.NEEDS_EVIDENCE
        valid = (day, None)
        bring(row, closed.small.leader, at(day, "12:00"), says="held", document="binder 4", valid=valid)
        assert stands(closed, key, day + timedelta(1)).state is State.MET
        assert stands(closed, key, date(2025, 6, 30)).state is State.MET
        late = stands(closed, key, date(2025, 8, 2))
        assert late.state is State.NEEDS_EVIDENCE
