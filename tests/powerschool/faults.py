"""What goes wrong at a pretended PowerSchool, drawn from a seed or set down in advance."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """One way an exchange goes wrong."""

    REFUSE = "refuse"
    """503 before anything was done."""
    BREAK = "break"
    """500 after it was done."""
    THROTTLE = "throttle"
    """429 with Retry-After, before anything was done."""
    EXPIRE = "expire"
    """401: the token ran out; nothing was done."""
    HANG = "hang"
    """Done, but no answer comes."""
    DROP = "drop"
    """Done, but the line breaks in the middle of the answer."""
    LATE = "late"
    """The line breaks, and it is done only later, when everybody has gone."""
    REPEAT = "repeat"
    """Done, but the answer lists everything twice; of a query, the page before comes again."""
    HALF = "half"
    """Some records of the batch are refused, the others are done."""
    EMPTY = "empty"
    """A query answers as if it had no rows."""


READS = (Fault.REFUSE, Fault.THROTTLE, Fault.EXPIRE, Fault.DROP, Fault.REPEAT, Fault.EMPTY)
WRITES = tuple(fault for fault in Fault if fault is not Fault.EMPTY)


@dataclass
class Faults:
    """`planned` come first, one a writing call; then each call has a fault with `share`, by the dice."""

    seed: int = 0
    share: float = 0.0
    kinds: Sequence[Fault] = tuple(Fault)
    planned: list[Fault | None] = field(default_factory=list)
    happened: dict[Fault, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the dice."""
        self.dice = random.Random(self.seed)  # noqa: S311  faults of a test

    def next(self, *, is_write: bool) -> Fault | None:
        """Return what goes wrong now, if anything does."""
        fault = self._drawn(is_write=is_write)
        if fault:
            self.happened[fault] = self.happened.get(fault, 0) + 1
        return fault

    def told(self) -> Mapping[str, int]:
        """Return how often each happened."""
        return {str(fault): count for fault, count in sorted(self.happened.items())}

    def _drawn(self, *, is_write: bool) -> Fault | None:
        if is_write and self.planned:
            return self.planned.pop(0)
        kinds = [kind for kind in self.kinds if kind in (WRITES if is_write else READS)]
        return self.dice.choice(kinds) if kinds and self.dice.random() < self.share else None
