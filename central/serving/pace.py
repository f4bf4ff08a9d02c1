"""How often one caller may ask the staff API: decisions alone, with no clock."""

from collections import OrderedDict
from typing import Final

from central.intake.budget import Budget

A_SECOND, AT_ONCE = 10.0, 60.0
"""A program that pages through a year stays below it; one in a loop does not."""
_MOST_CALLERS: Final = 10_000


class Pace:
    """A budget for each caller, by whatever names it; instants are of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._callers: OrderedDict[bytes, Budget] = OrderedDict()

    def wait_s(self, caller: bytes, at_s: float) -> float:
        """Take one of a caller's budget; return 0, or in how many seconds to come back where it is spent."""
        budget = self._callers.setdefault(caller, Budget(A_SECOND, AT_ONCE, at_s))
        self._callers.move_to_end(caller)
        if len(self._callers) > _MOST_CALLERS:
            self._callers.popitem(last=False)
        wait_s = budget.wait_s(at_s)
        if wait_s == 0:
            budget.take(at_s)
        return wait_s
