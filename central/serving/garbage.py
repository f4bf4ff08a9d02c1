"""How garbage is looked for in a process in which thousands of stations wait for an answer."""

import gc
from typing import Final

_YOUNG: Final = (10_000, 20)
# Of the rounds through what is young; about one a day where stations talk all day.
_ROUNDS_TO_A_FULL_ONE: Final = 1_000


def spare_the_waiting() -> None:
    """Let what lives long be gone through rarely from now on, and never what is there already.

    Each station heard of leaves something that stays, and Python looks through all of it whenever it has
    grown by a quarter: half a second at 25,000 stations, in which nobody is answered. What requests leave
    behind is young, and is still found.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_YOUNG, _ROUNDS_TO_A_FULL_ONE)
