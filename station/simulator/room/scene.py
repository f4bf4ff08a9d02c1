"""What there is to see in a practice room at one moment."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from station.panel.patterns import Step
from station.panel.player import DARK, Player
from station.verdict import Sign, State

YOU, JOURNAL, PANEL = "you", "journal", "panel"
_KEPT: Final = 200


def _nobody(_what: str, _line: str) -> None:
    """Hear nothing."""


@dataclass(slots=True)
class Scene:
    """The panel as it is lit now, what lies on the reader, and what was said, oldest first.

    `hear` is told every line as it comes, with the place it belongs to: `you`, `journal` or `panel`.
    """

    place: str
    hear: Callable[[str, str], None] = _nobody
    plays: Sign = State.READY
    lit: Step = DARK
    answer: Sign | None = None
    behind: State = State.READY
    has_power: bool = False
    reader: str = "off"
    lying: str = ""
    moved_min: int = 0
    journal: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT))
    talk: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def say(self, text: str) -> None:
        """Add to what was said."""
        for line in text.splitlines():
            self.talk.append(line)
            self.hear(YOU, line)

    def note(self, line: str) -> None:
        """Add an entry of the journal."""
        self.journal.append(line)
        self.hear(JOURNAL, line)


def lights(scene: Scene, wake: Callable[[], object]) -> Player:
    """Return the player whose steps the scene shows; `wake` is called at each edge, by whoever plays."""

    def light(sign: Sign, step: Step) -> None:
        scene.plays, scene.lit = sign, step
        wake()

    return Player(light)
