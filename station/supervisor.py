"""The readers' threads: started together, started again when one breaks, stopped together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from station.logs import Log
from station.loop import Events
from station.reader import Reader, ReaderDown

RESTART_S: Final = 1.0
JOIN_S: Final = 3.0

log = Log(__name__)


class Supervisor:
    """Runs each reader in a thread of its own and sends all their events to one queue."""

    def __init__(self, readers: Sequence[Reader], events: Events, stop: threading.Event) -> None:
        self._events = events
        self._stop = stop
        self._threads = [
            threading.Thread(target=self._watch, args=(reader,), name=f"reader-{reader.name}", daemon=True)
            for reader in readers
        ]

    def start(self) -> None:
        """Start every reader, unless they were started before."""
        for thread in self._threads:
            if thread.ident is None:
                thread.start()

    def join(self) -> None:
        """Wait for the readers to end after `stop` was set; one that hangs is left to the process's end."""
        started = [thread for thread in self._threads if thread.ident is not None]
        self._threads.clear()
        for thread in started:
            thread.join(JOIN_S)
            if thread.is_alive():
                log.warning("reader.hangs", thread=thread.name)

    def _watch(self, reader: Reader) -> None:
        while not self._stop.is_set():
            try:
                reader.run(self._events.put, self._stop)
            # A reader promises not to raise; should one break, the others must live on.
            except Exception as error:
                log.exception("reader.broke", reader=reader.name)
                self._events.put(ReaderDown(reader.name, type(error).__name__))
            self._stop.wait(RESTART_S)
