"""The whole journal verified while the station works, slowly, so that old damage is found early."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from station import salvage
from station.errors import JournalDamagedError, JournalError
from station.journal.proof import proven
from station.journal.reader import JournalReader
from station.logs import Log
from station.salvage.examine import check_pages

PAUSE_S: Final = 1.0
EVERY_S: Final = 24 * 60 * 60.0

log = Log(__name__)


class Scrub:
    """Reads every row, 500 at a time with a pause between, then every page; a thread of its own.

    What it finds stays in `found`, and the next start of the station is asked to salvage.
    """

    def __init__(
        self, path: Path, *, at_once: bool, pause_s: float = PAUSE_S, every_s: float = EVERY_S
    ) -> None:
        self._path = path
        self._at_once = at_once
        self._pause_s = pause_s
        self._every_s = every_s
        self.found: str | None = None
        """What is wrong with the journal; None while nothing is known to be."""

    def run(self, stop: threading.Event) -> None:
        """Verify the journal once a day, and first of all if the last process was cut off."""
        if not self._at_once and stop.wait(self._every_s):
            return
        while not stop.is_set():
            try:
                self._attempt(stop)
            except JournalDamagedError as error:
                self._report(str(error))
                return
            except JournalError:
                log.exception("scrub.waits")
            stop.wait(self._every_s)

    def _attempt(self, stop: threading.Event) -> None:
        try:
            self._verify(stop)
        except JournalError:
            # A row that cannot be read may be damage or a disk that refuses for now: the pages tell which.
            self._check_pages()
            raise

    def _verify(self, stop: threading.Event) -> None:
        journal, rows = JournalReader(self._path), 0
        for epoch in journal.epochs():
            for page in proven(journal, epoch):
                rows += len(page)
                if stop.wait(self._pause_s):
                    return
        self._check_pages()
        log.info("scrub.done", rows=rows)

    def _check_pages(self) -> None:
        if problems := check_pages(self._path):
            raise JournalDamagedError(problems[0])

    def _report(self, why: str) -> None:
        log.error("scrub.damage", why=why)
        try:
            salvage.ask_for(self._path, why)
        except OSError:
            log.exception("scrub.unheard")
        self.found = why
