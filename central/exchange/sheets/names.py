"""Published: whether the name written on a line is a student's, accents, order and lost letters aside."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

_LOST = "?\ufffd"
_APART = re.compile(r"[^\w?]+")
_JOINED = str.maketrans("", "", "'\u2018\u2019\u02bc\u00b4`")


@dataclass(frozen=True, slots=True)
class Person:
    """A student as the roster names them."""

    number: str
    family: str
    given: str
    preferred: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A name as a line has it: in two cells, or whole in one."""

    family: str = ""
    given: str = ""
    whole: str = ""

    @property
    def text(self) -> str:
        """All that is written of it."""
        apart = ", ".join(part for part in (self.family, self.given) if part)
        return apart or self.whole


class Agreement(Enum):
    """How a written name stands to a student's."""

    AGREES = "agrees"
    PARTLY = "agrees in part"
    NOTHING_WRITTEN = "nothing is written"
    DISAGREES = "is another name"


@lru_cache(maxsize=65_536)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents, apostrophes and signs; a lost letter is a `?`."""
    for lost in _LOST:
        text = text.replace(lost, "?")
    parts = unicodedata.normalize("NFKD", text.translate(_JOINED))
    bare = "".join(char for char in parts if not unicodedata.combining(char)).casefold()
    return tuple(word for word in _APART.split(bare.replace("_", " ")) if word)


def agreement(written: Written, person: Person) -> Agreement:
    """Compare a written name with a student's.

    It agrees where both have the same words, whatever their order. It agrees in part where each word is
    one of the student's, a first letter or a lost one, or where the student's whole name stands within it.
    """
    said = words(written.text)
    if not said:
        return Agreement.NOTHING_WRITTEN
    family, given = words(person.family), (*words(person.given), *words(person.preferred))
    theirs = (*family, *given)
    has_family = any(_same(word, own) for word in said for own in family)
    has_given = any(_same(word, own) for word in said for own in given)
    if not theirs or not (has_family or (has_given and not family)):
        return Agreement.DISAGREES
    is_within = all(any(_same(word, own) or _initial(word, own) for own in theirs) for word in said)
    is_around = has_given and all(any(_same(word, own) for word in said) for own in words(person.family))
    if not (is_within or is_around):
        return Agreement.DISAGREES
    return Agreement.AGREES if tuple(sorted(said)) in names_of(person) else Agreement.PARTLY


def names_of(person: Person) -> set[tuple[str, ...]]:
    """Return a student's whole name, by the given and by the preferred one, as words in one order."""
    family, given, preferred = words(person.family), words(person.given), words(person.preferred)
    return {tuple(sorted((*family, *called))) for called in (given, preferred) if called or not preferred}


def _same(word: str, own: str) -> bool:
    if "?" not in word:
        return word == own
    # As many letters were lost as signs stand for them.
    return len(word) == len(own) and all(char in ("?", other) for char, other in zip(word, own, strict=True))


def _initial(word: str, own: str) -> bool:
    return len(word) == 1 and own.startswith(word)
