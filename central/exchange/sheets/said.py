"""Published: a sentence about a file with its figures apart, so that it can be said in another language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with a `{}` where each figure stands; never a student's name or number among them."""

    text: str
    values: tuple[object, ...] = ()

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.text.format(*self.values)


def said(text: str, *values: object) -> Said:
    """Return a sentence with its figures."""
    return Said(text, values)
