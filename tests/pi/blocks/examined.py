"""Whether a station's folder found after a power cut is as it must be, by the product's own code."""

import io
import queue
import threading
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from station.check_journal import journal_lines
from station.config import StationSettings, TokenSettings
from station.errors import JournalDamagedError, JournalError
from station.journal import FILE_NAME
from station.machine import Machine
from station.opening import Opening
from station.panel.settings import PanelSettings
from station.panel.terminal import TerminalPanel
from station.reader.settings import PN532, ReaderSettings
from station.settings import Secret
from station.sidecar import FOLDER as SIDECAR
from station.sidecar import records
from station.station import Answered
from station.watchdog import Watchdog
from tests.crash.oracle import NEW_EPOCH, Kept, Oracle
from tests.fakes.station import IDENTITY, KEY, KEY_ID


class Examiner:
    """Examines states of one station's folder against the journal it would have come to."""

    def __init__(self, history: Sequence[Kept]) -> None:
        self._oracle = Oracle(list(history))
        self._history = frozenset(history)

    def examine(self, state: Path, due: int) -> str | None:
        """Return what is wrong with a folder in which so many entries are due, None when nothing is.

        A station begins on it, and the journal is read, compared and gone on with.
        """
        journal, sidecar = state / FILE_NAME, state / SIDECAR
        refused = _begin(state)
        # Of all that may be wrong, a loss is told first.
        if wrong := self._oracle.judge(state, due) or refused:
            return wrong
        if any(Kept(epoch, *row) not in self._history for epoch, row in records(sidecar)):
            return "the sidecar holds what was never written"
        findings = list[str]()
        journal_lines(journal, "the station", findings)
        return findings[0] if findings else None


def _begin(state: Path) -> str | None:
    """Open the journal as a station's process does, and return why it could not be or had to be salvaged."""
    settings = StationSettings(
        station=IDENTITY.station,
        school=IDENTITY.school,
        state_dir=state,
        token=TokenSettings(KEY_ID, Secret(state / "school.key")),
        readers=(ReaderSettings("nfc", PN532, "/dev/ttyAMA0"),),
        panel=PanelSettings("terminal"),
    )
    panel = TerminalPanel(io.StringIO(), quiet=True)
    machine = Machine(settings, KEY, "b" * 32, panel, (), Answered(), None)
    opening = Opening(machine, queue.SimpleQueue(), threading.Event(), Watchdog({}), lambda: None)
    try:
        with patch("station.opening.random63", lambda: NEW_EPOCH):
            _, journal = opening._open()
        journal.close()
    except JournalDamagedError as error:
        return f"a power cut alone calls for salvage: {error}"
    except JournalError as error:
        return f"the station cannot begin: {error}"
    return None
