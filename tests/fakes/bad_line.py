"""A line on which one message may be lost, doubled, cut, or answered by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from central.fleet.line import Question
from central.intake.reply import Reply, refused
from sync_agent.errors import CourierError

FAULTS: Final = (
    *("none", "none", "none", "none", "none"),
    *("lost request", "lost answer", "doubled", "cut request", "cut answer"),
    *("portal", "old answer", "false refusal"),
)
"""What may happen to one message, the good case as often as half of the bad ones."""

_PORTAL = Reply(200, b"<html>Welcome to the school's network</html>", "text/html")
_REFUSALS = ("gap", "epoch-unknown", "fork", "rollback", "clone", "revoked")


@dataclass(slots=True)
class BadLine:
    """Carries questions to whoever answers; `fault` befalls each while it is set.

    `carried` are the questions ever asked, in order: any of them may come again later.
    """

    answer: Callable[[Question], Reply]
    fault: str = "none"
    carried: list[Question] = field(default_factory=list)
    _answers: list[Reply] = field(default_factory=list)

    def ask(self, step: Callable[[], None], question: Question) -> Reply:
        """Carry a question and its answer, or raise CourierError; the asking board takes a `step` at each."""
        step()
        self.carried.append(question)
        before = self._before(question)
        if before is not None:
            return before
        reply = self.answer(question)
        if self.fault == "doubled":
            reply = self.answer(question)
        step()
        return self._after(reply)

    def late(self, which: int) -> None:
        """Let a question that was asked once arrive now; nobody waits for its answer."""
        if self.carried:
            self.answer(self.carried[which % len(self.carried)])

    def _before(self, question: Question) -> Reply | None:
        match self.fault:
            case "lost request":
                msg = "the request was lost"
                raise CourierError(msg)
            case "cut request":
                return self.answer(replace(question, data=question.data[: len(question.data) // 2]))
            case "portal":
                return _PORTAL
            case "false refusal":
                return refused(_REFUSALS[len(self.carried) % len(_REFUSALS)], have_seq=0)
            case _:
                return None

    def _after(self, reply: Reply) -> Reply:
        self._answers.append(reply)
        match self.fault:
            case "lost answer":
                msg = "the answer was lost"
                raise CourierError(msg)
            case "cut answer":
                return replace(reply, body=reply.body[: len(reply.body) // 2])
            case "old answer":
                return self._answers[max(0, len(self._answers) - 2 - len(self.carried) % 3)]
            case _:
                return reply
