"""Published: a sentence about a line with its figures apart, so that it can be said in another language."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with places for figures; never a student's name or number among them."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.text % self.values if self.values else self.text


def said(text: str, **values: object) -> Said:
    """Return a sentence with its figures."""
    return Said(text, values)
