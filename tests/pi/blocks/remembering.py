"""An agent that takes over the memory of its first release and goes on talking, on a disk that logs."""

import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from sync_agent import memory as agent_memory
from sync_agent import memory_file
from sync_agent.errors import AgentError
from sync_agent.memory import Memory
from sync_agent.memory_file import FILE_NAME, migrate
from sync_agent.standing import Peer, Pending
from sync_agent.wire import Position
from tests.fakes.first_release import forget_newer_releases
from tests.pi.blocks.disk import logging_disk
from tests.pi.blocks.writes import Flush, Write, changes

_EPOCH = 2**62
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Remembered:
    """A disk's changes, and how long the log was whenever the agent had something on the disk.

    `before` counts the talks there had been before, with the first release of the agent.
    A talk is two such moments: the request that may be on its way, and the answer that was believed.
    """

    blank: Path
    changes: Sequence[Write | Flush]
    before: int
    moments: Sequence[float]

    def examine(self, root: Path, until: float) -> str | None:
        """Return what is wrong with a memory found after a power cut, None when nothing is."""
        due = 2 * self.before + sum(each < until for each in self.moments)
        try:
            migrate(root / FILE_NAME)
            with closing(Memory.open(root / FILE_NAME)) as memory:
                if memory._db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                    return "SQLite finds the agent's database damaged"
                peer, pending = memory.peer(_EPOCH), memory.pending()
        except (AgentError, sqlite3.Error) as error:
            return f"the agent cannot go on: {error}"
        if pending not in {None, _request(peer.sync_no)}:
            return "what is on its way is not what was sent"
        if peer != replace(_answered(peer.sync_no - (pending is not None)), sync_no=peer.sync_no):
            return f"the memory contradicts itself after {peer.sync_no} requests"
        found = 2 * peer.sync_no - (pending is not None)
        return f"{due - found} moments of the agent's memory are lost" if found < due else None


def remember(folder: Path, before: int, talks: int, pragma: str = "") -> Remembered:
    """Let an agent have so many talks after those of its first release; a pragma may make it unsafe."""
    contents, moments = folder / "contents", list[float]()
    contents.mkdir()
    if before:
        with closing(_migrated(contents / FILE_NAME)) as memory:
            for number in range(1, before + 1):
                memory.offer(_request(number))
                memory.restart(_answered(number))
        forget_newer_releases(contents / FILE_NAME)
    with logging_disk(folder, contents) as disk, ExitStack() as open_things:
        if pragma:
            unsafe = partial(_unsafe, pragma=pragma)
            open_things.enter_context(patch.object(agent_memory, "connect", unsafe))
        memory = open_things.enter_context(closing(_migrated(disk.root / FILE_NAME)))
        for number in range(before + 1, before + talks + 1):
            memory.offer(_request(number))
            moments.append(disk.log.stat().st_size)
            memory.restart(_answered(number))
            moments.append(disk.log.stat().st_size)
    return Remembered(disk.blank, list(changes(disk.log.read_bytes())), before, moments)


def _migrated(file: Path) -> Memory:
    migrate(file)
    return Memory.open(file)


def _unsafe(file: Path, pragma: str) -> sqlite3.Connection:
    connection = memory_file.connect(file)
    connection.execute(pragma).fetchall()
    return connection


def _hash(number: int) -> bytes:
    return sha256(str(number).encode()).digest()


def _request(number: int) -> Pending:
    return Pending(
        epoch=_EPOCH,
        sync_no=number,
        nonce=f"n{number}",
        first=(number - 1) * _BATCH + 1,
        last=number * _BATCH,
        batch_h=_hash(number),
        head_seq=number * _BATCH,
        boot=1,
        t1_raw_ms=number,
        idempotency_key=f'"k{number}"',
        message=_hash(number) * 40,
    )


def _answered(number: int) -> Peer:
    if not number:
        return Peer(_EPOCH)
    acked = Position(number * _BATCH, _hash(number))
    return Peer(_EPOCH, is_registered=True, acked=acked, token=f"t{number}", sync_no=number)
