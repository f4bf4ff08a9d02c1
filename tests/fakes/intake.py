"""A real intake on a real evidence file, called in this process, with a clock set by hand."""

import itertools
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from central.config import CentralConfig, PostgresConfig
from central.intake.admission import Admission
from central.intake.app import build
from station.clock import HandClock
from sync_agent import wire
from sync_agent.signing import open_note
from tests.fakes.asgi import Answer, AsgiCaller
from tests.fakes.data_folder import ACK_KEY, identify, lay_out, publish_keyring, rows
from tests.fakes.virtual_station import Message, VirtualStation

SERVER = ACK_KEY.verify_key


@dataclass
class IntakeBench:
    """Central's station side with some stations in use; use it as a context, which is one start of it."""

    folder: Path
    stations: list[VirtualStation] = field(default_factory=lambda: [VirtualStation()])
    clock: HandClock = field(default_factory=HandClock)
    admission: Admission = field(default_factory=Admission)
    postgres: PostgresConfig | None = None

    def __post_init__(self) -> None:
        self.config: CentralConfig = lay_out(self.folder / "central", self.stations, on=self.postgres)
        self.tokens: Iterator[str] = (f"token-{n}" for n in itertools.count(1))

    def __enter__(self) -> Self:
        self.app = build(self.config, self.clock.now, lambda: next(self.tokens), self.admission)
        self.caller = AsgiCaller(self.app).__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.caller.__exit__(kind, error, trace)

    @property
    def station(self) -> VirtualStation:
        """Return the first station."""
        return self.stations[0]

    def post(self, message: Message, **headers: str) -> Answer:
        """Send a message; `headers` replace the message's, by their names with underscores."""
        return self.begin(message, **headers).result(20)

    def begin(self, message: Message, **headers: str) -> "Future[Answer]":
        """Send a message and return at once."""
        changed = {name.replace("_", "-").title(): value for name, value in headers.items()}
        kept = {name: value for name, value in ({**message.headers, **changed}).items() if value}
        return self.caller.start("POST", message.path, kept, message.body)

    def begin_from(self, address: str, message: Message) -> "Future[Answer]":
        """Send a message from another address than the others', and return at once."""
        return self.caller.start("POST", message.path, message.headers, message.body, address)

    def register(self, *stations: VirtualStation) -> None:
        """Make the epochs of stations known."""
        for station in stations or self.stations:
            assert self.post(station.registration()).status == 200

    def sync(self, station: VirtualStation, limit: int = wire.MAX_ENTRIES) -> wire.Ack:
        """Send a station's next batch and have it take the answer."""
        answer = self.post(station.batch(limit))
        assert answer.status == 200, answer.body
        return station.take(answer.body, SERVER)

    def commission(self, *stations: VirtualStation, revoked: tuple[str, ...] = ()) -> None:
        """Publish a keyring with these stations and no others."""
        publish_keyring(self.config, stations, revoked)

    def new_life(self, inc: str = "second-life", term: int = 2) -> None:
        """Give the store a new life, as a restore does; takes effect at the next start."""
        identify(self.config, inc, term)

    def held(self, station: VirtualStation) -> tuple[object, ...]:
        """Return sequence and hash of what is held of a station's epoch."""
        where = (station.name, station.epoch)
        (row,) = rows(self.config, "SELECT seq, h FROM station_head WHERE station = ? AND epoch = ?", *where)
        return row

    def position(self, station: VirtualStation) -> wire.Position:
        """Return how far a station's epoch is held."""
        seq, h = self.held(station)
        assert isinstance(seq, int)
        assert isinstance(h, bytes)
        return wire.Position(seq, h)

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        ((number,),) = rows(self.config, f"SELECT count(*) FROM {table}")  # noqa: S608  the test's own word
        assert isinstance(number, int)
        return number


def problem(answer: Answer) -> tuple[str, Mapping[str, object]]:
    """Return a problem's short name and extension members; the answer must be a proper problem.

    A proof among the members is opened here and left out: `proof_of` returns it.
    """
    assert answer.headers["content-type"] == wire.PROBLEM_MEDIA_TYPE
    opened = wire.Problem.from_json(answer.status, answer.body)
    assert json.loads(answer.body)["status"] == answer.status
    if "proof" in opened.members:
        assert proof_of(answer).type == opened.type
    return opened.type, {name: value for name, value in opened.members.items() if name != "proof"}


def proof_of(answer: Answer) -> wire.Refusal:
    """Return what this central signed about a refusal; raises SignatureError where it did not."""
    opened = wire.Problem.from_json(answer.status, answer.body)
    return wire.Refusal.of(open_note("refusal", opened.members["proof"], SERVER))
