"""Which step of which pattern is on now: a new sign preempts, a verdict gives way to the state."""

from __future__ import annotations

import threading
from collections.abc import Callable

from station.panel.patterns import Pattern, Step, pattern
from station.verdict import Sign, State

DARK = Step(0)


class Player:
    """Plays patterns to an output, step by step, in whatever thread calls `play`."""

    def __init__(self, output: Callable[[Step], None], *, quiet: bool = False) -> None:
        self._output = output
        self._quiet = quiet
        self._changed = threading.Condition()
        self._background = pattern(State.READY, quiet=quiet)
        self._foreground: Pattern | None = None
        self._turn = 0
        self._stopped = threading.Event()

    def show(self, sign: Sign) -> None:
        """Begin a sign; a state waits behind a verdict that ends by itself."""
        found = pattern(sign, quiet=self._quiet)
        with self._changed:
            if isinstance(sign, State):
                self._background = found
                if self._foreground is not None and not self._foreground.goes_on:
                    return
                self._foreground = None
            else:
                self._foreground = found
            self._turn += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """Make `play` return after it has put everything out."""
        with self._changed:
            self._stopped.set()
            self._turn += 1
            self._changed.notify_all()

    def rests(self, pause_s: float) -> bool:
        """Wait before the next attempt to play; say whether there is to be one."""
        return not self._stopped.wait(pause_s)

    def play(self) -> None:
        """Play until stopped, and leave the output dark whatever happens."""
        try:
            while not self._stopped.is_set():
                self._play_current()
        finally:
            self._output(DARK)

    def _play_current(self) -> None:
        with self._changed:
            turn, current = self._turn, self._foreground or self._background
        for step in current.steps:
            self._output(step)
            if self._is_preempted(turn, step.ms):
                return
        with self._changed:
            if turn == self._turn and not current.goes_on:
                self._foreground = None

    def _is_preempted(self, turn: int, ms: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._turn != turn, timeout=ms / 1_000)
