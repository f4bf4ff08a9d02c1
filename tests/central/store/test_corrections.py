"""What counts as a correction, told record by record of histories that dice made."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest

from central.domain.attendance import MOVES, Stage
from central.store.models import AttendanceRecord, Decision
from central.store.queries.corrections import Correction, corrections
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
BEGAN = at(MONDAY, "09:00")
MARKS = ("present", "absent")
RECORDS = 60


def live(small: SmallSchool, day: int, dice: Random) -> None:
    """Write a record with a history of up to ten steps, none to two hours apart."""
    steps = list[tuple[Stage | None, Stage, str, datetime]]()
    # Every record begins in the one stage that may come first.
    ((stage, to),) = [move for move in MOVES if move[0] is None]
    mark, now = dice.choice(MARKS), BEGAN
    for _ in range(dice.randint(1, 10)):
        # A mark mostly stays, so that histories without any correction are there too.
        mark = dice.choice(MARKS) if dice.random() < 0.2 else mark
        now += timedelta(hours=dice.randint(0, 2))
        steps.append((stage, to, mark, now))
        stage, to = to, dice.choice([after for since, after in MOVES if since is to])
    record = AttendanceRecord.objects.create(
        school=small.school,
        student=small.ana,
        section=small.algebra,
        on=MONDAY + timedelta(days=day),
        mark=mark,
        stage=steps[-1][1],
        source="tap",
    )
    Decision.objects.bulk_create(
        Decision(
            record=record,
            stage_from=since or "",
            stage_to=to,
            mark=mark,
            at=moment,
            by=small.teacher,
            is_same_day=True,
        )
        for since, to, mark, moment in steps
    )


def counted_by_hand(small: SmallSchool, since: datetime | None, before: datetime) -> Iterator[Correction]:
    for record in AttendanceRecord.objects.all():
        told = list(record.decisions.filter(at__lt=before).order_by("pk"))
        says = ["removed" if step.stage_to == "removed" else step.mark for step in told]
        for n in range(1, len(told)):
            was_certified = any(step.stage_to in {"certified", "submitted", "confirmed"} for step in told[:n])
            if was_certified and says[n] != says[n - 1] and (since is None or told[n].at >= since):
                moved = says[n - 1], says[n]
                who = small.ana.number, record.on, small.algebra.code, "A"
                yield Correction(*who, *moved, small.teacher.number, told[n].at, "")


@pytest.mark.parametrize("seed", range(3))
def test_corrections_are_those_counted_by_hand(seed: int) -> None:
    small, dice = schools.build(), Random(seed)  # noqa: S311  dice, not secrets
    for day in range(RECORDS):
        live(small, day, dice)
    found = 0
    for since in (None, *(BEGAN + timedelta(hours=n) for n in (0, 4, 8))):
        for before in (BEGAN + timedelta(hours=n) for n in (1, 5, 30)):
            made = corrections(small.year, since, before)
            assert Counter(made) == Counter(counted_by_hand(small, since, before))
            assert [one.at for one in made] == sorted(one.at for one in made)
            found += len(made)
    assert found > RECORDS
