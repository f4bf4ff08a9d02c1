"""A file of lines done one after another at the practice bench, with waits counted in what the host asked."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from station.simulator.words import CommandError, number, one_of, take

COMMANDS, LOOKS, MS = "commands", "looks", "ms"
UNITS: Mapping[str, str] = {COMMANDS: "commands of the host", LOOKS: "looks at the field", MS: "milliseconds"}


class Counts(Protocol):
    """What waits are counted in."""

    def count(self, unit: str) -> int:
        """Return how many of these units have gone by; it never runs back."""

    def wake_after(self, ms: int) -> None:
        """See to it that somebody looks again after so many milliseconds."""


class Script:
    """The lines of a file; `#` begins a comment, and the first line that cannot be done is the last."""

    def __init__(self, file: Path, do: Callable[[str], dict[str, object]], counts: Counts) -> None:
        self.file = file
        self.fault: str | None = None
        self._do = do
        self._counts = counts
        texts = [line.partition("#")[0].strip() for line in _text(file).splitlines()]
        self._left = [(at, text) for at, text in enumerate(texts, 1) if text]
        self.lines = len(self._left)
        self._waits: tuple[str, int] | None = None

    @property
    def is_running(self) -> bool:
        """Say whether there is something left to do or to wait for."""
        return bool(self._left) or self._waits is not None

    def go_on(self) -> None:
        """Do the lines that are due."""
        while self.is_running and not self._is_waiting():
            if self._left:
                self._take(*self._left.pop(0))

    def stop(self) -> None:
        """Do no more lines."""
        self._left, self._waits = [], None

    def told(self) -> dict[str, object]:
        """Return how far it is, for the status."""
        return {"file": str(self.file), "left": len(self._left), "fault": self.fault}

    def _is_waiting(self) -> bool:
        if self._waits is not None:
            unit, until = self._waits
            if self._counts.count(unit) < until:
                return True
            self._waits = None
        return False

    def _take(self, at: int, text: str) -> None:
        verb, *words = text.split()
        try:
            if verb == "wait":
                self._wait(words)
                return
            answer = self._do(text)
            fault = None if answer["ok"] else str(answer["error"])
        except CommandError as error:
            fault = str(error)
        if fault is not None:
            self.fault = f"{self.file}:{at}: {fault}"
            self.stop()

    def _wait(self, words: list[str]) -> None:
        count = number(take(words, 0, "how many to wait for"))
        unit = one_of(UNITS, words[1]) if len(words) > 1 else COMMANDS
        self._waits = (unit, self._counts.count(unit) + count)
        if unit == MS:
            self._counts.wake_after(count)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{file}: the script cannot be read ({error}); name a file of lines"
        raise CommandError(msg) from error
