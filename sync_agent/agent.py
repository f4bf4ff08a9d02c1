"""One turn of the agent's work: seal, talk if it is time, fetch what is offered, say how it stands."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from station.clock import Clock
from station.errors import StationError
from station.logs import Log
from station.tap import Kind
from sync_agent.backoff import Backoff
from sync_agent.beacon import Inbox, Sealer
from sync_agent.carry import Carrier
from sync_agent.errors import AgentError
from sync_agent.exchange import Acked, Again, Exchange, Halted, Later, Outcome
from sync_agent.folder import place
from sync_agent.memory import Memory
from sync_agent.outbox import Outbox

log = Log(__name__)

STATUS_FILE = "sync-status.json"
LEAST_POLL_S, MOST_POLL_S = 5.0, 900.0
FIRST_POLL_S = 30.0

HALTED_S = 6 * 3_600.0
"""How long a halted agent keeps quiet before it asks whether a person has put things right meanwhile."""

_MOST_REPEATS = 8
_LONGEST_SLEEP_S = 60.0


@dataclass(frozen=True, slots=True)
class Pacing:
    """Seconds between talks; without `poll_s` central decides."""

    poll_s: float | None
    linger_s: float
    backoff: Backoff


class Downlink(Protocol):
    """Brings down what central offers; never raises for what central or the line does wrong."""

    def follow(self, roster: int | None, config: int | None) -> None:
        """Fetch the roster and the configuration of these versions, where they are not here yet."""


class Countersigner(Protocol):
    """Signs certificates; never raises for what central or the line does wrong."""

    def follow(self, certificate: str | None) -> None:
        """Look at the certificate of the day that waits for a signature, and sign it if it is true."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the agent works with; without a `countersigner` no certificate is signed here."""

    exchange: Exchange
    outbox: Outbox
    memory: Memory
    inbox: Inbox
    sealer: Sealer
    carrier: Carrier
    downlink: Downlink
    clock: Clock
    state_dir: Path
    countersigner: Countersigner | None = None


@dataclass(slots=True)
class Agent:
    """Decides at each turn what is due; keeps in memory only what may be forgotten.

    `first_s` delays the first talk; `dice` gives a float in [0, 1).
    """

    parts: Parts
    pacing: Pacing
    monotonic: Callable[[], float]
    dice: Callable[[], float]
    first_s: float = 0.0
    is_halted: bool = field(default=False, init=False)
    _talk_at: float = field(init=False)
    _is_waiting: bool = field(default=False, init=False)
    _is_online: bool = field(default=False, init=False)
    _faults: int = field(default=0, init=False)
    _repeats: int = field(default=0, init=False)
    _said: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._talk_at = self.monotonic() + self.first_s
        self._is_waiting = self.first_s > 0

    def turn(self) -> float:
        """Do what is due and return the seconds until the next turn."""
        try:
            self._seal()
            self.parts.carrier.carry(self.parts.clock.reading())
            if self._is_due():
                self.talk()
            self._say()
            self._faults = 0
        except (StationError, AgentError) as error:
            delay_s = self._wait(self._faults, None)
            self._faults += 1
            log.warning("turn.failed", error=type(error).__name__, text=error, again_in_s=round(delay_s, 1))
        return self._sleep_s()

    def talk(self) -> Outcome:
        """Hold one round with central and act on its outcome.

        Raises JournalError and MemoryFileError.
        """
        outcome = self.parts.exchange.round()
        if isinstance(outcome, Again):
            self._repeats += 1
            if self._repeats > _MOST_REPEATS:
                outcome = Later(f"going in circles: {outcome.reason}")
        match outcome:
            case Acked():
                self._acked(outcome)
            case Again():
                self._talk_at = self.monotonic()
            case Later():
                attempt = self.parts.memory.standing().attempt
                self.parts.memory.stand(attempt=attempt + 1)
                delay_s = self._wait(attempt, outcome.retry_after_s)
                log.warning("sync.failed", why=outcome.reason, attempt=attempt, again_in_s=round(delay_s, 1))
            case Halted():
                self.is_halted, self._is_online = True, False
                self._talk_at = self.monotonic() + HALTED_S
                self.parts.memory.stand(halted=outcome.reason)
                log.error(
                    "sync.halted", why=outcome.reason, do="have a person compare the station with central"
                )
        return outcome

    def _acked(self, outcome: Acked) -> None:
        self._repeats, self._is_waiting, self._is_online, self.is_halted = 0, False, True, False
        reading = self.parts.clock.reading()
        self.parts.sealer.rest(reading.raw_ms)
        if outcome.beacon is not None:
            self.parts.inbox.put(Kind.BEACON, outcome.beacon, reading)
        poll_s = self.pacing.poll_s
        if poll_s is None:
            poll_s = min(max(float(outcome.pace.poll_s), LEAST_POLL_S), MOST_POLL_S)
        self._talk_at = self.monotonic() + (0.0 if outcome.more else poll_s)
        if not outcome.more:
            self._follow(outcome)

    def _follow(self, outcome: Acked) -> None:
        """Look at what central offers, now that it has everything from here."""
        self.parts.downlink.follow(outcome.roster, outcome.config)
        if self.parts.countersigner is not None:
            self.parts.countersigner.follow(outcome.certificate)

    def _seal(self) -> None:
        if not self._is_online:
            self.parts.sealer.seal_if_due(self.parts.clock.reading())

    def _is_due(self) -> bool:
        if self.monotonic() >= self._talk_at:
            return True
        return not (self._is_waiting or self.is_halted) and self.parts.outbox.has_news()

    def _wait(self, attempt: int, asked_s: float | None) -> float:
        self._repeats, self._is_waiting, self._is_online = 0, True, False
        delay_s = self.pacing.backoff.delay_s(attempt, self.dice, asked_s)
        self._talk_at = self.monotonic() + delay_s
        return delay_s

    def _sleep_s(self) -> float:
        longest_s = _LONGEST_SLEEP_S if self._is_waiting or self.is_halted else self.pacing.linger_s
        return min(max(self._talk_at - self.monotonic(), 0.0), longest_s)

    def _say(self) -> None:
        """Write how things stand for whoever looks, when it changed."""
        standing, backlog = self.parts.memory.standing(), self.parts.outbox.backlog()
        state = "halted" if standing.halted else "online" if self._is_online else "offline"
        told = {
            "state": state,
            "halted": standing.halted,
            "attempt": standing.attempt,
            "epoch": backlog.epoch,
            "head": backlog.head.seq,
            "waiting": backlog.entries,
            "last_success_at": standing.success_at,
            "roster": standing.roster_version,
        }
        text = json.dumps(told)
        if text != self._said:
            place(self.parts.state_dir / STATUS_FILE, text, is_durable=False)
            self._said = text
