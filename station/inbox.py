"""What the agent wants journalled: files it renames into a folder, taken over word for word."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from station.carried import Origin
from station.durable import sync_folder
from station.errors import EntryError, InboxError
from station.journal import Journal, JournalReader, Row
from station.logs import Log
from station.tap import VERSION, Entry, Json, Kind, Reading, decode, encode

FOLDER: Final = "inbox"
REFUSED: Final = "refused"
KINDS: Final = frozenset({Kind.BEACON, Kind.SEAL, Kind.CFG, Kind.CARRY, Kind.REKEY})
"""Never `tap`: nobody but a reader makes a tap."""
EPOCH: Final = "epoch"
"""No entry but an order: to begin a new epoch, of which the first entry is the station's own."""
MOST_BYTES: Final = 65_536
MOST_ENTRY_BYTES: Final = 36 * 1024
"""What carries an entry into a new epoch holds it as base64, and must itself fit."""
MOST_CARRY_BYTES: Final = 52 * 1024
"""The largest entry as base64 has 48 KiB, its place and its hash beside it; a batch holds 64."""
MOST_NESTED: Final = 500
"""How many brackets may open: far from where Python's stack ends, at whatever depth it is asked."""
MOST_FILES: Final = 16
"""How many files are taken at once, so that a tap never waits long behind them."""

# A name still being written does not look like this.
_REASON = re.compile(r"[a-z][a-z-]{0,31}")
_NAME = re.compile(r"(\d{1,18})-([a-z]+)\.json")

log = Log(__name__)

Item: TypeAlias = tuple[Kind, Json]


class Order(NamedTuple):
    """That an epoch be followed by a new one, and why."""

    of: int
    reason: str


class Inbox:
    """The folder `inbox/`; files leave it once their entries are stored."""

    def __init__(self, folder: Path, recent: Iterable[Row] = ()) -> None:
        """Take the folder; `recent` rows tell which files were stored by a process that died since."""
        self._folder = folder
        self._stored = {_mark(entry.kind, entry.payload) for entry in (decode(row.body) for row in recent)}
        self._origin: Origin | None = None

    def take(self, journal: Journal, reading: Reading) -> list[Kind]:
        """Append what lies in the folder and return the kinds appended, in the order of the names.

        An order to begin a new epoch is obeyed in its turn, if the epoch it speaks of is still the
        present one. Raises JournalError when nothing more was appended, InboxError when a file cannot
        be taken away for good.
        """
        taken, batch = list[Kind](), list[tuple[Path, Item]]()
        self._origin = self._origin or Origin(JournalReader(journal.path))
        for file in self._files():
            wanted = self._read(file, reading, self._origin)
            if isinstance(wanted, Order):
                taken += self._append(batch, journal, reading)
                batch.clear()
                taken += self._obey(wanted, journal, reading)
                self._discard(file)
            elif wanted is not None:
                batch.append((file, wanted))
        return taken + self._append(batch, journal, reading)

    def _append(self, batch: Sequence[tuple[Path, Item]], journal: Journal, reading: Reading) -> list[Kind]:
        fresh = [item for _, item in batch if _mark(*item) not in self._stored]
        if fresh:
            journal.append_all(fresh, reading)
        # Should the process end here, or a file not go away, its entry is not stored a second time.
        self._stored.update(_mark(*item) for item in fresh)
        for file, item in batch:
            self._discard(file)
            self._stored.discard(_mark(*item))
        return [kind for kind, _ in fresh]

    def _obey(self, order: Order, journal: Journal, reading: Reading) -> list[Kind]:
        if order.of != journal.head.epoch:
            log.info("epoch.old-order", reason=order.reason)
            return []
        # What is looked for in the new epoch alone after a power cut must not come back out of the old one.
        _flush(self._folder)
        journal.begin_epoch(order.reason, reading)
        log.warning("epoch.begun", reason=order.reason)
        return [Kind.GENESIS]

    def _files(self) -> list[Path]:
        try:
            named = [
                (match, file) for file in self._folder.iterdir() if (match := _NAME.fullmatch(file.name))
            ]
        except FileNotFoundError:
            return []
        return [file for _, file in sorted(named, key=_order)][:MOST_FILES]

    def _read(self, file: Path, reading: Reading, origin: Origin) -> Item | Order | None:
        try:
            wanted = _content(file)
            if isinstance(wanted, Order):
                return wanted
            kind, payload = wanted
            size = len(encode(Entry(VERSION, kind, reading, payload)))
        except (OSError, ValueError, KeyError, TypeError, RecursionError, EntryError) as error:
            self._refuse(file, type(error).__name__)
            return None
        if size > (MOST_CARRY_BYTES if kind is Kind.CARRY else MOST_ENTRY_BYTES):
            self._refuse(file, f"an entry of {size} bytes")
            return None
        if kind not in KINDS:
            self._refuse(file, f"kind {kind} is not taken from files")
            return None
        if kind is Kind.CARRY and not origin.has(payload):
            # Else whoever has the agent in hand could have a tap of their own making carried.
            self._refuse(file, "nothing this journal holds is carried by it")
            return None
        return kind, payload

    def _refuse(self, file: Path, why: str) -> None:
        log.warning("inbox.refused", file=file.name, why=why)
        aside = self._folder / REFUSED
        with _folder_rights(file):
            aside.mkdir(exist_ok=True)
            file.rename(aside / file.name)

    def _discard(self, file: Path) -> None:
        with _folder_rights(file):
            file.unlink(missing_ok=True)


def _content(file: Path) -> Item | Order:
    found = file.lstat()
    if not stat.S_ISREG(found.st_mode):
        # Reading a pipe or a device may never end.
        msg = "no file"
        raise ValueError(msg)
    if found.st_size > MOST_BYTES:
        msg = f"larger than {MOST_BYTES} bytes"
        raise ValueError(msg)
    text = file.read_text(encoding="utf-8")
    if text.count("[") + text.count("{") > MOST_NESTED:
        msg = "nested beyond reason"
        raise ValueError(msg)
    wanted = json.loads(text)
    if wanted["kind"] == EPOCH:
        return _order_of(wanted["payload"])
    return Kind(wanted["kind"]), wanted["payload"]


def _order_of(payload: Json) -> Order:
    of, reason = (payload["of"], payload["reason"]) if isinstance(payload, dict) else (None, None)
    if not isinstance(of, int) or not isinstance(reason, str) or not _REASON.fullmatch(reason):
        msg = "an order names an epoch and gives a reason in one word"
        raise ValueError(msg)
    return Order(of, reason)


def _flush(folder: Path) -> None:
    try:
        sync_folder(folder)
    except OSError as error:
        msg = f"{folder}: cannot be flushed ({error.strerror}); look at the disk"
        raise InboxError(msg) from error


@contextmanager
def _folder_rights(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = f"{file}: cannot be taken away ({error.strerror}); check the rights of its folder"
        raise InboxError(msg) from error


def _order(named: tuple[re.Match[str], Path]) -> tuple[int, str]:
    return int(named[0][1]), named[0][2]


def _mark(kind: str, payload: Json) -> str:
    return json.dumps([kind, payload], sort_keys=True)
