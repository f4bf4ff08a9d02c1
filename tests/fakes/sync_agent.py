"""Stand-ins for the agent's surroundings: couriers without a network, and a bench with a real journal."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from station.clock import HandClock
from station.journal import FILE_NAME as JOURNAL_FILE
from station.journal import Identity as StationIdentity
from station.journal import Journal, JournalReader
from station.tap import Json, Kind, Tap
from sync_agent import wire
from sync_agent.composing import Identity
from sync_agent.errors import CertificateDateError, CourierError
from sync_agent.exchange import Acked, Exchange, Outcome
from sync_agent.memory import Memory
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from sync_agent.memory_file import migrate
from sync_agent.outbox import Outbox
from sync_agent.ports import Courier, Dated, Reply
from sync_agent.signing import SigningKey
from tests.fakes.central_rules import ACK_KEY, CONFIG_KEY, STATION, CentralRules, problem

STATION_SEED = b"the station signs with this key."
STATION_KEY = SigningKey(STATION_SEED)
SCHOOL = "34000000123456"
VALID = (datetime(2026, 8, 1, tzinfo=UTC), datetime(2027, 8, 1, tzinfo=UTC))
"""The dates of central's certificate, around what its clock says in tests."""

NOT_THERE = Reply(404, "text/plain", b"there is no such thing")


@dataclass
class ScriptedCourier:
    """Gives the answers it was told to give, in order, and keeps what it carried."""

    script: Iterable[Reply | CourierError]
    carried: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._script = deque(self.script)

    def send_batch(self, message: bytes, idempotency_key: str) -> Reply:
        """Carry a packed batch."""
        assert idempotency_key
        return self._next(message)

    def register_epoch(self, message: bytes) -> Reply:
        """Carry a registration."""
        return self._next(message)

    def fetch_roster(self, etag: str | None) -> Reply:
        """Ask for the roster."""
        return self._next((etag or "").encode())

    def fetch_config(self, etag: str | None) -> Reply:
        """Ask for the configuration."""
        return self._next((etag or "").encode())

    def fetch_certificate(self, day: str) -> Reply:
        """Ask for a certificate."""
        return self._next(day.encode())

    def send_countersignature(self, day: str, body: bytes) -> Reply:
        """Carry the station's signature under a certificate."""
        assert day
        return self._next(body)

    def ask_digests(self, message: bytes) -> Reply:
        """Carry a question of how far both ends agree."""
        return self._next(message)

    def ask_time(self, nonce: str) -> Dated:
        """Ask for central's time."""
        return Dated(self._next(nonce.encode()), *VALID)

    def overlook_dates(self) -> None:
        """Look at no dates from now on."""

    def _next(self, message: bytes) -> Reply:
        self.carried.append(message)
        if not self._script:
            msg = "nobody listens"
            raise CourierError(msg)
        answer = self._script.popleft()
        if isinstance(answer, CourierError):
            raise answer
        return answer


@dataclass
class DirectCourier:
    """Hands messages to a central in the same process, losing and doubling them when told to.

    `faults` are taken one a message: "lost request", "lost answer", "doubled", "wrong date" (which
    strikes only while dates are looked at); a reply that somebody on the way gives in central's place;
    or a function that turns the true answer into another.
    `config` and `certificates`, by their days, are what central would answer; what a station signed
    of them is kept in `countersigned`, but for the first `not_in_force`, instead of which central has
    another revision meanwhile.
    """

    rules: CentralRules
    faults: deque[str | Reply | Callable[[Reply], Reply]] = field(default_factory=deque)
    overlooks_dates: bool = False
    carried: list[bytes] = field(default_factory=list)
    config: Reply | None = None
    certificates: dict[str, Reply] = field(default_factory=dict)
    countersigned: list[tuple[str, bytes]] = field(default_factory=list)
    questions: list[bytes] = field(default_factory=list)
    not_in_force: int = 0

    def send_batch(self, message: bytes, idempotency_key: str) -> Reply:
        """Carry a packed batch."""
        self.carried.append(message)
        return self._through(lambda: self.rules.sync(message, idempotency_key=idempotency_key))

    def register_epoch(self, message: bytes) -> Reply:
        """Carry a registration."""
        return self._through(lambda: self.rules.register(message))

    @property
    def nonce(self) -> str:
        """Return the name of the batch last carried, which a refusal must repeat."""
        return wire.unpack(self.carried[-1], wire.MAX_MESSAGE_BYTES).envelope.nonce

    def fetch_config(self, etag: str | None) -> Reply:
        """Ask for the configuration."""
        known = self.config
        if known is not None and etag is not None and etag == known.etag:
            return self._through(lambda: Reply(304, "", b"", etag=etag))
        return self._through(lambda: known or problem("unknown-station"))

    def fetch_certificate(self, day: str) -> Reply:
        """Ask for a certificate."""
        return self._through(lambda: self.certificates.get(day, NOT_THERE))

    def send_countersignature(self, day: str, body: bytes) -> Reply:
        """Carry the station's signature under a certificate."""

        def deliver() -> Reply:
            if self.not_in_force:
                self.not_in_force -= 1
                return Reply(409, wire.PROBLEM_MEDIA_TYPE, b"{}")
            self.countersigned.append((day, body))
            return Reply(200, "application/json", b"{}")

        return self._through(deliver)

    def ask_digests(self, message: bytes) -> Reply:
        """Carry a question of how far both ends agree."""
        self.questions.append(message)
        return self._through(lambda: self.rules.digests(message))

    def fetch_roster(self, etag: str | None) -> Reply:
        """Ask for the roster."""
        return self._through(lambda: self.rules.roster(etag))

    def ask_time(self, nonce: str) -> Dated:
        """Ask for central's time."""
        return Dated(self._through(lambda: self.rules.time(nonce)), *VALID)

    def overlook_dates(self) -> None:
        """Look at no dates from now on."""
        self.overlooks_dates = True

    def _through(self, deliver: Callable[[], Reply]) -> Reply:
        fault = self.faults.popleft() if self.faults else "none"
        if fault == "wrong date" and not self.overlooks_dates:
            msg = "not of this date"
            raise CertificateDateError(msg)
        if fault == "lost request":
            msg = "the request was lost"
            raise CourierError(msg)
        if isinstance(fault, Reply):
            return fault
        reply = deliver()
        if fault == "doubled":
            reply = deliver()
        if fault == "lost answer":
            msg = "the answer was lost"
            raise CourierError(msg)
        return reply if isinstance(fault, str) else fault(reply)


class Bench:
    """A station's folder with a real journal, a real memory, and an agent's core between them and central."""

    def __init__(
        self, folder: Path, courier: Courier | None = None, seed: int = 7, rules: CentralRules | None = None
    ) -> None:
        self.folder = folder
        self.dice = random.Random(seed)  # noqa: S311 (repeatable, and nobody is to be kept out)
        self.clock = HandClock()
        self.rules = rules or CentralRules(STATION_KEY.verify_key)
        self.courier: Courier = courier if courier is not None else DirectCourier(self.rules)
        self.journal = self.open_journal()
        self.reader = JournalReader(folder / JOURNAL_FILE)
        migrate(folder / MEMORY_FILE)
        self.memory, self.outbox, self.exchange = self._assemble()

    def open_journal(self) -> Journal:
        """Open the station's journal, or begin a new one where there is none."""
        identity = StationIdentity(STATION, SCHOOL, "0.1.0")
        return Journal.open(
            self.folder / JOURNAL_FILE, identity, self.clock.reading(), lambda: self.dice.randrange(1, 2**63)
        )

    def restart_agent(self) -> None:
        """Let the agent's process end and begin again."""
        self.memory.close()
        self.memory, self.outbox, self.exchange = self._assemble()

    def close(self) -> None:
        """Let go of both files."""
        self.memory.close()
        self.journal.close()

    @property
    def epoch(self) -> int:
        """Return the epoch the station writes."""
        return self.journal.head.epoch

    def tap(self, count: int = 1) -> None:
        """Journal some taps."""
        for _ in range(count):
            self.clock.advance(700)
            payload = Tap(self.dice.randbytes(16), "k1", "nfc").payload()
            self.journal.append(Kind.TAP, payload, self.clock.reading())

    def note(self, items: Sequence[tuple[Kind, Json]]) -> None:
        """Journal entries of any kind."""
        self.journal.append_all(items, self.clock.reading())

    def bodies(self, epoch: int | None = None) -> list[bytes]:
        """Return what the journal holds of an epoch."""
        found: list[bytes] = []
        while rows := self.reader.rows(epoch or self.epoch, len(found)):
            found += [row.body for row in rows]
        return found

    def settle(self, rounds: int = 60) -> Outcome:
        """Talk until central has everything, or for so many rounds."""
        outcome = self.exchange.round()
        for _ in range(rounds):
            if isinstance(outcome, Acked) and not outcome.more and not self.outbox.backlog().entries:
                break
            outcome = self.exchange.round()
        return outcome

    def _assemble(self) -> tuple[Memory, Outbox, Exchange]:
        memory = Memory.open(self.folder / MEMORY_FILE)
        outbox = Outbox(self.reader, memory)
        identity = Identity(STATION, STATION_KEY, ACK_KEY.verify_key, "0.1.0")
        nonce = lambda: self.dice.randbytes(16)  # noqa: E731 (a port filled in where it is needed)
        return memory, outbox, Exchange(identity, self.courier, outbox, memory, self.clock, nonce)


def write_settings(folder: Path, server: str, more: str = "") -> Path:
    """Write sync.toml and the keys it names into a folder that is also the state folder."""
    for name, text in (
        ("server-ack.pub", ACK_KEY.verify_key.public.hex()),
        ("server-config.pub", CONFIG_KEY.verify_key.public.hex()),
        ("station.key", STATION_SEED.hex()),
    ):
        (folder / name).write_text(text + "\n")
    (folder / "station.key").chmod(0o600)
    file = folder / "sync.toml"
    file.write_text(
        f'station = "{STATION}"\nstate_dir = "."\nserver = "{server}"\nserver_key = "server-ack.pub"\n'
        f'config_key = "server-config.pub"\nsigning_key = "station.key"\n{more}'
    )
    return file
