"""A stick that is carried between a bench's station and its central."""

from __future__ import annotations

from pathlib import Path

from sync_agent import wire
from sync_agent.composing import Identity
from sync_agent.memory import look
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from sync_agent.ports import Reply
from sync_agent.standing import Peer
from sync_agent.usb import ENDING, RECEIPT_ENDING, Source, Written, export
from sync_agent.usb_receipts import Desk, Read
from tests.fakes.central_rules import ACK_KEY, STATION, CentralRules
from tests.fakes.sync_agent import STATION_KEY, Bench

IDENTITY = Identity(STATION, STATION_KEY, ACK_KEY.verify_key, "0.1.0")


class Stick:
    """A stick, and the ways between a station and its central on which it is carried."""

    def __init__(self, folder: Path, bench: Bench) -> None:
        self.folder, self.bench = folder, bench
        folder.mkdir()

    @property
    def files(self) -> list[Path]:
        """Return what is for central, in order."""
        return sorted(file for file in self.folder.glob(f"[!.]*{ENDING}") if file.is_file())

    def write(self, *, is_all: bool = False, peers: dict[int, Peer] | None = None) -> Written:
        """Write at the station, beside agent and station."""
        bench = self.bench
        seen = look(bench.folder / MEMORY_FILE)
        source = Source(
            identity=IDENTITY,
            journal=bench.reader,
            peers=seen.peers if peers is None else peers,
            have=lambda seq: wire.Have(None, seq),
            reading=bench.clock.reading(),
            nonce=lambda: bench.dice.randbytes(16),
        )
        return export(source, self.folder, is_all=is_all)

    def bring(self, rules: CentralRules | None = None) -> list[Reply]:
        """Hand every file in at central and keep the receipts."""
        replies = []
        for file in self.files:
            message = file.read_bytes()
            at = rules or self.bench.rules
            reply = at.register(message) if "epoch" in file.name else at.usb(message)
            replies.append(reply)
            if reply.status == 200:
                file.with_name(file.name + RECEIPT_ENDING).write_bytes(reply.body)
        return replies

    def read(self) -> Read:
        """Read the receipts at the station."""
        return Desk(IDENTITY, self.bench.outbox, self.bench.memory).take(self.folder)
