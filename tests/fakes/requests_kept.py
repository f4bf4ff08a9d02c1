"""Requests to the one writer that keep a line each, and what was kept of them."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from central.intake.evidence import Arrived, Evidence
from central.intake.reply import Reply
from central.intake.writer import Judge, Writer
from tests.fakes.gated_evidence import PATIENCE_S, Gate, gated

OK: Final = Reply(200, b"kept")


def keep(text: str) -> Judge:
    """Return a request that keeps a line."""

    def judge(evidence: Evidence) -> Reply:
        data = text.encode()
        evidence.set_aside("st-r101", 1, text, Arrived(0, data, sha256(data).digest()))
        return OK

    return judge


def kept(path: Path) -> list[str]:
    """Return the lines kept in the evidence at `path`, in their order."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT reason FROM quarantine ORDER BY id")]


def done(*replies: "Future[Reply]") -> list[int]:
    """Wait for the answers and return their statuses."""
    return [reply.result(PATIENCE_S).status for reply in replies]


@contextmanager
def writing(path: Path, gate: Gate, capacity: int = 512) -> Iterator[Writer]:
    """Have a writer at work behind a gate."""
    writer = Writer(partial(gated, path, gate), capacity)
    writer.start()
    try:
        yield writer
    finally:
        gate.open()
        writer.stop()
