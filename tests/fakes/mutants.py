"""The protocol with one of its rules left out: the real functions, a few words of their source changed."""

from __future__ import annotations

import inspect
import sqlite3
import sys
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from central.intake import judge
from central.intake.evidence_sqlite import SqliteEvidence
from central.work.incarnation import Incarnation
from station.journal import FILE_NAME, Journal
from sync_agent import judgement, refusals
from sync_agent.exchange import Exchange
from sync_agent.memory import Memory
from sync_agent.outbox import Outbox
from sync_agent.standing import Peer


@dataclass(frozen=True, slots=True)
class Change:
    """Words of one function's source and the words in their place."""

    owner: ModuleType | type
    name: str
    old: str
    new: str


_HELD_DIFFERS = "proven.hash_at(common) != held"
_HERE = "__import__('tests.fakes.mutants', fromlist=['delete_entries'])"

MUTANTS: dict[str, list[Change]] = {
    "central compares nothing with what it holds": [
        Change(judge, "_contradiction", _HELD_DIFFERS, f"(envelope.first > head.seq and {_HELD_DIFFERS})")
    ],
    "central appends what does not continue its chain": [
        Change(judge, "_contradiction", _HELD_DIFFERS, f"(envelope.first <= head.seq and {_HELD_DIFFERS})")
    ],
    "central does not look at the journal's head": [
        Change(judge, "_contradiction", "envelope.head.h != newest.h", "False")
    ],
    "central does not mind a journal that ends before what it holds": [
        Change(judge, "_regression", "if envelope.head.seq < head.seq and", "if False and")
    ],
    "central takes any ratchet token": [
        Change(judge, "_regression", "if envelope.token != head.token and", "if False and")
    ],
    "central forgets which requests it has answered": [
        Change(judge, "judge_batch", "remembered = evidence.remembered(envelope)", "remembered = None")
    ],
    "a restored central says that it lives on": [
        Change(Incarnation, "next", "inc=inc, term=self.term + 1", "inc=self.inc, term=self.term")
    ],
    "central answers before the commit": [
        Change(SqliteEvidence, "commit", 'self._do("COMMIT")', "pass"),
        Change(
            SqliteEvidence,
            "begin",
            'self._do("BEGIN IMMEDIATE")',
            "self._connection.commit(); self._do('BEGIN')",
        ),
    ],
    "central acknowledges what was claimed, not what was kept": [
        Change(judge, "_keep", "signer.answer(proven, now_held,", "signer.answer(proven, envelope.head,")
    ],
    "central registers an epoch as often as it is asked": [
        Change(judge, "judge_registration", "if registered_ms is None:", "if True:")
    ],
    "the agent does not go back where central has less": [
        Change(refusals, "_judge_proven", "return _gap(refusal, ground)", "return Wait(refusal.type)")
    ],
    "the station deletes what was acknowledged": [
        Change(
            Memory,
            "accept",
            "self._put_standing(standing)",
            f"self._put_standing(standing); {_HERE}.delete_entries(self._path, peer)",
        )
    ],
    "the agent does not compare central's hash with its own": [
        Change(judgement, "_objection", "if ack.h != mine:", "if False:")
    ],
    "the agent makes each request anew": [
        Change(Exchange, "round", "pending = self._memory.pending()", "pending = None"),
        Change(
            Memory,
            "offer",
            'insert({"id": 1, **dataclasses.asdict(pending)})',
            'upsert({"id": 1, **dataclasses.asdict(pending)}, pk="id")',
        ),
    ],
    "a new epoch carries only what was once missing": [
        Change(
            Outbox,
            "_is_in_turn",
            "return peer.agreed_inc is None or peer.agreed_inc != inc",
            "return peer.agreed_inc is None",
        )
    ],
    "a new epoch carries nothing": [
        Change(Outbox, "epochs_to_carry", "for peer in peers if", "for peer in [] if")
    ],
    "the agent does not heed a fork, rollback or clone": [
        Change(
            refusals,
            "_judge_proven",
            "return Part(refusal.type, refusal.held, refusal)",
            "return Wait(refusal.type)",
        )
    ],
    "an epoch is numbered after the one before": [
        Change(Journal, "begin_epoch", "(random63 or self._random63)()", "head.epoch + 1")
    ],
    "the agent does not hold its journal against its own memory": [
        Change(Outbox, "contradiction", "if mine == peer.acked.h:", "if True:")
    ],
    "the agent takes the answer to an older request": [
        Change(
            judgement,
            "judge_batch",
            "!= (ground.station, pending.nonce)",
            "!= (ground.station, beacon.nonce)",
        )
    ],
}
"""Rules by what becomes of both ends without them."""


@contextmanager
def without(*rules: str) -> Iterator[None]:
    """Have both ends work without these rules; fails where the source no longer says what is changed."""
    wanted: dict[tuple[ModuleType | type, str], list[Change]] = defaultdict(list)
    for rule in rules:
        for change in MUTANTS[rule]:
            wanted[change.owner, change.name].append(change)
    patches = [
        patch.object(place, name, _rewritten(getattr(owner, name), changes))
        for (owner, name), changes in wanted.items()
        for place in _places(owner, name)
    ]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def delete_entries(memory: Path, peer: Peer) -> None:
    """Delete from the journal beside the memory what was acknowledged of an epoch but the last entry."""
    with closing(sqlite3.connect(memory.with_name(FILE_NAME))) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (trigger,) in triggers:
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("DELETE FROM entry WHERE epoch = ? AND seq < ?", (peer.epoch, peer.acked.seq))


def _places(owner: ModuleType | type, name: str) -> list[object]:
    """Return every place that knows a function: its owner, and the modules that import it by name."""
    if isinstance(owner, type):
        return [owner]
    ours = [module for path, module in sys.modules.items() if path.startswith(("central.", "sync_agent."))]
    return [module for module in ours if module.__dict__.get(name) is getattr(owner, name)]


def _rewritten(function: Callable[..., object], changes: list[Change]) -> object:
    text = textwrap.dedent(inspect.getsource(function))
    for change in changes:
        assert text.count(change.old) == 1, f"{change.name} does not say {change.old!r} once: mend the mutant"
        text = text.replace(change.old, change.new)
    found: dict[str, object] = {}
    exec(compile(text, f"<{changes[0].name}>", "exec"), inspect.getmodule(function).__dict__, found)  # noqa: S102 (our own source)
    return found[changes[0].name]
