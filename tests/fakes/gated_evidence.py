"""Real evidence whose commits a test can hold back, fail or count."""

import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path

from central.intake.evidence_sqlite import SqliteEvidence

PATIENCE_S = 20


@dataclass
class Gate:
    """Where commits come by; closed, it holds each of them until `open`."""

    commits: int = 0
    failures: int = 0
    is_open: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.is_open.set()

    def close(self) -> None:
        """Hold the next commit."""
        self.arrived.clear()
        self.is_open.clear()

    def wait_for_a_commit(self) -> None:
        """Return when a commit stands before the gate."""
        assert self.arrived.wait(PATIENCE_S)

    def open(self) -> None:
        """Let everything through."""
        self.is_open.set()

    def pass_through(self) -> None:
        """Be passed by a commit; raises what a disk that fails makes of it, so often as `failures` says."""
        self.arrived.set()
        assert self.is_open.wait(PATIENCE_S)
        if self.failures:
            self.failures -= 1
            msg = "disk I/O error"
            raise sqlite3.OperationalError(msg)
        self.commits += 1


class GatedEvidence(SqliteEvidence):
    """Evidence behind a gate."""

    gate: Gate

    def commit(self) -> None:
        """Pass the gate, then commit for real."""
        self.gate.pass_through()
        super().commit()


def gated(path: Path, gate: Gate) -> GatedEvidence:
    """Open the evidence at `path` behind `gate`."""
    evidence = GatedEvidence.open(path)
    evidence.gate = gate
    return evidence
