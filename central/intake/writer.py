"""The one thread that writes evidence: many requests in one transaction, answers only after its commit."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, TypeAlias

from central.intake.evidence import Evidence
from central.intake.reply import FAILED, Reply, refused
from station.logs import Log

log = Log(__name__)

CAPACITY: Final = 512
"""So many requests may wait: under 4 s of work, and 40 MB at most."""
GROUP: Final = 128
"""So many requests share a transaction at most: the first of them is not kept waiting by the last."""

Judge: TypeAlias = Callable[[Evidence], Reply]
"""Decides one request inside the transaction and returns its answer."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    judge: Judge
    reply: "Future[Reply]"


class Writer:
    """Takes judgements from any thread, carries them out in order in its own."""

    def __init__(self, open_evidence: Callable[[], Evidence], capacity: int = CAPACITY) -> None:
        """Open the evidence in the writing thread, at the first request and after every failure."""
        self._open = open_evidence
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(capacity)
        self._evidence: Evidence | None = None
        # Held for a moment only, so that nothing is taken after the order to stop.
        self._entrance = threading.Lock()
        self._is_closed = False
        self._is_drained = False
        self._thread = threading.Thread(target=self._run, name="evidence-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Finish everything that was taken and close the evidence."""
        with self._entrance:
            self._is_closed = True
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    @property
    def is_alive(self) -> bool:
        """Whether requests are being carried out."""
        return self._thread.is_alive() and not self._is_closed

    def submit(self, judge: Judge) -> "Future[Reply]":
        """Take one request; its answer is `busy` at once when too many wait already."""
        reply: Future[Reply] = Future()
        with self._entrance:
            is_taken = not self._is_closed and not self._queue.full()
            if is_taken:
                self._queue.put_nowait(_Waiting(judge, reply))
        if not is_taken:
            reply.set_result(refused("busy"))
        return reply

    def _run(self) -> None:
        while not self._is_drained:
            group = self._next_group()
            replies = self._write(group) if group else []
            # Only now: an answer that left earlier would promise what a power cut could still take back.
            for waiting, reply in zip(group, replies, strict=True):
                waiting.reply.set_result(reply)
        self._close()

    def _next_group(self) -> list[_Waiting]:
        """Return whatever waits, at least one request, but nothing after the order to stop."""
        group: list[_Waiting] = []
        try:
            while len(group) < GROUP:
                waiting = self._queue.get_nowait() if group else self._queue.get()
                if waiting is None:
                    self._is_drained = True
                    break
                # A client that left before its turn will come again.
                if waiting.reply.set_running_or_notify_cancel():
                    group.append(waiting)
        except queue.Empty:
            pass
        return group

    def _write(self, group: Sequence[_Waiting]) -> list[Reply]:
        try:
            if self._evidence is None:
                self._evidence = self._open()
            self._evidence.begin()
            replies = [self._judge(self._evidence, waiting.judge) for waiting in group]
            self._evidence.commit()
        except Exception:
            # Whatever it was, nothing of this group is on the disk.
            log.exception("evidence.not-written", requests=len(group))
            self._close()
            return [refused("busy") for _ in group]
        return replies

    def _judge(self, evidence: Evidence, judge: Judge) -> Reply:
        try:
            with evidence.apart():
                return judge(evidence)
        except Exception:
            if not evidence.is_sound:
                raise
            # One request's fault must not fail the others of its group.
            log.exception("sync.unanswerable")
            return FAILED

    def _close(self) -> None:
        """Give the file up, so that the next group begins with what is really there."""
        if self._evidence is not None:
            self._evidence.close()
            self._evidence = None
