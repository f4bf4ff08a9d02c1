"""What can be seen of a practice room from outside: its panel's record, its journal, its status."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from station.clock import instant
from station.errors import EntryError, JournalError
from station.journal import JournalReader, Row
from station.simulator.room.furniture import Folder
from station.tap import Json, Kind, Tap, decode
from station.verdict import Notice, Sign, State, Verdict

_SIGNS: Final[Mapping[str, Sign]] = {
    **{verdict.name: verdict for verdict in Verdict},
    **{state.name: state for state in State},
    **{notice.name: notice for notice in Notice},
}
_VALUE_WIDTH: Final = 20
_EVIDENCE_WIDTH: Final = 24


@dataclass(frozen=True, slots=True)
class Shown:
    """A sign the panel was told to show, and the entry it answers."""

    sign: Sign
    seq: int | None


class PanelRecord:
    """Follows the panel's record line by line."""

    def __init__(self, folder: Folder) -> None:
        self._file = folder.panel
        self._at = self._file.stat().st_size if self._file.exists() else 0

    def news(self) -> list[Shown]:
        """Return what was shown since the last look; a line half written waits."""
        try:
            with self._file.open("rb") as file:
                file.seek(self._at)
                whole, end, _rest = file.read().rpartition(b"\n")
        except FileNotFoundError:
            return []
        self._at += len(whole) + len(end)
        rows = [json.loads(line) for line in whole.splitlines()]
        return [Shown(_SIGNS[row["sign"]], row["seq"]) for row in rows if row["sign"] in _SIGNS]


class JournalRecord:
    """Follows the journal entry by entry; `names` says whose token is whose."""

    def __init__(self, folder: Folder, names: Mapping[bytes, str]) -> None:
        self._reader = JournalReader(folder.journal)
        self._names = names
        self._after: dict[int, int] = {}

    def news(self) -> list[str]:
        """Return a line for each entry since the last look, 500 an epoch at most."""
        found: list[Row] = []
        # At its first moment the file is there and holds no journal yet.
        with suppress(JournalError):
            for epoch in self._reader.epochs():
                rows = self._reader.rows(epoch, self._after.get(epoch, 0))
                found += rows
                self._after[epoch] = rows[-1].seq if rows else self._after.get(epoch, 0)
        return [self._told(row) for row in found]

    @property
    def count(self) -> int:
        """Return how many entries were seen."""
        return sum(self._after.values())

    def _told(self, row: Row) -> str:
        try:
            entry = decode(row.body)
        except EntryError:
            return f"{row.seq:>5} (not an entry)"
        at = instant(entry.reading.wall_ms).astimezone().strftime("%H:%M:%S")
        if entry.kind == Kind.TAP:
            with suppress(EntryError):
                return f"{row.seq:>5} {at} tap      {self._of_tap(Tap.from_payload(entry.payload))}"
        return f"{row.seq:>5} {at} {entry.kind:<8} {_short(entry.payload)}"

    def _of_tap(self, tap: Tap) -> str:
        who = "nobody" if tap.token is None else self._names.get(tap.token, "somebody")
        flags = "".join(f" {name}={count}" for name, count in tap.flags.items())
        proof = f" {tap.evidence[:_EVIDENCE_WIDTH]}…" if tap.evidence else ""
        return f"{who:<9} {tap.reader}{flags}{proof}"


def _short(payload: Json) -> str:
    """Return a payload's figures and short words; what is long is there, and not to be read here."""
    if not isinstance(payload, dict):
        return str(payload)
    shown = (f"{name}={value}" for name, value in payload.items() if len(str(value)) <= _VALUE_WIDTH)
    return " ".join(shown)


class Health:
    """Follows what the station says of its readers."""

    def __init__(self, folder: Folder) -> None:
        self._file = folder.status

    def reader(self) -> str:
        """Return the state of the NFC reader, `unknown` while the station says nothing."""
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            return str(told["readers"]["nfc"]["state"])
        except (OSError, ValueError, KeyError, TypeError):
            return "unknown"
