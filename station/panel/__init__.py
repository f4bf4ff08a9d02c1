"""The panel port: the lamps and the buzzer that answer a student."""

from __future__ import annotations

from typing import Protocol

from station.verdict import Sign

__all__ = ["Panel"]


class Panel(Protocol):
    """Something that can show a sign.

    A verdict or a notice is shown once and then gives way to the state shown last; NOT_RECORDED
    stands behind whatever is shown until a state is, or a verdict that proves a tap was stored.
    `show` returns at once and a new sign takes the place of one still being shown.
    """

    def show(self, sign: Sign) -> None:
        """Begin to show a sign; after `close` nothing is shown any more."""

    def close(self) -> None:
        """Go dark and silent; closing twice does no harm."""
