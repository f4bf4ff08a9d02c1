"""A short school morning with the shipped units and package, in a container."""

import random
from collections.abc import Callable

from station.verdict import Verdict
from tests.pi.contained.marks import MARKS
from tests.pi.morning import arriving, cuts, lesson
from tests.pi.morning.scene import Scene

pytestmark = MARKS


def test_a_short_morning(commissioned: Scene, record_property: Callable[[str, object], None]) -> None:
    scene, dice = commissioned, random.Random(11)  # noqa: S311 (a failure must come again)
    cards = scene.cards
    scene.until_roster()
    scene.cut()
    sign, took_s = scene.switch_on_and_tap(cards[0])
    assert sign is Verdict.WELCOME
    record_property("seconds from power to the first lamp", round(took_s, 1))
    for unit, weight in arriving.weigh(scene).items():
        record_property(unit, str(weight))
    lesson.tap_again(scene, cards[0])
    lesson.tap_as_stranger(scene, dice)
    lesson.tap_without_network(scene, cards[1:3])
    scene.cut()
    counted = cuts.Counted()
    cuts.cut_again_and_again(scene, dice, 3, scene.switch_on, counted)
    record_property("cuts", str(counted))
    scene.switch_on()
    lesson.tap_in(scene, cards[3:4])
    scene.until_held()
    found = scene.cut()
    assert scene.agree(found) > scene.oracle.kept
    scene.switch_on()
