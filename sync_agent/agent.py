"""One turn of the agent's work: seal, talk if it is time, fetch what is offered, say how it stands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from station.clock import Clock
from station.errors import StationError
from station.logs import Log
from station.tap import Kind
from sync_agent.beacon import Inbox, Sealer
from sync_agent.carry import Carrier
from sync_agent.config import TimingSettings
from sync_agent.errors import AgentError
from sync_agent.exchange import Exchange
from sync_agent.folder import place
from sync_agent.memory import Memory
from sync_agent.outbox import Outbox
from sync_agent.outcome import Acked, Again, Halted, Later, Outcome, Reenrol
from sync_agent.pacing import SILENCE_S, Pacing
from sync_agent.parting import order_epoch
from sync_agent.state import STATUS_FILE, Refused, State, status

__all__ = ["HALTED_S", "STATUS_FILE", "Agent", "Countersigner", "Downlink", "Pacing", "Parts"]

log = Log(__name__)

HALTED_S = 6 * 3_600.0
"""How long a halted agent keeps quiet before it asks whether a person has put things right meanwhile."""

_MOST_REPEATS = 8
_LONGEST_SLEEP_S = 60.0
_HANDING_OVER_S = 2.0
"""How soon to look again whether the station has taken what lies in its inbox."""


class Downlink(Protocol):
    """Brings down what central offers; never raises for what central or the line does wrong."""

    def follow(self, roster: int | None, config: int | None) -> None:
        """Fetch the roster and the configuration of these versions, where they are not here yet."""


class Countersigner(Protocol):
    """Signs certificates; never raises for what central or the line does wrong.

    `refused` tells of a certificate that contradicts the journal.
    """

    refused: str | None

    def follow(self, certificate: str | None) -> None:
        """Look at the certificate of the day that waits for a signature, and sign it if it is true."""


class Rotating(Protocol):
    """Changes the signing key; never raises for what central or the line does wrong."""

    def follow(self) -> None:
        """Bring the next key to central, if one is on its way."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the agent works with.

    Without a `countersigner` no certificate is signed here; `timing`, where given, tells after each
    talk how the agent is to pace itself from then on.
    """

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
    rotation: Rotating | None = None
    timing: Callable[[], TimingSettings] | None = None


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
    state: State = field(default=State.OFFLINE, init=False)
    _talk_at: float = field(init=False)
    _heard_at: float = field(init=False)
    _is_waiting: bool = field(default=False, init=False)
    _is_handing_over: bool = field(default=False, init=False)
    _faults: int = field(default=0, init=False)
    _repeats: int = field(default=0, init=False)
    _said: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._heard_at = self.monotonic()
        self._talk_at = self._heard_at + self.first_s
        self._is_waiting = self.first_s > 0

    def turn(self) -> float:
        """Do what is due and return the seconds until the next turn."""
        try:
            self._seal()
            self.hand_over()
            if self._is_due():
                self.talk()
            self._say()
            self._faults = 0
        except (StationError, AgentError) as error:
            delay_s = self._wait(self.pacing.backoff.delay_s(self._faults, self.dice))
            self._faults += 1
            log.warning("turn.failed", error=type(error).__name__, text=error, again_in_s=round(delay_s, 1))
        return self._sleep_s()

    def talk(self) -> Outcome:
        """Hold one round with central and act on its outcome.

        Raises JournalError and MemoryFileError.
        """
        if self.state not in {State.DRAIN, State.IDLE, State.TIME_BOOTSTRAP}:
            self.state = State.HELLO
        outcome = self.parts.exchange.round()
        if isinstance(outcome, Again):
            self._repeats += 1
            if self._repeats > _MOST_REPEATS:
                outcome = Later(f"going in circles: {outcome.reason}")
        match outcome:
            case Acked():
                self._acked(outcome)
            case Again():
                self.state = State.TIME_BOOTSTRAP if outcome.reason == "clock" else State.HELLO
                self._talk_at = self.monotonic()
            case Reenrol():
                self._reenrol()
            case Later():
                self._failed(outcome)
            case Halted():
                self._halt(outcome)
        return outcome

    def hand_over(self) -> bool:
        """Lay down what the station is to take: the order to begin an epoch, or entries to be carried.

        Says whether anything lies there that the station was not found to have taken. Raises JournalError
        and MemoryFileError.
        """
        parts, reading = self.parts, self.parts.clock.reading()
        is_ordered = order_epoch(parts.outbox, parts.memory, parts.inbox, reading)
        parts.carrier.carry(reading)
        self._is_handing_over = is_ordered or parts.carrier.is_under_way
        return self._is_handing_over

    def _acked(self, outcome: Acked) -> None:
        self._repeats, self._is_waiting, self.is_halted = 0, False, False
        self.state = State.DRAIN if outcome.more else State.IDLE
        reading, self._heard_at = self.parts.clock.reading(), self.monotonic()
        self.parts.sealer.rest(reading.raw_ms)
        if outcome.beacon is not None:
            self.parts.inbox.put(Kind.BEACON, outcome.beacon, reading)
        quiet_s = 0.0 if outcome.more else self.pacing.until_poll_s(float(outcome.pace.poll_s))
        self._talk_at = self.monotonic() + quiet_s
        if not outcome.more:
            self._follow(outcome)

    def _follow(self, outcome: Acked) -> None:
        """Look at what central offers, now that it has everything from here."""
        self.parts.downlink.follow(outcome.roster, outcome.config)
        if self.parts.timing is not None:
            self.pacing = Pacing.of(self.parts.timing())
        if self.parts.countersigner is not None:
            self.parts.countersigner.follow(outcome.certificate)
        if self.parts.rotation is not None:
            self.parts.rotation.follow()

    def _reenrol(self) -> None:
        self.state, self._repeats = State.REENROL, 0
        attempt = max(0, self.parts.memory.standing().attempt - 1)
        self._wait(self.pacing.backoff.delay_s(attempt, self.dice))
        self.hand_over()

    def _failed(self, outcome: Later) -> None:
        standing = self.parts.memory.standing()
        self.parts.memory.stand(attempt=standing.attempt + 1)
        self.state, self._repeats = State.OFFLINE, 0
        is_silent = self.monotonic() - self._heard_at > SILENCE_S
        window_s = float(standing.window_s) if is_silent else 0.0
        asked_s = outcome.retry_after_s
        delay_s = self._wait(self.pacing.after_silence_s(standing.attempt, self.dice, asked_s, window_s))
        log.warning("sync.failed", why=outcome.reason, attempt=standing.attempt, again_in_s=round(delay_s, 1))

    def _halt(self, outcome: Halted) -> None:
        self.is_halted, self.state = True, State.SPOOL
        self._talk_at = self.monotonic() + HALTED_S
        self.parts.memory.stand(halted=outcome.reason)
        if self.parts.rotation is not None:
            # Who was away while the old key ended steps over to the one brought before.
            self.parts.rotation.follow()
        log.error("sync.halted", why=outcome.reason, do="have a person look at the station and at central")

    def _seal(self) -> None:
        if self.state not in {State.DRAIN, State.IDLE}:
            self.parts.sealer.seal_if_due(self.parts.clock.reading())

    def _is_due(self) -> bool:
        if self.monotonic() >= self._talk_at:
            return True
        return not (self._is_waiting or self.is_halted) and self.parts.outbox.has_news()

    def _wait(self, delay_s: float) -> float:
        self._is_waiting = True
        self._talk_at = self.monotonic() + delay_s
        return delay_s

    def _sleep_s(self) -> float:
        longest_s = _LONGEST_SLEEP_S if self._is_waiting or self.is_halted else self.pacing.linger_s
        if self._is_handing_over:
            longest_s = min(longest_s, _HANDING_OVER_S)
        return min(max(self._talk_at - self.monotonic(), 0.0), longest_s)

    def _say(self) -> None:
        """Write how things stand for whoever looks, when it changed."""
        parts = self.parts
        certificate = None if parts.countersigner is None else parts.countersigner.refused
        refused = Refused(certificate, parts.inbox.refused())
        standing, backlog = parts.memory.standing(), parts.outbox.backlog()
        text = status(self.state, standing, backlog, parts.clock.reading(), refused)
        if text != self._said:
            place(parts.state_dir / STATUS_FILE, text, is_durable=False)
            self._said = text
