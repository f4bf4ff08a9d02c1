"""Published: what a school knows that a file must fit: its students, and when each had class."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from central.exchange.sheets.names import Person, Written, names_of, words

_NEAR: Final = 75


class Known:
    """The oracle every way to read a file is asked of.

    `meets(number, on)` tells whether a student had class on a date; without a number, whether anybody
    had. `today` is the school's date: no sheet is of a later day.
    """

    def __init__(
        self, people: Iterable[Person], meets: Callable[[str, date], bool], years: Sequence[int], today: date
    ) -> None:
        self.people: Mapping[str, Person] = {person.number: person for person in people}
        self.years = tuple(years)
        self._meets = meets
        self._today = today
        self._bare: dict[str, list[Person]] = defaultdict(list)
        for person in self.people.values():
            self._bare[person.number.lstrip("0")].append(person)
        self._names: dict[tuple[str, ...], list[Person]] = defaultdict(list)
        for person in self.people.values():
            for name in names_of(person):
                self._names[name].append(person)
        self._values = sorted(
            (int(number), number) for number in self.people if number.isascii() and number.isdigit()
        )

    def met(self, number: str, on: date) -> bool:
        """Tell whether a student, or anybody, may have been in class on a date."""
        return on <= self._today and self._meets(number if number in self.people else "", on)

    def bearing(self, written: Written) -> Sequence[Person]:
        """Return the students whose whole name a written one is."""
        return self._names.get(tuple(sorted(words(written.text))), ())

    def nearest(self, written: Written) -> Person | None:
        """Return whose name is most like a written one: a hint for a person, never an answer."""
        from rapidfuzz import fuzz, process

        wanted = " ".join(sorted(words(written.text)))
        names = [" ".join(name) for name in self._names]
        found = process.extractOne(wanted, names, scorer=fuzz.ratio, score_cutoff=_NEAR) if wanted else None
        if found is None:
            return None
        return self._names[tuple(found[0].split(" "))][0]

    def bare(self, digits: str) -> Sequence[Person]:
        """Return the students whose number is these digits once its leading zeros are lost."""
        return self._bare.get(digits, ())

    def between(self, low: int, high: int) -> list[Person]:
        """Return the students whose number lies within two values."""
        return [self.people[number] for value, number in self._values if low <= value <= high]
