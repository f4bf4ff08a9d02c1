"""Which step of which pattern is on now: a new sign preempts, a verdict gives way to the state."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeAlias

from station.panel.patterns import Step, pattern
from station.verdict import Sign, State, Verdict

DARK = Step(0)
# These are never shown without an entry of their own: the disk takes them again.
_STORED = frozenset({Verdict.WELCOME, Verdict.NOT_ON_ROSTER})

Output: TypeAlias = Callable[[Sign, Step], None]
Wait: TypeAlias = Callable[[threading.Condition, Callable[[], bool], int], bool]


def wait_for(changed: threading.Condition, is_over: Callable[[], bool], ms: int) -> bool:
    """Wait so many milliseconds, or less when `is_over` turns true; say whether it did."""
    return changed.wait_for(is_over, timeout=ms / 1_000)


class Player:
    """Plays patterns to an output, step by step, in whatever thread calls `play`."""

    def __init__(self, output: Output, *, quiet: bool = False, wait: Wait = wait_for) -> None:
        self._output = output
        self._quiet = quiet
        self._wait = wait
        self._changed = threading.Condition()
        self._state = State.READY
        self._is_alarmed = False
        self._foreground: Sign | None = None
        self._turn = 0
        self._is_stopped = False

    def show(self, sign: Sign) -> None:
        """Begin a sign; a state waits behind an answer, and the alarm stands until it is put right."""
        with self._changed:
            if isinstance(sign, State):
                self._state, self._is_alarmed = sign, False
                if self._foreground is not None:
                    return
            elif sign is Verdict.NOT_RECORDED:
                self._is_alarmed, self._foreground = True, None
            else:
                self._is_alarmed = self._is_alarmed and sign not in _STORED
                self._foreground = sign
            self._turn += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """Make `play` return after it has put everything out."""
        with self._changed:
            self._is_stopped = True
            self._turn += 1
            self._changed.notify_all()

    def rests(self, pause_ms: int) -> bool:
        """Wait before the next attempt to play; say whether there is to be one."""
        with self._changed:
            return not self._wait(self._changed, lambda: self._is_stopped, pause_ms)

    def play(self) -> None:
        """Play until stopped, and leave the output dark whatever happens."""
        try:
            while not self._is_stopped:
                self._play_current()
        finally:
            self._output(State.READY, DARK)

    def _play_current(self) -> None:
        with self._changed:
            turn, behind = self._turn, Verdict.NOT_RECORDED if self._is_alarmed else self._state
            sign = self._foreground or behind
        for step in pattern(sign, behind, quiet=self._quiet).steps:
            self._output(sign, step)
            if self._is_preempted(turn, step.ms):
                return
        with self._changed:
            if turn == self._turn:
                self._foreground = None

    def _is_preempted(self, turn: int, ms: int) -> bool:
        with self._changed:
            return self._wait(self._changed, lambda: self._turn != turn, ms)
