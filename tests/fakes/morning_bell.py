"""Stations that tap and send all at once and go on whatever breaks; proof that nothing told is missing."""

import http.client
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

from sync_agent import wire
from tests.fakes.asgi import Answer
from tests.fakes.intake import SERVER
from tests.fakes.intake_process import Line
from tests.fakes.virtual_station import Message, VirtualStation

BROKEN: Final = (OSError, http.client.HTTPException)
PATIENCE_S: Final = 90
_PAUSE_S: Final = 0.1
_MOST_TAPS: Final = 23
_BUSY: Final = 503

HELD: Final = (
    "SELECT station, epoch, first_seq, last_seq, bytes FROM batch ORDER BY station, epoch, first_seq"
)
Row: TypeAlias = tuple[Any, ...]
"""A row of HELD."""


class MorningBell:
    """Use it as a context: the stations are at work inside it."""

    def __init__(self, stations: Sequence[VirtualStation], port: Callable[[], int]) -> None:
        """Prepare; `port` tells where central is reached at each new connection."""
        self.acks: list[wire.Ack] = []
        self.refused = self.broken = 0
        self._stations, self._port = stations, port
        self._changed, self._is_over = threading.Condition(), threading.Event()
        self._pool = ThreadPoolExecutor(len(stations))
        self._work: list[Future[None]] = []

    def __enter__(self) -> Self:
        self._work = [self._pool.submit(self._ring, station) for station in self._stations]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._pool.shutdown()

    def hear(self, acks: int) -> None:
        """Return when so many more acknowledgements came; raises what a station's work ended with."""
        until = len(self.acks) + acks
        self._wait(lambda: len(self.acks) >= until)

    def suffer(self, failures: int) -> None:
        """Return when so many more requests were refused or got no answer."""
        until = self.refused + self.broken + failures
        self._wait(lambda: self.refused + self.broken >= until)

    def settle(self) -> None:
        """Let nobody tap any more, and return when everything is acknowledged."""
        self._is_over.set()
        for work in self._work:
            work.result(PATIENCE_S)

    def _wait(self, is_so: Callable[[], bool]) -> None:
        with self._changed:
            came = self._changed.wait_for(
                lambda: is_so() or any(work.done() for work in self._work), PATIENCE_S
            )
        for work in self._work:
            if work.done():
                work.result()
        assert came, f"{len(self.acks)} acknowledged, {self.refused} refused, {self.broken} broken"

    def _ring(self, station: VirtualStation) -> None:
        sender = _Sender(self._port, self._note, self._is_over)
        taps = 0
        try:
            sender.send(station.registration())
            while not self._is_over.is_set():
                taps = taps % _MOST_TAPS + 1
                for _ in range(taps):
                    station.tap()
                self._take(station, sender.send(station.batch()))
            station.drain(sender.send, SERVER)
        finally:
            sender.close()
            self._note("")

    def _take(self, station: VirtualStation, answer: bytes) -> None:
        ack = station.take(answer, SERVER)
        with self._changed:
            self.acks.append(ack)
            self._changed.notify_all()

    def _note(self, what: str) -> None:
        with self._changed:
            self.refused += what == "refused"
            self.broken += what == "broken"
            self._changed.notify_all()


class _Sender:
    """One station's line: sends a message until central has taken it."""

    def __init__(self, port: Callable[[], int], note: Callable[[str], None], rest: threading.Event) -> None:
        self._port, self._note, self._rest = port, note, rest
        self._line: Line | None = None

    def send(self, message: Message) -> bytes:
        tries = 0
        while True:
            answer = self._try(message)
            if answer is not None and answer.status != _BUSY:
                assert answer.status == http.client.OK, answer.body
                return answer.body
            self._note("broken" if answer is None else "refused")
            tries += 1
            assert tries * _PAUSE_S < PATIENCE_S, "central did not come back"
            threading.Event().wait(_PAUSE_S)

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _try(self, message: Message) -> Answer | None:
        try:
            self._line = self._line or Line(self._port())
            return self._line.post(message)
        except BROKEN:
            self.close()
            return None


def prove_held(bell: MorningBell, stations: Sequence[VirtualStation], held: Iterable[Row]) -> None:
    """Assert that each entry of each station is held exactly once, all that was acknowledged among them."""
    found: dict[tuple[str, int], list[bytes]] = {(station.name, station.epoch): [] for station in stations}
    for station, epoch, first, last, data in held:
        batch, mine = wire.unpack(data, wire.MAX_MESSAGE_BYTES), found[station, epoch]
        assert first == len(mine) + 1, f"{station}: {first} follows {len(mine)}"
        mine += batch.bodies[first - batch.envelope.first :]
        assert last == len(mine)
    for one in stations:
        assert found[one.name, one.epoch] == one.bodies[: one.acked.seq]
        # What a station journals last is the time that came with the answer to its last batch.
        assert one.acked.seq >= len(one.bodies) - 1
    hashes = {(one.name, one.epoch): one.hashes for one in stations}
    assert bell.acks
    assert all(hashes[ack.station, ack.epoch][ack.seq] == ack.h for ack in bell.acks)
    assert all(ack.seq <= len(found[ack.station, ack.epoch]) for ack in bell.acks)
