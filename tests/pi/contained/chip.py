"""An emulated PN532 on a serial port of this machine, served by a thread as a chip works beside its board."""

import os
import threading
import time
from pathlib import Path
from typing import Final

from station.simulator.bench import READER, Bench

_DIALOUT: Final = 20
_JOIN_S: Final = 10


class ChipOnAPort:
    """A chip with an antenna; its port is there only while it has power, under another number each time."""

    def __init__(self, folder: Path) -> None:
        self._bench = Bench({READER: folder / "ttyAMA0"}, time.monotonic)
        self.field = self._bench.field
        self._woken, self._wake = os.pipe()
        self._is_ending = threading.Event()
        self._bench.watch(self._woken, self._is_ending.set)
        self._thread: threading.Thread | None = None

    def power_on(self) -> Path:
        """Give the chip power; return its port, open to the group of serial ports as udev leaves it."""
        self._bench.plug(self._bench.reader)
        port = self._bench.reader.link.resolve()
        os.chown(port, 0, _DIALOUT)
        port.chmod(0o660)
        self._thread = threading.Thread(target=self._serve, name="chip", daemon=True)
        self._thread.start()
        return port

    def power_off(self) -> None:
        """Take the power away; what lies on the antenna stays there."""
        if self._thread is None:
            return
        os.write(self._wake, b"x")
        self._thread.join(_JOIN_S)
        self._thread = None
        self._bench.unplug(self._bench.reader)
        os.read(self._woken, 1)
        self._is_ending.clear()

    def close(self) -> None:
        """Let go of everything."""
        self.power_off()
        self._bench.close()
        os.close(self._woken)
        os.close(self._wake)

    def _serve(self) -> None:
        while not self._is_ending.is_set():
            self._bench.step()
