"""Published: one thing decided about reading a file: what, of what else, why, and whether a person must."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from central.exchange.sheets.said import Said


@dataclass(frozen=True, slots=True)
class Guess:
    """A choice among ways to read a file; nothing is `chosen` where only a person can tell.

    `key` and a value of `options` are how a person says otherwise: a field of the page, or
    `--read KEY=VALUE`. Where `options` is empty any heading or number of a column may be said.
    """

    key: str
    chosen: str
    why: Said
    options: tuple[str, ...] = ()
    is_said: bool = False

    @property
    def asks(self) -> bool:
        """Tell whether nothing can be taken in before somebody has said it."""
        return not self.chosen


@dataclass(slots=True)
class Choices:
    """What a person said about reading a file, and the guesses made for the rest of it."""

    said: Mapping[str, str] = field(default_factory=dict)
    guesses: list[Guess] = field(default_factory=list)

    def decide(self, key: str, chosen: str, why: Said, options: tuple[str, ...] = ()) -> str:
        """Note a guess and return what holds: what a person said, else what was found."""
        told = self.said.get(key, "")
        is_said = bool(told) and (not options or told in options)
        holds = told if is_said else chosen
        self.guesses.append(Guess(key, holds, why, options, is_said))
        return holds
