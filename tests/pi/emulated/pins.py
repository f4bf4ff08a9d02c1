"""The pins of the emulated board seen, and driven, from outside: QEMU's qtest socket."""

import time
from collections.abc import Callable
from typing import Final

from tests.pi.edges import Edges

_GPIO: Final = 0x3F200000
# Which of its functions each of pins 40-49 and 50-53 has, three bits a pin; the card is at 48 to 53.
_FUNCTIONS_OF_40: Final = _GPIO + 0x10
_FUNCTIONS_OF_50: Final = _GPIO + 0x14
_PINS_48_49: Final = 0x3F000000
_PINS_50_53: Final = 0xFFF
_SET: Final = _GPIO + 0x1C
_CLEAR: Final = _GPIO + 0x28
_LEVELS: Final = _GPIO + 0x34
_WATCH: Final = b"irq_intercept_out /machine/soc/peripherals/gpio\n"
_TIMERS: Final = "/machine/soc/control cntpnsirq"
_PROCESSORS: Final = 4
_ANSWER_S: Final = 60.0


class Pins(Edges):
    """The `Lamps` of an emulated board, over all its boots."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(monotonic)
        self._answers: list[str] = []
        self._begun = b""
        self._is_owed = False
        self._send: Callable[[bytes], None] = lambda _data: None

    def power_on(self, send: Callable[[bytes], None]) -> None:
        """Be wired to a board that was just switched on: no pin is driven, every change is told from now."""
        with self.heard:
            self.drop_levels()
            self._answers, self._begun, self._send = [], b"", send
            self._is_owed = True
            send(_WATCH)

    def feed(self, data: bytes) -> None:
        """Take bytes as they came from QEMU."""
        *lines, self._begun = (self._begun + data).split(b"\n")
        with self.heard:
            for line in lines:
                self._take(line.decode("ascii").split())

    def _take(self, words: list[str]) -> None:
        if words[0] != "IRQ":
            # The first is for what was asked at power-on, which nobody waits for.
            self._answers += [] if self._is_owed else [" ".join(words)]
            self._is_owed = False
            return
        self.note(int(words[2]), int(words[1] == "raise"))

    def level(self, pin: int) -> int:
        """Return the level of a pin below 32 as the chip has it, output or input."""
        return int(self._ask(f"readl {_LEVELS:#x}").split()[1], 16) >> pin & 1

    def drive(self, pin: int, level: int) -> None:
        """Put a level on a pin below 32 that the station reads."""
        self._ask(f"writel {_SET if level else _CLEAR:#x} {1 << pin:#x}")

    def lead_card_back(self) -> None:
        """Put the card back on the controller that its pins name: a restored QEMU has it on the other.

        Only while the machine stands still.
        """
        before = {
            at: int(self._ask(f"readl {at:#x}").split()[1], 16) for at in (_FUNCTIONS_OF_40, _FUNCTIONS_OF_50)
        }
        self._ask(f"writel {_FUNCTIONS_OF_40:#x} {before[_FUNCTIONS_OF_40] & ~_PINS_48_49:#x}")
        self._ask(f"writel {_FUNCTIONS_OF_50:#x} {before[_FUNCTIONS_OF_50] & ~_PINS_50_53:#x}")
        for at, functions in before.items():
            self._ask(f"writel {at:#x} {functions:#x}")

    def wake_processors(self) -> None:
        """Raise the line of each processor's timer: a restored QEMU forgot which were raised.

        One that was raised when the board was put aside would never be again, and its processor would sleep
        for ever. One raised in vain is lowered when its timer is next due. Only while the machine stands
        still.
        """
        for processor in range(_PROCESSORS):
            self._ask(f"set_irq_in {_TIMERS} {processor} 1")

    def _ask(self, question: str) -> str:
        with self.heard:
            self._answers.clear()
            self._send(question.encode("ascii") + b"\n")
        answer = self.heard.wait(lambda: self._answers[0] if self._answers else None, _ANSWER_S, question)
        assert answer.startswith("OK"), answer
        return answer
