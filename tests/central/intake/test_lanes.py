"""The two lanes before the writer: what a group is made of."""

import pytest

from central.intake.admission import Lane
from central.intake.lanes import Lanes

pytestmark = pytest.mark.invariant(40)

BATCH = 11


def waiting(lives: int, drains: int) -> Lanes[str]:
    lanes = Lanes[str]()
    for n in range(drains):
        lanes.put(f"drain-{n:02}", Lane.DRAIN, BATCH)
    for n in range(lives):
        lanes.put(f"live-{n:03}", Lane.LIVE, 1)
    return lanes


@pytest.mark.parametrize(
    ("lives", "drains", "taken_lives", "taken_drains"),
    [(0, 22, 0, 11), (0, 3, 0, 3), (200, 0, 128, 0), (200, 22, 106, 2), (50, 22, 50, 7), (5, 1, 5, 1)],
)
def test_a_group_is_128_units_at_most_and_no_room_is_left_that_somebody_could_use(
    lives: int, drains: int, taken_lives: int, taken_drains: int
) -> None:
    group = waiting(lives, drains).take(128, lambda _: True)
    assert sum(one.startswith("live") for one in group) == taken_lives
    assert sum(one.startswith("drain") for one in group) == taken_drains


def test_everybody_has_a_turn_in_the_order_of_its_lane() -> None:
    lanes, written = waiting(300, 30), list[str]()
    while len(lanes):
        written += lanes.take(128, lambda _: True)
    for lane in ("live", "drain"):
        own = [one for one in written if one.startswith(lane)]
        assert own == sorted(own)
    assert len(written) == 330


def test_who_left_takes_no_room() -> None:
    lanes = waiting(10, 0)
    assert lanes.take(3, lambda one: one not in {"live-000", "live-002"}) == [
        "live-001",
        "live-003",
        "live-004",
    ]
