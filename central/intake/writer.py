"""The one thread that writes evidence: many requests in one transaction, answers only after its commit."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, TypeAlias

from central.intake.admission import Lane
from central.intake.evidence import Evidence
from central.intake.lanes import Lanes
from central.intake.reply import FAILED, Reply, refused
from station.logs import Log
from sync_agent import wire

log = Log(__name__)

CAPACITY: Final = 512
"""So many requests may wait whatever was let in: 40 MB at most."""
HUNG_S: Final = 60.0
"""One transaction that takes longer hangs; a slow disk's takes a second."""
GATHER_S: Final = 0.008
"""So long a group waits for company where requests came during the last commit; alone nobody waits."""
REST_S: Final = 1.0
"""So long after the last commit nobody is expected, and what makes others wait is done."""
GROUP: Final = 128
"""So many units of work share a transaction at most: the first of them is not kept waiting by the last."""

Judge: TypeAlias = Callable[[Evidence], Reply]
"""Decides one request inside the transaction and returns its answer."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    judge: Judge
    reply: "Future[Reply]"
    about: wire.Envelope | None


class Writer:
    """Takes judgements from any thread, carries them out in order in its own."""

    def __init__(
        self,
        open_evidence: Callable[[], Evidence],
        capacity: int = CAPACITY,
        monotonic: Callable[[], float] = time.monotonic,
        rest_s: float = REST_S,
    ) -> None:
        """Open the evidence in the writing thread, at the first request and after every failure."""
        self._monotonic = monotonic
        self._rest_s = rest_s
        self._began_at: float | None = None
        self._is_gathering = False
        self._open = open_evidence
        self._capacity = capacity
        self._lanes: Lanes[_Waiting] = Lanes()
        self._evidence: Evidence | None = None
        # Held for a moment only, so that nothing is taken after the order to stop.
        self._entrance = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="evidence-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Finish everything that was taken and close the evidence."""
        with self._entrance:
            self._is_closed = True
            self._entrance.notify()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def is_alive(self) -> bool:
        """Whether requests are being carried out: none has been in the same transaction for a minute."""
        began_at = self._began_at
        is_hung = began_at is not None and self._monotonic() - began_at > HUNG_S
        return self._thread.is_alive() and not self._is_closed and not is_hung

    def submit(
        self, judge: Judge, lane: Lane = Lane.LIVE, units: int = 1, about: wire.Envelope | None = None
    ) -> "Future[Reply]":
        """Take one request; its answer is `busy` at once when too many wait already.

        `about` names the batch it will judge, so that what is held of all of a group is asked for at once.
        """
        reply: Future[Reply] = Future()
        with self._entrance:
            is_taken = not self._is_closed and len(self._lanes) < self._capacity
            if is_taken:
                self._lanes.put(_Waiting(judge, reply, about), lane, units)
                # Whoever gathers company is woken once there is enough of it, not by each.
                if not self._is_gathering or len(self._lanes) >= GROUP:
                    self._entrance.notify()
        if not is_taken:
            reply.set_result(refused("busy"))
        return reply

    def _run(self) -> None:
        while (group := self._next_group()) is not None:
            self._began_at = self._monotonic()
            replies = self._write(group) if group else []
            self._began_at = None
            # Only now: an answer that left earlier would promise what a power cut could still take back.
            for waiting, reply in zip(group, replies, strict=True):
                waiting.reply.set_result(reply)
        self._close()

    def _next_group(self) -> list[_Waiting] | None:
        """Return what waits and goes next, as soon as there is any; None when no more comes."""
        with self._entrance:
            if self._lanes:
                self._gather()
            is_quiet = not self._entrance.wait_for(self._is_awaited, self._rest_s)
        if is_quiet:
            self._rest()
        with self._entrance:
            self._entrance.wait_for(self._is_awaited)
            if not self._lanes:
                return None
            # A client that left before its turn will come again.
            return self._lanes.take(GROUP, lambda waiting: waiting.reply.set_running_or_notify_cancel())

    def _is_awaited(self) -> bool:
        return self._is_closed or len(self._lanes) > 0

    def _gather(self) -> None:
        """Let more come along: a commit for each would cost a bell several times what they need."""
        self._is_gathering = True
        self._entrance.wait_for(lambda: self._is_closed or len(self._lanes) >= GROUP, GATHER_S)
        self._is_gathering = False

    def _rest(self) -> None:
        """Do what makes others wait; whoever comes meanwhile is let in, and written after it."""
        if self._evidence is None:
            return
        self._began_at = self._monotonic()
        try:
            self._evidence.rest()
        except Exception:
            log.exception("evidence.no-rest")
            self._close()
        self._began_at = None

    def _write(self, group: Sequence[_Waiting]) -> list[Reply]:
        try:
            if self._evidence is None:
                self._evidence = self._open()
            self._evidence.begin([waiting.about for waiting in group if waiting.about is not None])
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
