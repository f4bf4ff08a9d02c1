"""Read 125 kHz modules and scanners that write each reading to a serial line."""

from collections.abc import Callable, Sequence

from station.clock import Clock
from station.reader.hold import CROWD, Hold, Sight
from station.reader.line_formats import PARSERS, Parser
from station.reader.port import SerialPort, open_port
from station.reader.settings import ReaderSettings
from station.reader.supervised import SupervisedReader

_WAIT_S = 0.05
# These readers do not say that a card has left; some repeat themselves while it lies there.
_GAP_MS = 500
MOST_AT_ONCE = 8
"""So many different readings without a moment's silence are no row of students: one code holds them all."""


class SerialLineReader(SupervisedReader):
    """A reader that speaks first and listens to nothing."""

    def __init__(self, settings: ReaderSettings, clock: Clock) -> None:
        def open_device(_pause: Callable[[float], object]) -> LineDevice:
            port = open_port(settings.port, settings.baud, _WAIT_S)
            return LineDevice(port, PARSERS[settings.format or ""]())

        super().__init__(settings.name, clock, Hold(settings.name, _GAP_MS), open_device)


class LineDevice:
    """An open line: one look is one wait for bytes."""

    def __init__(self, port: SerialPort, parser: Parser) -> None:
        self._port = port
        self._parser = parser
        self._newest: Sight = None
        self._at_once = 0

    def look(self) -> Sequence[Sight]:
        """Return what the bytes that came complete, or that nothing came."""
        data = self._port.read(max(1, self._port.in_waiting))
        if not data:
            self._newest, self._at_once = None, 0
            return [None]
        sights = self._parser.feed(data)
        for sight in sights:
            self._at_once += sight != self._newest
            self._newest = sight
        return sights if self._at_once <= MOST_AT_ONCE else [CROWD]

    def recover(self, _pause: Callable[[float], object]) -> None:
        """Forget what is half read."""
        self._port.reset_input_buffer()

    def close(self) -> None:
        """Give the port back."""
        self._port.close()
