"""A whole station without its reader and its lamps, to be tapped at: journal, roster, presence, sidecar."""

import os
import secrets
import threading
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from station import logs
from station.clock import SystemClock
from station.credential import token
from station.journal import FILE_NAME, Identity, Journal, JournalReader
from station.loop import log_stored, react
from station.reader import Credential, Presented
from station.roster import FILE_NAME as ROSTER_FILE
from station.roster import RosterFile, compose
from station.sidecar import FOLDER as SIDECAR_FOLDER
from station.sidecar import Sidecar
from station.station import Station
from station.tap import Kind

CARDS: Final = 600
"""A school's worth of cards, each back long after it is no repeat any more."""

_APART_MS = 61_000
_STATION, _SCHOOL, _KEY_ID = "st-bench", "00000000000000", "k1"


class TapStation:
    """One station in a folder; `tap` is everything between a credential read and its answer.

    With `pragma` its journal is not what it must be; only to see that counting notices.
    """

    def __init__(self, folder: Path, pragma: str = "") -> None:
        # Lines are made and written as in a service, and go nowhere.
        self._nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (closed with the station)
        logs.setup(stream=self._nowhere)
        self.clock = SystemClock(boot=1)
        identity = Identity(_STATION, _SCHOOL, "benchmark")
        dice = partial(secrets.randbits, 63)
        self._path = folder / FILE_NAME
        self.journal = Journal.open(self._path, identity, self.clock.reading(), dice)
        if pragma:
            # While nothing else reads: the journal's mode changes only when nobody has it open.
            self.journal._connection.execute(pragma)  # noqa: SLF001 (what it must never be)
        key = secrets.token_bytes(32)
        self._cards = [Credential("uid", secrets.token_hex(7), "nfc-a", 1, None) for _ in range(CARDS)]
        self._numbers = count()
        self._began_ms = self.clock.reading().raw_ms
        tokens = [token(key, card.kind, card.value) for card in self._cards]
        text = compose(_STATION, 1, _KEY_ID, tokens, datetime(2100, 1, 1, tzinfo=UTC))
        (folder / ROSTER_FILE).write_text(text, encoding="utf-8")
        roster = RosterFile(folder / ROSTER_FILE, _STATION, _KEY_ID)
        self.station = Station(self.journal, self.clock, roster, key, _KEY_ID)
        self._stop = threading.Event()
        self._sidecar = self._beside(folder)

    def next_card(self) -> Presented:
        """Return what the reader says of the next student."""
        number = next(self._numbers)
        return Presented(self._cards[number % CARDS], "nfc", self._began_ms + number * _APART_MS)

    def tap(self, presented: Presented) -> None:
        """Answer one presentation, as the loop does before anything is shown."""
        react(presented, self.station)

    def rest(self) -> None:
        """Do what the station does between taps: log them, give a sign of life, do the work that waited."""
        log_stored(self.station)
        self.journal.append(Kind.ALIVE, {"readers": {"nfc": "ready"}}, self.clock.reading())

    def bytes_stored(self) -> bytes:
        """Return what the newest entry is made of: its exact bytes and its hash."""
        head = self.journal.head
        (row,) = JournalReader(self._path).rows(head.epoch, head.seq - 1)
        return row.body + row.h

    def close(self) -> None:
        """Let go of the files."""
        self._stop.set()
        self._sidecar.join()
        self.journal.close()
        self._nowhere.close()

    def _beside(self, folder: Path) -> threading.Thread:
        sidecar = Sidecar(folder / SIDECAR_FOLDER)
        sidecar.begin(JournalReader(self._path))
        self.journal.watch(sidecar.add)
        thread = threading.Thread(target=sidecar.run, args=[self._stop], name="sidecar")
        thread.start()
        return thread
