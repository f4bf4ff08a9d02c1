"""What a scenario of a law table gives, read with its type checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Given:
    """The `given` of one scenario; asking for what is not there, or not so typed, fails the test."""

    values: Mapping[str, object]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def number(self, name: str) -> int:
        return self._one(name, int)

    def word(self, name: str) -> str:
        return self._one(name, str)

    def flag(self, name: str) -> bool:
        return self._one(name, bool)

    def day(self, name: str) -> date:
        return self._one(name, date)

    def clock(self, name: str) -> time:
        return self._one(name, time)

    def numbers(self, name: str) -> list[int]:
        return self._many(name, int)

    def words(self, name: str) -> list[str]:
        return self._many(name, str)

    def days(self, name: str) -> list[date]:
        return self._many(name, date)

    def each(self, name: str) -> list["Given"]:
        return [Given(row) for row in self._many(name, dict)]

    def _one(self, name: str, kind: type[T]) -> T:
        value = self.values[name]
        assert isinstance(value, kind), f"{name} must be a {kind.__name__}"
        return value

    def _many(self, name: str, kind: type[T]) -> list[T]:
        values = self.values.get(name, [])
        assert isinstance(values, list), f"{name} must be a list"
        kept: list[T] = [value for value in values if isinstance(value, kind)]
        assert len(kept) == len(values), f"{name} must hold only {kind.__name__}"
        return kept
