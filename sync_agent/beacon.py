"""What the agent has the station journal: central's clock after each success, seals while there is none."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from station.logs import Log
from station.tap import Kind, Reading
from sync_agent.folder import unwritable
from sync_agent.outbox import Outbox
from sync_agent.signing import SigningKey, sign_seal

log = Log(__name__)

FOLDER = "inbox"
REFUSED = "refused"
"""The folder inside it where the station puts what it does not take."""
SEAL_ENTRIES = 64
SEAL_MS = 600_000

_BOOT = 10**12  # ms: no boot lasts 30 years


class Inbox:
    """The folder from which the station takes entries over word for word; files appear in it whole."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._number = 0

    def holds(self, kind: str) -> bool:
        """Say whether the station has yet to take an entry of this kind, or an order."""
        return any((self._state_dir / FOLDER).glob(f"*-{kind}.json"))

    def refused(self) -> int:
        """Return how many files the station has set aside since anybody emptied that folder."""
        return sum(1 for _ in (self._state_dir / FOLDER / REFUSED).glob("*.json"))

    def put(self, kind: str, payload: Mapping[str, object], reading: Reading) -> Path:
        """Lay an entry, or an order, down for the station and return the file it is in.

        Files are numbered by the clock of the boot, so that the station takes them in order. One
        that a power cut takes away is missed by nobody: the next talk brings another.
        Raises MemoryFileError.
        """
        self._number = max(self._number + 1, reading.boot * _BOOT + reading.raw_ms)
        whole = {"kind": str(kind), "payload": dict(payload)}
        text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
        file = self._state_dir / FOLDER / f"{self._number}-{kind}.json"
        draft = self._state_dir / f".{file.name}"
        try:
            file.parent.mkdir(mode=0o700, exist_ok=True)
            draft.write_text(text, encoding="utf-8")
            draft.replace(file)
        except OSError as error:
            raise unwritable(file, error) from error
        return file


@dataclass(slots=True)
class Sealer:
    """Signs the journal's head while central is out of reach.

    Whoever then cuts the journal's end off cuts off a seal, or the entries since the last one only.
    """

    station: str
    key: SigningKey
    outbox: Outbox
    inbox: Inbox
    _since_seq: int = field(default=0, init=False)
    _since_ms: int | None = field(default=None, init=False)

    def rest(self, raw_ms: int) -> None:
        """Note that central has just acknowledged: its receipt is worth more than a seal."""
        self._since_seq, self._since_ms = 0, raw_ms

    def seal_if_due(self, reading: Reading) -> bool:
        """Seal the head after 64 new entries, or 10 minutes with any, and say whether it was done.

        Raises JournalError and MemoryFileError.
        """
        raw_ms = reading.raw_ms
        if self._since_ms is None or raw_ms < self._since_ms:
            self._since_ms = raw_ms
        backlog = self.outbox.backlog()
        fresh = min(backlog.entries, backlog.head.seq - self._since_seq)
        is_due = fresh >= SEAL_ENTRIES or (fresh > 0 and raw_ms - self._since_ms >= SEAL_MS)
        if backlog.epoch is None or not is_due:
            return False
        payload = sign_seal(self.station, backlog.epoch, backlog.head.seq, backlog.head.h, self.key)
        self.inbox.put(Kind.SEAL, payload, reading)
        # The seal's own entry is no reason for the next one.
        self._since_seq, self._since_ms = backlog.head.seq + 1, raw_ms
        log.info("journal.sealed", epoch=backlog.epoch, seq=backlog.head.seq)
        return True
