"""The thread that copies rows off the tap's path, and flushes them every so often."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from station.errors import JournalError
from station.journal.file import Row
from station.journal.reader import JournalReader
from station.logs import Log
from station.sidecar.file import SidecarFile

FOLDER: Final = "sidecar"
FLUSH_ROWS: Final = 64
FLUSH_MS: Final = 10_000
MOST_QUEUED: Final = 1_000
"""Commits that may wait for the sidecar's disk; what comes on top is fetched from the journal later."""
RETRY_S: Final = 60.0

_POLL_S = 0.5

log = Log(__name__)


class Sidecar:
    """Copies rows to a folder in a thread of its own, and flushes every so many rows or milliseconds.

    A fault of the folder's disk is logged and never reaches the taps. Once the disk works again, what
    it missed is copied from the journal.
    """

    def __init__(self, folder: Path, flush_rows: int = FLUSH_ROWS, flush_ms: int = FLUSH_MS) -> None:
        self._folder = folder
        self._flush_rows = flush_rows
        self._flush_s = flush_ms / 1_000
        # Looked into now and then: a thread woken by every commit takes the processor from the tap's.
        self._queue: deque[tuple[int, Sequence[Row]]] = deque()
        self._journal: JournalReader | None = None
        self._file: SidecarFile | None = None

    def begin(self, journal: JournalReader) -> None:
        """Take the journal that is copied; `run` begins with what is in it already."""
        self._journal = journal

    def add(self, epoch: int, rows: Sequence[Row]) -> None:
        """Leave rows just committed to be copied; neither waits nor fails (fits Journal.watch)."""
        if len(self._queue) < MOST_QUEUED:
            self._queue.append((epoch, rows))

    def run(self, stop: threading.Event) -> None:
        """Copy rows until told to stop, those still queued then included."""
        while True:
            try:
                self._catch_up()
                self._follow(stop)
            except OSError:
                log.exception("sidecar.waits", folder=self._folder, again_in_s=int(RETRY_S))
                stop.wait(RETRY_S)
            finally:
                self._let_go()
            if stop.is_set():
                return

    def _catch_up(self) -> None:
        try:
            epochs = [] if self._journal is None else self._journal.epochs()
        except JournalError:
            log.exception("sidecar.behind", folder=self._folder)
            return
        for epoch in epochs:
            self._fill(self._open(epoch))

    def _follow(self, stop: threading.Event) -> None:
        due_s: float | None = None
        while not stop.is_set() or self._queue:
            while self._queue:
                self._copy(*self._queue.popleft())
            now_s = _raw_s()
            if due_s is None and self._file is not None and self._file.waiting:
                due_s = now_s + self._flush_s
            if due_s is not None and now_s >= due_s:
                self._flush()
                due_s = None
            stop.wait(_POLL_S if due_s is None else min(_POLL_S, due_s - now_s))
        self._flush()

    def _copy(self, epoch: int, rows: Sequence[Row]) -> None:
        file = self._open(epoch)
        if rows and rows[0].seq > file.last_seq + 1:
            # Some were dropped on the way here.
            self._fill(file)
        file.append(rows)
        if file.waiting >= self._flush_rows:
            file.flush()

    def _fill(self, file: SidecarFile) -> None:
        try:
            while self._journal is not None and (rows := self._journal.rows(file.epoch, file.last_seq)):
                file.append(rows)
                file.flush()
        except JournalError:
            # A journal that cannot be read is the very case the rows still in memory are copied for.
            log.exception("sidecar.behind", folder=self._folder)

    def _open(self, epoch: int) -> SidecarFile:
        if self._file is None or self._file.epoch != epoch:
            # Of the epoch before nothing more will come.
            self._flush()
            self._let_go()
            self._file = SidecarFile(self._folder, epoch)
        return self._file

    def _flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _raw_s() -> float:
    return time.clock_gettime(time.CLOCK_MONOTONIC_RAW)
