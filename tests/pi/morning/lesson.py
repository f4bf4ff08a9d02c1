"""A lesson begins: the class taps in, one student twice, a stranger too, with and without a network."""

import random
from collections.abc import Sequence

from demo.school import Card
from station.verdict import Verdict
from tests.pi.morning.scene import Scene, without_network


def stranger(dice: random.Random) -> Card:
    """Return a card nobody at the school knows."""
    return Card("uid", f"04{dice.randbytes(6).hex()}", "ntag")


def tap_in(scene: Scene, cards: Sequence[Card]) -> None:
    """Let cards of the class be tapped; each is welcomed, in light and sound."""
    for card in cards:
        sign = scene.hand.tap(card)
        assert sign is Verdict.WELCOME, f"a card of the class got {sign}"


def tap_again(scene: Scene, card: Card) -> None:
    """Tap a card that was tapped a moment ago."""
    sign = scene.hand.tap(card)
    assert sign is Verdict.ALREADY_TAPPED, f"a second tap got {sign}"


def tap_as_stranger(scene: Scene, dice: random.Random) -> None:
    """Tap a card that is on no roster; the station must have one."""
    sign = scene.hand.tap(stranger(dice))
    assert sign is Verdict.NOT_ON_ROSTER, f"a stranger got {sign}"


def tap_without_network(scene: Scene, cards: Sequence[Card]) -> int:
    """Pull the network cable out and tap; put it in again and wait until central has all.

    Nothing on the panel tells the two apart within the first hour. Returns how many taps waited.
    """
    scene.until_held()
    before = len(scene.held())
    with without_network(scene.board):
        tap_in(scene, cards)
        waiting = scene.lacking()
        assert len(waiting) == len(cards), "central got taps without a network"
    scene.until_held()
    assert len(scene.held()) == before + len(cards)
    return len(waiting)
