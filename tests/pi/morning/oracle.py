"""What must be true of a station's card after every start and every cut, and of central in the end."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from central.store.evidence import Evidence
from station import chain
from station.journal import FILE_NAME, Row
from station.journal import file as journal_file
from station.tap import Kind, Tap, decode
from tests.pi.morning.hand import Promise

_ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """A journal as a card held it: one epoch, its rows, and the tokens of its taps in order."""

    epoch: int
    rows: Sequence[Row]

    @property
    def tokens(self) -> Sequence[bytes | None]:
        """The tokens of all taps, oldest first."""
        entries = (decode(row.body) for row in self.rows)
        return [Tap.from_payload(entry.payload).token for entry in entries if entry.kind == Kind.TAP]

    def kinds(self, kind: Kind) -> int:
        """Count the entries of a kind."""
        return sum(decode(row.body).kind == kind for row in self.rows)


@dataclass(slots=True)
class Oracle:
    """Judges one station's card again and again; what stood on it once must stand there ever after."""

    before: Found | None = None
    looks: int = 0
    kept: int = 0
    """How many promises the last look found kept."""

    def look(self, state: Path, promises: Sequence[Promise]) -> Found:
        """Read a card and return its journal; raises AssertionError for every promise it broke."""
        found = read(state / FILE_NAME)
        if self.before is not None:
            assert found.epoch == self.before.epoch, "the journal was begun anew"
            same = list(found.rows[: len(self.before.rows)]) == list(self.before.rows)
            assert same, "what stood in the journal once was changed or lost"
        faults = broken(promises, found.tokens)
        assert not faults, "; ".join(faults)
        self.before, self.looks, self.kept = found, self.looks + 1, len(promises)
        return found


def read(journal: Path) -> Found:
    """Read a journal whole; raises ChainError and AssertionError where it is not one whole chain."""
    with closing(journal_file.connect_to_read(journal)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the file is damaged"
        (epoch,) = journal_file.epochs(connection)
        rows = journal_file.rows_after(connection, epoch, 0, _ALL)
    chain.verify(chain.START, ((row.body, row.h) for row in rows))
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), "an entry is missing"
    return Found(epoch, rows)


def broken(promises: Sequence[Promise], tokens: Sequence[bytes | None]) -> list[str]:
    """Say of every promise that a journal with taps of these tokens does not keep, which it is.

    Promises of entries of their own are kept in their order, each by another entry.
    """
    faults, place = list[str](), 0
    for number, promise in enumerate(promises, 1):
        if not promise.is_new:
            if promise.token not in tokens:
                faults.append(f"promise {number}: a tap that was *already* there is not")
            continue
        found = next((at for at in range(place, len(tokens)) if tokens[at] == promise.token), None)
        if found is None:
            faults.append(f"promise {number}: a tap whose lamp was seen is lost")
        else:
            place = found + 1
    return faults


def held_by_central(evidence: Evidence, station: str, epoch: int) -> list[bytes]:
    """Return what central holds of a journal, entry by entry; each must be there once."""
    bodies: list[bytes] = []
    for batch in evidence.journal(station, epoch):
        assert batch.first_sequence == len(bodies) + 1, "central lacks entries, or holds some twice"
        opened = batch.open()
        bodies.extend(opened.bodies[batch.first_sequence - opened.envelope.first :])
        assert batch.last_sequence == len(bodies), "a batch is not what its row says"
    return bodies
