"""The line a person is typing in a terminal that echoes nothing by itself: keys in, finished lines out."""

import codecs
import re
from collections.abc import Callable, Sequence

_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Z]|.)?", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;]*|O)?")
_KEPT = 100


class TypingLine:
    """Text with a cursor in it; `complete(words)` returns what the last word may become."""

    def __init__(self, complete: Callable[[Sequence[str]], Sequence[str]]) -> None:
        self.text = ""
        self.cursor = 0
        self._complete = complete
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unread = ""
        self._history: list[str] = []
        self._back = 0
        self._keys: dict[str, Callable[[], None]] = {
            "\x7f": self._backspace,
            "\b": self._backspace,
            "\x1b[3~": self._delete,
            "\x15": lambda: self._become(self.text[self.cursor :], 0),
            "\x0b": lambda: self._become(self.text[: self.cursor], self.cursor),
            "\x17": self._delete_word,
            "\t": self._finish_word,
            "\x1b[A": lambda: self._recall(1),
            "\x1b[B": lambda: self._recall(-1),
            "\x1b[C": lambda: self._move(1),
            "\x1b[D": lambda: self._move(-1),
            **dict.fromkeys(("\x01", "\x1b[H", "\x1b[1~", "\x1bOH"), lambda: self._move(-len(self.text))),
            **dict.fromkeys(("\x05", "\x1b[F", "\x1b[4~", "\x1bOF"), lambda: self._move(len(self.text))),
        }

    def feed(self, data: bytes) -> list[str]:
        """Take bytes as the terminal sent them and return the lines they finish."""
        text, self._unread = self._unread + self._decoder.decode(data), ""
        lines: list[str] = []
        at = 0
        while at < len(text):
            if _UNFINISHED.fullmatch(text, at):
                self._unread = text[at:]
                break
            found = _SEQUENCE.match(text, at)
            key = found.group() if found else text[at]
            at += len(key)
            if key in "\r\n":
                lines.append(self._finish())
            elif key in self._keys:
                self._keys[key]()
            elif key.isprintable():
                self._insert(key)
        return lines

    def _finish(self) -> str:
        line = self.text
        if line.strip() and line not in self._history[-1:]:
            self._history = [*self._history, line][-_KEPT:]
        self._back = 0
        self._become("", 0)
        return line

    def _become(self, text: str, cursor: int) -> None:
        self.text, self.cursor = text, cursor

    def _insert(self, text: str) -> None:
        before, after = self.text[: self.cursor], self.text[self.cursor :]
        self._become(before + text + after, self.cursor + len(text))

    def _backspace(self) -> None:
        if self.cursor:
            self._move(-1)
            self._delete()

    def _delete(self) -> None:
        self._become(self.text[: self.cursor] + self.text[self.cursor + 1 :], self.cursor)

    def _delete_word(self) -> None:
        kept = re.sub(r"\S*\s*$", "", self.text[: self.cursor])
        self._become(kept + self.text[self.cursor :], len(kept))

    def _move(self, by: int) -> None:
        self.cursor = min(len(self.text), max(0, self.cursor + by))

    def _recall(self, by: int) -> None:
        self._back = min(len(self._history), max(0, self._back + by))
        text = self._history[-self._back] if self._back else ""
        self._become(text, len(text))

    def _finish_word(self) -> None:
        *before, begun = re.split(r"\s+", self.text[: self.cursor])
        fitting = [word for word in self._complete(before) if word.startswith(begun)]
        if fitting:
            shared = _shared(fitting)
            self._insert(shared[len(begun) :] + (" " if len(fitting) == 1 else ""))


def _shared(words: Sequence[str]) -> str:
    first, last = min(words), max(words)
    size = next((at for at, letter in enumerate(first) if last[at : at + 1] != letter), len(first))
    return first[:size]
