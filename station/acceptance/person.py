"""The person before the station: is told what to do, and asked one question at a time."""

from __future__ import annotations

from typing import Final, Protocol, TextIO

from station.errors import EXIT_FINDINGS, StationError

STOPPED: Final = "stopped here; the same command goes on from this step"


class StoppedError(StationError):
    """The acceptance ends before its last step; what was shown so far is kept."""

    exit_code = EXIT_FINDINGS


class Person(Protocol):
    """Whoever can see the lamps, hear the buzzer and lay cards down."""

    def tell(self, text: str) -> None:
        """Say what is going on, or what is to be done."""

    def agrees(self, question: str) -> bool:
        """Ask what is answered by yes or no; raises StoppedError when nobody answers any more."""

    def counted(self, question: str) -> int:
        """Ask for a number, 0 or more; raises StoppedError when nobody answers any more."""


class TerminalPerson:
    """A person at a terminal, or a program that plays one."""

    def __init__(self, heard: TextIO, out: TextIO) -> None:
        self._heard = heard
        self._out = out

    def tell(self, text: str) -> None:
        """Print a line at once."""
        print(text, file=self._out, flush=True)

    def agrees(self, question: str) -> bool:
        """Ask until the answer begins with y or n."""
        while (answer := self._answer(f"{question} [y/n, q to stop here] "))[:1] not in ("y", "n"):
            self.tell("Please answer y or n.")
        return answer.startswith("y")

    def counted(self, question: str) -> int:
        """Ask until the answer is a whole number."""
        while not (answer := self._answer(f"{question} [a number, q to stop here] ")).isdecimal():
            self.tell("Please answer with a number, such as 12.")
        return int(answer)

    def _answer(self, prompt: str) -> str:
        print(prompt, end="", file=self._out, flush=True)
        line = self._heard.readline()
        answer = line.strip().lower()
        if not line or answer == "q":
            raise StoppedError(STOPPED)
        return answer
