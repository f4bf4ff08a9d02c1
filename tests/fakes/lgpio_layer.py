"""A stand-in for the C library below rpi-lgpio, so that the real rpi-lgpio drives a stand-in board."""

from types import ModuleType

from tests.fakes.board import Board, LgpioError

_IS_OUTPUT = 0x200


class LgpioLayer(ModuleType):
    """The calls rpi-lgpio makes for outputs; pins in `busy` belong to another process."""

    SET_PULL_NONE = 0x80
    error = LgpioError

    def __init__(self, board: Board, busy: frozenset[int] = frozenset(), *, may_open: bool = True) -> None:
        super().__init__("lgpio")
        self._board = board
        self._busy = busy
        self._may_open = may_open

    def gpiochip_open(self, _number: int) -> int:
        if not self._may_open:
            msg = "can not open gpiochip"
            raise LgpioError(msg)
        self._board.setmode(self._board.BCM)
        return 0

    def gpio_claim_output(self, _chip: int, pin: int, level: int, _flags: int) -> int:
        self._claim(pin)
        self._board.setup(pin, self._board.OUT, initial=int(level))
        return 0

    def gpio_claim_input(self, _chip: int, pin: int, _flags: int) -> int:
        self._claim(pin)
        self._board.cleanup(pin)
        return 0

    def gpio_free(self, _chip: int, pin: int) -> int:
        self._claim(pin)
        return 0

    def gpio_get_mode(self, _chip: int, pin: int) -> int:
        return _IS_OUTPUT if pin in self._board.levels else 0

    def gpio_write(self, _chip: int, pin: int, level: int) -> int:
        self._board.output(pin, int(level))
        return 0

    def _claim(self, pin: int) -> None:
        if pin in self._busy:
            msg = "GPIO busy"
            raise LgpioError(msg)
