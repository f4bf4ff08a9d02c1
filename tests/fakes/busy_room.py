"""A room whose journal grows all the time, with a real agent that carries it to central."""

import random
import threading
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from central.store.evidence import Evidence
from demo import school
from demo.premises import Room
from demo.programs import Program
from station import config
from station.boot import boot_id_of
from station.clock import PracticeClock, SystemClock
from station.journal import FILE_NAME, Identity, Journal, JournalReader, Row
from station.tap import Kind, Tap
from sync_agent import memory
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from tests.fakes.journey import Site

_PAUSE_S = 0.1


class BusyRoom(AbstractContextManager["BusyRoom"]):
    """Taps without rest until told to stop; use it as a context, which runs the agent as well."""

    def __init__(self, site: Site, room: Room, seed: int) -> None:
        self.site, self.room = site, room
        self._dice = random.Random(seed)  # noqa: S311  a made-up class, not a secret
        self._is_over = threading.Event()
        self._hand = threading.Thread(target=self._tap, daemon=True)

    def __enter__(self) -> Self:
        self._hand.start()
        log = self.site.premises.logs / f"agent-{self.room.section.station}.log"
        self._agent = Program(["rollbook-sync", "run", "--config", str(self.room.agent_config)], log)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()
        self._agent.stop()

    def rest(self) -> None:
        """Let nobody tap any more; the agent goes on."""
        self._is_over.set()
        self._hand.join()

    def acknowledged(self) -> int:
        """Return up to which entry central has acknowledged, as the agent remembers it; 0 before it did."""
        if not (self.room.state / MEMORY_FILE).exists():
            return 0
        peers = memory.look(self.room.state / MEMORY_FILE).peers.values()
        return max((peer.acked.seq for peer in peers), default=0)

    def journal(self) -> list[Row]:
        """Return every row of the one epoch of this room's journal."""
        reader = JournalReader(self.room.state / FILE_NAME)
        (epoch,) = reader.epochs()
        rows = list[Row]()
        while more := reader.rows(epoch, len(rows)):
            rows.extend(more)
        return rows

    def held_by(self, evidence: Path) -> dict[int, bytes]:
        """Return the entries a file of evidence holds of this room, by their sequence."""
        reader = JournalReader(self.room.state / FILE_NAME)
        found: dict[int, bytes] = {}
        for epoch in reader.epochs():
            for batch in Evidence(evidence).journal(self.room.section.station, epoch):
                opened = batch.open()
                found |= dict(enumerate(opened.bodies, start=opened.envelope.first))
        return found

    def _tap(self) -> None:
        settings = config.read(self.room.station_config)
        clock = PracticeClock(self.site.premises.clock, SystemClock(boot=1))
        identity = Identity(settings.station, school.CODE, "0")
        path = self.room.state / FILE_NAME
        with closing(
            Journal.open(path, identity, clock.reading(), partial(self._dice.getrandbits, 63))
        ) as journal:
            journal.append(Kind.BOOT, {"boot_id": boot_id_of(), "sw": "0", "clean": True}, clock.reading())
            while not self._is_over.wait(_PAUSE_S):
                tap = Tap(self._dice.randbytes(16), settings.token.key_id, "nfc")
                journal.append(Kind.TAP, tap.payload(), clock.reading())
