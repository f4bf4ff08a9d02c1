"""A hand that lays one card after another on the reader, in a quick rhythm, and remembers when."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from station.credential import token
from tests.fakes.simulator import PractiseBench

_AGAIN_MS = (7_000, 40_000)
"""So long ago a card was laid down that comes again: it is no bounce any more, and still a repeat."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A card laid on the reader: the token a station makes of it (none of a bank card), and since when."""

    token: bytes | None
    since_ms: int
    line: str


class Hand(threading.Thread):
    """Lays cards down until stopped; `raw_ms` is the clock the station's entries are dated with."""

    def __init__(
        self, bench: PractiseBench, key: bytes, dice: random.Random, raw_ms: Callable[[], int]
    ) -> None:
        super().__init__(name="hand", daemon=True)
        self._bench = bench
        self._key = key
        self._dice = dice
        self._raw_ms = raw_ms
        self._stop_asked = threading.Event()
        self._flows = threading.Event()
        self._flows.set()
        self._laid: list[Laid] = []

    def __enter__(self) -> Self:
        """Begin."""
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        """Take the last card away."""
        self._stop_asked.set()
        self._flows.set()
        self.join()

    def keep(self) -> None:
        """Let the card that lies there lie."""
        self._flows.clear()

    def flow(self) -> None:
        """Go on."""
        self._flows.set()

    def laid(self) -> Sequence[Laid]:
        """Return every card laid down so far, oldest first."""
        return tuple(self._laid)

    def run(self) -> None:
        """Lay cards down; sometimes the next one comes before the last one is gone."""
        while not self._stop_asked.is_set():
            self._lay()
            self._stop_asked.wait(self._dice.uniform(0.02, 0.09))
            self._flows.wait()
            if self._dice.random() < 0.5:
                self._bench.do("remove")
                self._stop_asked.wait(self._dice.uniform(0.0, 0.05))
        self._bench.do("remove")

    def _lay(self) -> None:
        line, of = self._card()
        # Noted first: no station can see the card any sooner.
        self._laid.append(Laid(of, self._raw_ms(), line))
        self._bench.do(line)

    def _card(self) -> tuple[str, bytes | None]:
        """Return how a card is put down, and its token."""
        choice = self._dice.random()
        if choice < 0.2:
            now = self._raw_ms()
            ago = [card for card in self._laid if _AGAIN_MS[0] < now - card.since_ms < _AGAIN_MS[1]]
            if ago:
                again = self._dice.choice(ago)
                return again.line, again.token
        if choice < 0.25:
            return f"put bank {self._dice.randbytes(4).hex()}", None
        if choice < 0.35:
            value = self._dice.randbytes(8).hex()
            return f"put phone {value}", token(self._key, "sc1", value)
        if choice < 0.45:
            value = f"{self._dice.randrange(0x10, 0x80):02x}{self._dice.randbytes(3).hex()}"
            return f"put classic {value}", token(self._key, "uid", value)
        value = f"04{self._dice.randbytes(6).hex()}"
        return f"put ntag {value}", token(self._key, "uid", value)
