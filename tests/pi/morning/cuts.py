"""The power goes while students tap: at moments the dice choose, before a lamp, with it, or after it."""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.pi.morning.lesson import tap_in
from tests.pi.morning.scene import Scene

_LONGEST_S = 1.2


@dataclass(frozen=True, slots=True)
class Moment:
    """When the power goes: after so many whole answers, then so long after the last card's first lamp.

    Where `awaits_lamp` is not so, the time counts from the card being laid down, whatever is lit.
    """

    answers: int
    awaits_lamp: bool
    after_s: float


@dataclass(slots=True)
class Counted:
    """What a series of cuts came to."""

    cuts: int = 0
    promises: int = 0
    promised_at_the_cut: int = 0


def moments(dice: random.Random, count: int) -> Iterator[Moment]:
    """Throw the dice: one cut in two comes with the very lamp, one in four after it, one blindly."""
    for _ in range(count):
        kind = dice.randrange(4)
        after_s = 0.0 if kind < 2 else dice.uniform(0.0, _LONGEST_S)
        yield Moment(dice.randrange(3), kind < 3, after_s)


def tap_until_dark(scene: Scene, moment: Moment, dice: random.Random) -> bool:
    """Let the class tap, each once, until the power goes; return whether a lamp had just promised.

    A station that was just switched on remembers no tap: each card is promised an entry of its own.
    """
    *cards, last = dice.sample(scene.cards, moment.answers + 1)
    tap_in(scene, cards)
    start = scene.hand.put(last)
    if moment.awaits_lamp:
        scene.hand.first_lamp(start)
    if moment.after_s:
        threading.Event().wait(moment.after_s)
    scene.board.cut()
    return scene.hand.note_what_was_promised(last, start)


def cut_again_and_again(
    scene: Scene, dice: random.Random, count: int, switch_on: Callable[[], None], counted: Counted
) -> None:
    """Cut the power so many times, looking at the card after each; the board is off before and after."""
    for moment in moments(dice, count):
        switch_on()
        before = len(scene.hand.promises)
        counted.promised_at_the_cut += tap_until_dark(scene, moment, dice)
        scene.look()
        counted.cuts += 1
        counted.promises += len(scene.hand.promises) - before
