"""The whole morning on an emulated Raspberry Pi 3, with bookworm and with trixie: run by `make pi-test`."""

import random
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pytest

from station.presence import REPEAT_MS
from station.verdict import Verdict
from tests.pi.emulated import card_image
from tests.pi.emulated.board import EmulatedBoard, SavedBoard
from tests.pi.emulated.marks import MARKS
from tests.pi.emulated.room import commissioned
from tests.pi.emulated.systems import SYSTEMS, System
from tests.pi.morning import arriving, clones, cuts, hanging, lesson
from tests.pi.morning.hand import Promise
from tests.pi.morning.oracle import Oracle
from tests.pi.morning.scene import Scene

pytestmark = MARKS
CUTS: Final = 20
COLD_STARTS: Final = 3


@dataclass(slots=True)
class Kept:
    """A commissioned board that was put aside at rest, and all that had been promised of it by then."""

    scene: Scene
    saved: SavedBoard
    promises: Sequence[Promise]

    def restore(self) -> None:
        """Let the board go on as it was put aside, without a network until its next start."""
        self._remember()
        self.scene.hand.sit_down()
        self.board.restore(self.saved)

    def switch_on(self) -> None:
        """Start the board from the card it was put aside with."""
        self._remember()
        card_image.copy(self.saved.card, self.board.card)
        self.scene.switch_on()

    @property
    def board(self) -> EmulatedBoard:
        """The board on which the scene is played."""
        assert isinstance(self.scene.board, EmulatedBoard)
        return self.scene.board

    def _remember(self) -> None:
        """Forget what was promised since: the card is that of then."""
        self.scene.oracle = Oracle()
        self.scene.hand.promises[:] = self.promises


@pytest.fixture(scope="module", params=list(SYSTEMS.values()), ids=list(SYSTEMS))
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    system: System = request.param
    folder = tmp_path_factory.mktemp(system.name)
    with commissioned(system, folder) as (scene, _):
        for unit, weight in arriving.weigh(scene).items():
            _tell(f"{system.name}: {unit}: {weight}")
        board = scene.board
        assert isinstance(board, EmulatedBoard)
        yield Kept(scene, board.save(folder / "saved"), tuple(scene.hand.promises))


def test_twenty_cuts_while_cards_are_tapped_lose_nothing_that_was_promised(kept: Kept) -> None:
    scene, counted = kept.scene, cuts.Counted()
    # What these lives record is gone with their cards: central must never hear of it.
    scene.board.network(is_up=False)
    try:
        cuts.cut_again_and_again(scene, random.Random(20), CUTS, kept.restore, counted)  # noqa: S311  the same moments each time
    finally:
        scene.board.network(is_up=True)
    _tell(f"{counted}")
    assert counted.cuts == CUTS
    assert counted.promised_at_the_cut >= CUTS // 2


def test_a_morning_with_cold_starts_and_a_copied_card(kept: Kept) -> None:
    scene, dice = kept.scene, random.Random(8)  # noqa: S311 (a failure must come again)
    # Who taps at the copied boards tapped nowhere before: what central then holds came from them.
    *cards, first, second, third, fourth = scene.cards
    kept.switch_on()
    lesson.tap_in(scene, cards[:2])
    lesson.tap_again(scene, cards[0])
    lesson.tap_as_stranger(scene, dice)
    lesson.tap_without_network(scene, cards[2:4])
    hanging.hang_and_recover(scene)
    lesson.tap_in(scene, cards[4:5])
    # Whoever leaves taps again; sooner it would be the same tap twice.
    threading.Event().wait(REPEAT_MS / 1000)
    lesson.tap_in(scene, cards[4:5])
    scene.cut()
    for _ in range(COLD_STARTS):
        sign, took_s = scene.switch_on_and_tap(dice.choice(cards))
        assert sign is Verdict.WELCOME
        _tell(f"{took_s:.1f} s from power to the first lamp")
        scene.cut()
    scene.switch_on()
    scene.until_held()
    found = scene.cut()
    _tell(f"{scene.agree(found)} entries at central and on the card, {scene.oracle.kept} promises kept")
    copy = clones.live_as_two(scene, (first, second, third, fourth))
    assert scene.lacking() == copy.lacking() == []
    scene.cut()


def _tell(figure: str) -> None:
    print(f"\n{figure}")  # noqa: T201 (figures for whoever runs it by hand)
