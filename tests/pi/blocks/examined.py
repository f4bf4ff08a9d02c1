"""Whether a station's folder found after a power cut is as it must be, by the product's own code."""

from collections.abc import Sequence
from pathlib import Path

from station.check_journal import journal_lines
from station.inbox import FOLDER
from station.journal import FILE_NAME
from station.salvage import is_due
from station.sidecar import FOLDER as SIDECAR
from station.sidecar import records
from tests.crash.oracle import Kept, Oracle
from tests.fakes.station import IDENTITY


class Examiner:
    """Examines states of one station's folder against the journal it would have come to."""

    def __init__(self, history: Sequence[Kept]) -> None:
        self._oracle = Oracle(list(history))
        self._history = frozenset(history)

    def examine(self, state: Path, due: int) -> str | None:
        """Return what is wrong with a folder in which so many entries are due, None when nothing is.

        The journal is opened, read and gone on with as a station does when it starts.
        """
        journal, sidecar = state / FILE_NAME, state / SIDECAR
        # The station's first act wherever it starts.
        (state / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
        # To be asked before anything is opened to be written, and a loss is to be told first.
        why = is_due(journal, sidecar, IDENTITY)
        if wrong := self._oracle.judge(state, due):
            return wrong
        if why is not None:
            return f"a power cut alone calls for salvage: {why}"
        if any(Kept(epoch, *row) not in self._history for epoch, row in records(sidecar)):
            return "the sidecar holds what was never written"
        findings = list[str]()
        journal_lines(journal, "the station", findings)
        return findings[0] if findings else None
