"""How the students of a class are spread over the pages of its sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.domain.class_sheet import Listed


@dataclass(frozen=True, slots=True)
class Share:
    """The students of one page; `first` is the place of the first of them, counted from 1."""

    first: int
    students: tuple[Listed, ...]
    is_last: bool


def shares(students: Sequence[Listed], most: int) -> list[Share]:
    """Return what stands on each page, spread evenly; a class of nobody has one page to add names."""
    count = max(1, -(-len(students) // most))
    size = -(-len(students) // count)
    return [
        Share(page * size + 1, tuple(students[page * size : (page + 1) * size]), page == count - 1)
        for page in range(count)
    ]
