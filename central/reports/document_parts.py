"""Published: what a printed document is made of, before anybody draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Cover:
    """The block a paper begins with: whose it is, what it is, and what it is about as names and values."""

    title: str
    school: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the title of the document."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `is_small` for what stands beside the matter."""

    text: str
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `numbers` are the columns set to the right. Without rows `empty` is said."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    empty: str = "None."


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to be signed by hand, each with who signs and room for the date."""

    who: Sequence[str]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a page of its own."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands at the foot of every page, what a program finds in the file, and the mark behind it."""

    lines: Sequence[str]
    keywords: str = ""
    watermark: str = ""


Part: TypeAlias = Cover | Heading | Text | Table | Signatures | PageBreak
