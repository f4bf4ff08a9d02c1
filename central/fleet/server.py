"""The machine central runs on: requests gathered into groups, crashes at every step, backups and restores."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

from central.fleet.central import Backup, CentralInProcess
from central.fleet.clockwork import Clockwork
from central.fleet.invariants import Broken, Invariant
from central.fleet.line import Question
from central.intake.reply import Reply
from central.intake.writer import Judge
from sync_agent import wire

Hear: TypeAlias = Callable[[Reply | None], None]
"""Takes the answer, None where nobody gives one."""

_GROUP_MS: Final = 20
_OK: Final = 200
_WHO: Final = "central"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A request that was looked at; `is_revoked` tells of its station at that moment."""

    question: Question
    judge: Judge
    hear: Hear
    is_revoked: bool


@dataclass(slots=True)
class ServerMachine:
    """Central while it is up; `promised` is the furthest place acknowledged of each epoch in this life.

    `steps_to_crash` counts the steps at which it may still go on: taking a request, judging a group
    before its commit, answering after it.
    """

    clockwork: Clockwork
    central: CentralInProcess
    dice: random.Random
    is_up: bool = True
    steps_to_crash: int | None = None
    backups: list[Backup] = field(default_factory=list)
    promised: dict[tuple[str, int], int] = field(default_factory=dict)
    answers: int = 0
    crashes: int = 0
    _inc: str = ""
    _life: int = 0
    _queue: list[_Waiting] = field(default_factory=list)

    def take(self, question: Question, hear: Hear) -> None:
        """Take a request as it arrives."""
        if not self.is_up or self._dies():
            hear(None)
            return
        is_revoked = self.central.is_revoked(question.station)
        judge = self.central.prove(question)
        self._queue.append(_Waiting(question=question, judge=judge, hear=hear, is_revoked=is_revoked))
        if len(self._queue) == 1:
            self.clockwork.after(_GROUP_MS, partial(self._commit, self._life))

    def crash(self, down_ms: int, change: Callable[[], None] | None = None) -> None:
        """Lose everything not committed, have `change` done to the disk, and come back after a while."""
        waiting, self._queue = self._queue, []
        self.is_up, self.steps_to_crash = False, None
        self._life += 1
        self.crashes += 1
        self.central.crash()
        self.clockwork.note(_WHO, "crashed", len(waiting))
        if change is not None:
            change()
            self.promised.clear()
        self.clockwork.after(down_ms, self._rise)
        for one in waiting:
            one.hear(None)

    def _rise(self) -> None:
        self.is_up = True
        heads = self.central.heads()
        for (station, epoch), seq in self.promised.items():
            held = heads.get((station, epoch), (0, b""))[0]
            if held < seq:
                raise Broken(Invariant.ACK_IS_DURABLE, station, f"{seq} acknowledged, {held} held")
        self.clockwork.note(_WHO, "rose", len(heads))

    def _dies(self) -> bool:
        if self.steps_to_crash is None:
            return False
        self.steps_to_crash -= 1
        if self.steps_to_crash >= 0:
            return False
        self.crash(self.dice.randrange(1_000, 60_000))
        return True

    def _commit(self, life: int) -> None:
        if life != self._life or not self._queue:
            return
        if self.steps_to_crash == 0:
            # Everything is judged, and the power goes before the commit.
            self.central.carry_out([one.judge for one in self._queue], is_cut=True)
            self.crash(self.dice.randrange(1_000, 60_000))
            return
        group, self._queue = self._queue, []
        replies = self.central.carry_out([one.judge for one in group])
        if self.central.inc != self._inc:
            self._inc = self.central.inc
            self.promised.clear()
        if self._dies():
            for one in group:
                one.hear(None)
            return
        for one, reply in zip(group, replies, strict=True):
            self._answered(one, reply)
            one.hear(reply)

    def _answered(self, waiting: _Waiting, reply: Reply) -> None:
        question = waiting.question
        self.answers += 1
        self.clockwork.note(_WHO, f"answered {question.station}", f"{question.path} {reply.status}")
        if reply.status != _OK or question.path == wire.TIME_PATH:
            return
        if waiting.is_revoked:
            raise Broken(Invariant.REVOKED_IS_REFUSED, question.station, f"200 at {question.path}")
        if question.path == wire.SYNC_PATH:
            self._promise(reply)

    def _promise(self, reply: Reply) -> None:
        answer = wire.Answer.from_json(reply.body)
        ack = wire.Ack.of(json.loads(str(answer.ack["note"])))
        if ack.inc == self.central.inc:
            where = (ack.station, ack.epoch)
            self.promised[where] = max(ack.seq, self.promised.get(where, 0))
