"""A card is copied, and both copies go on as the same station: central tells them apart and loses nothing."""

from typing import Final

from demo.school import Card
from tests.pi.morning.lesson import tap_in
from tests.pi.morning.scene import Scene

TWO_HISTORIES: Final = frozenset({"fork", "rollback", "clone"})


def live_as_two(scene: Scene, cards: tuple[Card, Card, Card, Card]) -> Scene:
    """Let the station and a copy of its card tap in turn; return the copy's scene, its power off.

    The board is off before, and its own power is on behind it.
    """
    copy = Scene(scene.school, scene.section, scene.board.clone(), scene.folder / "copy", scene.patience_s)
    try:
        copy.board.server_address(scene.school.port)
        _tap_and_carry(scene, cards[0])
        scene.cut()
        assert doubts(scene) == [], "central doubts a station that nobody copied"
        _tap_and_carry(copy, cards[1])
        assert doubts(scene), "central took a copy for the station itself"
        copy.board.cut()
        _tap_and_carry(scene, cards[2])
        # The copy goes on as well: whatever it records is kept.
        scene.cut()
        _tap_and_carry(copy, cards[3])
        copy.board.cut()
        scene.switch_on()
    finally:
        copy.board.stop()
    return copy


def doubts(scene: Scene) -> list[str]:
    """Return for which reasons central set messages of the station aside."""
    aside = scene.school.evidence.set_aside(0, 1_000)
    reasons = [each.reason for each in aside if each.station == scene.section.station]
    return [reason for reason in reasons if reason in TWO_HISTORIES]


def _tap_and_carry(scene: Scene, card: Card) -> None:
    scene.switch_on()
    tap_in(scene, [card])
    scene.until_held()
