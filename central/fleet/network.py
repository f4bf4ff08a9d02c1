"""The way between an agent and central: loss, repeats, delay, truncation, captive portals and partitions."""

import hashlib
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from central.fleet.clockwork import Clockwork
from central.fleet.line import Question
from central.fleet.plan import Fault, Plan
from central.fleet.server import ServerMachine
from central.intake.reply import Reply
from sync_agent import wire
from sync_agent.errors import CourierError

PATIENCE_MS: Final = 35_000
"""How long the real courier waits for a connection and an answer together."""
_KEPT: Final = 40
_OK: Final = 200
_PORTAL: Final = (
    Reply(302, b"", "text/html"),
    Reply(200, b"<html>Welcome to the school's guest network</html>", "text/html"),
    Reply(200, b'{"v":1,"ack":{"note":"{}","kid":"0","alg":"ed25519","sig":"AA=="}}', "application/json"),
    Reply(511, b"<html>sign in</html>", "text/html"),
    Reply(409, b'{"type":"https://rollbook.invalid/problems/fork","seq":1}', wire.PROBLEM_MEDIA_TYPE),
    Reply(409, b'{"type":"https://rollbook.invalid/problems/gap","have_seq":0}', wire.PROBLEM_MEDIA_TYPE),
)


@dataclass(frozen=True, slots=True)
class Weather:
    """How likely each thing is to happen to one message, and how long it takes at most."""

    loss: float = 0.0
    repeat: float = 0.0
    truncation: float = 0.0
    portal: float = 0.0
    slowest_ms: int = 150

    @classmethod
    def of(cls, plan: Plan, dice: random.Random) -> "Weather":
        """Draw the weather of a run; in a run of days it is milder, because it lasts."""
        faults, mildness = plan.faults, 1 if plan.scale.is_short else 10

        def drawn(fault: Fault, most: float) -> float:
            return dice.uniform(most / 8, most) / mildness if fault in faults else 0.0

        return cls(
            loss=drawn(Fault.LOSS, 0.4),
            repeat=drawn(Fault.REPEAT, 0.3),
            truncation=drawn(Fault.TRUNCATION, 0.2),
            portal=drawn(Fault.PORTAL, 0.3),
            slowest_ms=dice.choice((2_000, 20_000, 60_000)) // mildness if Fault.DELAY in faults else 150,
        )


@dataclass(slots=True)
class _Call:
    """One question on its way, and what came back."""

    is_over: bool = False
    reply: Reply | None = None

    def hear(self, reply: Reply | None) -> None:
        self.is_over, self.reply = True, reply


@dataclass(slots=True)
class Network:
    """Carries every question of the fleet; `parted` are the stations that reach nobody."""

    clockwork: Clockwork
    server: ServerMachine
    dice: random.Random
    weather: Weather = field(default_factory=Weather)
    parted: set[str] = field(default_factory=set)
    carried: int = 0
    lost: int = 0
    acked: Counter[str] = field(default_factory=Counter)
    _old: deque[Question] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def ask(self, who: str, step: Callable[[], None], question: Question) -> Reply:
        """Carry somebody's question and wait for the answer; raises CourierError.

        `step` is called before and after, and raises what ends whoever asks.
        """
        step()
        clockwork, call = self.clockwork, _Call()
        self.carried += 1
        clockwork.note(who, "asks", f"{question.path} {hashlib.sha256(question.data).hexdigest()[:16]}")
        self._send(who, question, call)
        clockwork.wait(lambda: call.is_over, clockwork.now_ms + PATIENCE_MS)
        step()
        if call.reply is None:
            self.lost += 1
            msg = "nobody answered"
            raise CourierError(msg)
        self.acked[who] += call.reply.status == _OK and question.path == wire.SYNC_PATH
        return call.reply

    def heal(self) -> None:
        """Let everything arrive from now on, soon and once; what is on its way stays on its way."""
        self.weather = Weather()
        self.parted.clear()

    def _send(self, who: str, question: Question, call: _Call) -> None:
        weather, dice = self.weather, self.dice
        if who in self.parted or dice.random() < weather.loss:
            # Mostly it is known at once that nobody is there, sometimes only when patience is over.
            if dice.random() < 0.7:  # noqa: PLR2004  a share, not a figure of the protocol
                self.clockwork.after(dice.randrange(10, 5_000), partial(call.hear, None))
            return
        if dice.random() < weather.portal:
            self.clockwork.after(self._delay_ms(), partial(call.hear, dice.choice(_PORTAL)))
            return
        if dice.random() < weather.truncation:
            question = replace(question, data=question.data[: dice.randrange(len(question.data) + 1)])
        else:
            self._old.append(question)
        take = partial(self.server.take, question, partial(self._answer, call))
        self.clockwork.after(self._delay_ms(), take)
        if dice.random() < weather.repeat:
            late_ms = dice.choice((1_000, 60_000, 86_400_000))
            again = dice.choice(self._old) if self._old else question
            self.clockwork.after(dice.randrange(late_ms), partial(self.server.take, again, _unheard))

    def _answer(self, call: _Call, reply: Reply | None) -> None:
        dice, weather = self.dice, self.weather
        if reply is not None and dice.random() < weather.loss:
            return
        if reply is not None and dice.random() < weather.truncation:
            reply = replace(reply, body=reply.body[: dice.randrange(len(reply.body) + 1)])
        self.clockwork.after(self._delay_ms(), partial(call.hear, reply))

    def _delay_ms(self) -> int:
        slowest_ms = self.weather.slowest_ms
        return int(min(slowest_ms, 5 + self.dice.expovariate(5 / slowest_ms)))


def _unheard(_reply: Reply | None) -> None:
    """Let an answer to a repeated question go: nobody waits for it."""
