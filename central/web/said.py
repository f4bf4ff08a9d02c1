"""Sentences of the program in the reader's language: English is their source, another language is a file."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.utils import timezone
from django.utils.dateformat import format as in_words
from django.utils.translation import get_language, gettext

SENTENCES: Final = Path(__file__).parent / "sentences"
"""A file a language: under the module that says them its English sentences, `{}` where a value stands.

In the other language `{}` is the value, `{w}` the value put into words; both may be numbered, `{1w}`.
"""
_SOURCE: Final = "en"
_GAP: Final = re.compile(r"\{(\d*)(w?)\}")
_LISTED: Final = re.compile(r"(, | or | and |; |: )")
_INSTANT: Final = re.compile(r"\b(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})(?::\d{2})?Z")
_ISO: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_CLOCK: Final = re.compile(r"\b([01]\d|2[0-3]):([0-5]\d)\b")
_NOON: Final = 12
_KEY: Final = 6


@dataclass(frozen=True, slots=True)
class _Form:
    """A sentence with gaps, and what it is in another language."""

    pattern: re.Pattern[str]
    into: str


class Sentences:
    """The sentences of one language."""

    def __init__(self, by_module: Mapping[str, Mapping[str, str]]) -> None:
        """Sort sentences with gaps by how they begin; the one that says most is tried first."""
        self._whole: dict[str, str] = {}
        self._forms: dict[str, list[_Form]] = {}
        every = {form: into for module in by_module.values() for form, into in module.items()}
        for form, into in sorted(every.items(), key=lambda pair: -len(pair[0])):
            if "{}" not in form:
                self._whole[form] = into
                continue
            pattern = re.compile("(.*?)".join(map(re.escape, form.split("{}"))), re.DOTALL)
            begins = form.partition("{}")[0][:_KEY]
            self._forms.setdefault(begins if len(begins) == _KEY else "", []).append(_Form(pattern, into))

    def of(self, text: str) -> str | None:
        """Return a sentence of the program in this language; None for one it does not know."""
        if text in self._whole:
            return self._whole[text]
        for begins in (text[:_KEY], ""):
            for form in self._forms.get(begins, ()):
                if found := form.pattern.fullmatch(text):
                    return self._filled(form.into, found.groups())
        return None

    def _filled(self, into: str, values: tuple[str, ...]) -> str:
        numbers = iter(range(len(values)))

        def value(gap: re.Match[str]) -> str:
            text = values[int(gap[1]) if gap[1] else next(numbers)]
            return self._words(text) if gap[2] else text

        return _GAP.sub(value, into)

    def _words(self, text: str) -> str:
        """Return a value that is itself said in words: a sentence, a word, or several of them."""
        known = self.of(text) or gettext(text)
        if known != text or not _LISTED.search(text):
            return known
        return "".join(
            self._joint(part) if _LISTED.fullmatch(part) else self._words(part)
            for part in _LISTED.split(text)
        )

    def _joint(self, text: str) -> str:
        return self._whole.get(text, text)


def read(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the sentences of a language by the module that says them; none for English itself."""
    file = SENTENCES / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def said(text: object) -> str:
    """Return what the program says as a reader reads it: in the reader's language, with the school's dates.

    A text that is no sentence of the program keeps its words; of several lines each is read alone.
    """
    language = (get_language() or _SOURCE).partition("-")[0]
    lines = str(text).split("\n")
    if language != _SOURCE:
        lines = [_line(line, _of(language)) for line in lines]
    return "\n".join(_dated(line) for line in lines)


@cache
def _of(language: str) -> Callable[[str], str | None]:
    return Sentences(read(language)).of


def _line(line: str, of: Callable[[str], str | None]) -> str:
    words = line.strip()
    return line.replace(words, of(words) or words) if words else line


def _dated(text: str) -> str:
    """Write dates and times as the screens do: 11/04/2025, 3:30 PM; an instant at the school's own hour."""
    return _CLOCK.sub(_on_the_wall, _ISO.sub(r"\2/\3/\1", _INSTANT.sub(_at_school, text)))


def _at_school(found: re.Match[str]) -> str:
    at = datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC)
    return in_words(at.astimezone(timezone.get_current_timezone()), "m/d/Y g:i A")


def _on_the_wall(found: re.Match[str]) -> str:
    # What was an instant is written already.
    if found.string[found.end() : found.end() + 3] in {" AM", " PM"}:
        return found[0]
    hour, half = int(found[1]), "AM" if int(found[1]) < _NOON else "PM"
    return f"{hour % _NOON or _NOON}:{found[2]} {half}"
