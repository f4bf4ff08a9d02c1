"""The C library below rpi-lgpio, on a board in a container: what it does to a pin is told outside.

Laid down on the card as its `lgpio`, with the two modules it is made of. A line is `PIN LEVEL`; one pipe
takes whole lines from whoever writes, in the order they were written.
"""

import os
import sys
from collections.abc import Sequence

from tests.fakes.board import Board, LgpioError
from tests.fakes.lgpio_layer import LgpioLayer

_CHIP = "/dev/gpiochip0"


class OutsideBoard(Board):
    """The pins of a board that are watched from outside."""

    def setmode(self, mode: int, /) -> None:
        """Open the chip, once; fails as the library does where it may not be opened."""
        if self.numbering is None:
            try:
                self._outside = os.open(_CHIP, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                msg = "can not open gpiochip"
                raise LgpioError(msg) from error
        super().setmode(mode)

    def cleanup(self, channel: Sequence[int] | int, /) -> None:
        """Give pins back: none of them is driven any more."""
        super().cleanup(channel)
        for pin in [channel] if isinstance(channel, int) else channel:
            self._tell(pin, 0)

    def _turn(self, pin: int, level: int) -> None:
        super()._turn(pin, level)
        self._tell(pin, level)

    def _tell(self, pin: int, level: int) -> None:
        os.write(self._outside, f"{pin} {level}\n".encode())


sys.modules[__name__] = LgpioLayer(OutsideBoard())
