"""Hold a certificate against the station's own journal, a few pages at a time."""

from collections.abc import Iterator, Sequence

from station import chain
from station.journal import JournalReader, Row
from sync_agent.certificate import Certificate, Range
from sync_agent.errors import AgentError
from sync_agent.merkle import Root


class ContradictionError(AgentError):
    """Central certified something else than what this journal holds."""


class UnvouchableError(AgentError):
    """This journal cannot say whether a certificate is right: it is another card's, or has holes."""


class Recount:
    """Every range of one certificate recomputed from the journal, in memory that does not grow with it.

    `step` raises ContradictionError or UnvouchableError, and JournalError.
    """

    def __init__(self, certificate: Certificate, journal: JournalReader) -> None:
        self.certificate = certificate
        self._journal = journal
        self._steps = self._walk()

    def step(self, pages: int) -> bool:
        """Read so many more pages and return whether everything is proven."""
        return any(next(self._steps, True) for _ in range(pages))

    def _walk(self) -> Iterator[bool]:
        known = set(self._journal.epochs())
        for each in self.certificate.ranges:
            if each.epoch not in known:
                msg = f"epoch {each.epoch} is not in this journal"
                raise UnvouchableError(msg)
            yield from self._prove(each)

    def _prove(self, claimed: Range) -> Iterator[bool]:
        """Yield False after each page; return when the range is what the journal holds."""
        seq, root, h = claimed.first_seq - 1, Root(), self._before(claimed)
        while seq < claimed.last_seq:
            rows = self._journal.rows(claimed.epoch, seq)
            wanted = rows[: claimed.last_seq - seq]
            if not wanted or [row.seq for row in wanted] != list(range(seq + 1, seq + 1 + len(wanted))):
                self._lacks(claimed.epoch, seq, wanted)
            for row in wanted:
                root.add(chain.leaf(row.body))
            # The journal proves itself first: what it lost is no fault of central's.
            h = chain.verify(h, ((row.body, row.h) for row in wanted))
            if seq < claimed.first_seq and wanted[0].h != claimed.first_h:
                _contradict(claimed, "begins with another entry")
            seq = wanted[-1].seq
            yield False
        if h != claimed.last_h:
            _contradict(claimed, "ends with another entry")
        if root.digest() != claimed.root:
            _contradict(claimed, "has another root")

    def _before(self, claimed: Range) -> bytes:
        if claimed.first_seq == 1:
            return chain.START
        rows = self._journal.rows(claimed.epoch, claimed.first_seq - 2, 1)
        if not rows or rows[0].seq != claimed.first_seq - 1:
            self._lacks(claimed.epoch, claimed.first_seq - 2, rows)
        return rows[0].h

    def _lacks(self, epoch: int, after: int, rows: Sequence[Row]) -> None:
        missing = next(
            (seq for seq, row in enumerate(rows, after + 1) if row.seq != seq), after + len(rows) + 1
        )
        if any(first <= missing <= last for first, last in self._journal.holes(epoch)):
            msg = f"entry {missing} of epoch {epoch} was lost here with a damaged disk"
            raise UnvouchableError(msg)
        msg = f"entry {missing} of epoch {epoch} is not in this journal"
        raise ContradictionError(msg)


def _contradict(claimed: Range, how: str) -> None:
    msg = f"{claimed.first_seq} to {claimed.last_seq} of epoch {claimed.epoch} {how} than in this journal"
    raise ContradictionError(msg)
