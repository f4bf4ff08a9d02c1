"""What a batch says beside its entries of how the station is: often in a word, now and then in full."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import sync_agent as package
from station.clock import Clock
from station.errors import EntryError, StationError
from station.journal import JournalReader
from station.kernel_time import KernelTime
from station.tap import Kind, Reading, decode
from station.vitals import FILE_NAME as VITALS_FILE
from sync_agent.beacon import Inbox
from sync_agent.errors import AgentError
from sync_agent.memory import Memory
from sync_agent.outbox import Outbox
from sync_agent.standing import Standing

WHOLE_EVERY_S: Final = 600.0
"""So often all of it is told; in between only what is news. Batches are kept for years, word for word."""

_STATUS: Final = "status.json"
_MOST_BYTES: Final = 16 * 1024
_MOST_CHARS: Final = 60
_MOST_READERS: Final = 8
_UPDATES: Final = "rollbook-update/state.json"
"""Beside the station's folder: what the updater notes, for everybody to read."""
_MB: Final = 1_000_000
_NUMBERS: Final = ("temp_c", "flush_ms")
_QUESTIONS: Final = ("low_voltage", "low_voltage_since_boot", "throttled")
_TEXTS: Final = ("sw", "python", "os", "kernel", "model")

Told = dict[str, object]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where what is told comes from; `orders` tells what became of the newest orders."""

    folder: Path
    clock: Clock
    journal: JournalReader
    outbox: Outbox
    memory: Memory
    orders: Callable[[], Sequence[object]]
    monotonic: Callable[[], float]
    is_practice: bool = False


@dataclass(slots=True)
class Health:
    """Gives each batch its health; what cannot be read is left out, and no batch ever fails for it."""

    sources: Sources
    _told_s: float | None = None
    _news: Told = field(default_factory=dict)

    def __call__(self) -> Mapping[str, object]:
        """Return what the next batch is to tell."""
        news, at_s = _news(self.sources), self.sources.monotonic()
        marked: Told = {"practice": True} if self.sources.is_practice else {}
        if self._told_s is not None and at_s - self._told_s < WHOLE_EVERY_S and news == self._news:
            return marked
        self._told_s, self._news = at_s, news
        return marked | news | _whole(self.sources)


def _news(sources: Sources) -> Told:
    """Return what somebody should hear of at once: readers, orders, files the station did not take."""
    status = _object(sources.folder / _STATUS)
    told: Told = {"readers": _readers(status.get("readers"))}
    refused = _object(sources.folder.parent / _UPDATES).get("refused")
    if isinstance(refused, dict) and refused:
        told["given_up"] = str(list(refused)[-1])[:_MOST_CHARS]
    if isinstance(status.get("clock_refusal"), str):
        told["clock_refused"] = True
    if refused := Inbox(sources.folder).refused():
        told["inbox_refused"] = refused
    if orders := list(sources.orders()):
        told["orders"] = orders
    return told


def _whole(sources: Sources) -> Told:
    told: Told = {"agent": package.__version__, "uptime_s": sources.clock.reading().bt_ms // 1000}
    try:
        disk = shutil.disk_usage(sources.folder)
        told |= {"disk_free_mb": disk.free // _MB, "disk_mb": disk.total // _MB}
    except OSError:
        pass
    panel = _object(sources.folder / _STATUS).get("panel")
    if isinstance(panel, str):
        told["panel"] = panel[:_MOST_CHARS]
    vitals = _object(sources.folder / VITALS_FILE)
    told |= {name: vitals[name] for name in _NUMBERS if type(vitals.get(name)) is int}
    told |= {name: vitals[name] for name in _QUESTIONS if type(vitals.get(name)) is bool}
    told |= {name: text[:_MOST_CHARS] for name in _TEXTS if isinstance(text := vitals.get(name), str)}
    try:
        standing = sources.memory.standing()
        told |= {"waiting": sources.outbox.backlog().entries, "attempt": standing.attempt}
        told["clock"] = _clock(sources.clock.reading(), standing)
        if (oldest_s := _oldest_tap_s(sources)) is not None:
            told["oldest_tap_s"] = oldest_s
    except (AgentError, StationError):
        # The batch itself will meet the same disk, and say so.
        pass
    return told


def _clock(reading: Reading, standing: Standing) -> Told:
    """Tell how good the kernel calls its clock, how it corrects its rate, and how far it is off central's."""
    told: Told = {"synced": bool(reading.sync_state), "error_ms": reading.max_error_ms}
    rate = KernelTime().rate_ppm()
    if rate is not None:
        told["rate_ppm"] = round(rate, 1)
    if standing.is_of_boot(reading) and standing.success_raw_ms is not None:
        # Central's time at the last talk, carried on by the clock that nobody sets.
        proven_ms = standing.time_floor_ms + reading.raw_ms - standing.success_raw_ms
        told["off_ms"] = reading.wall_ms - proven_ms
    return told


def _oldest_tap_s(sources: Sources) -> int | None:
    """Return for how long the oldest tap has waited, None while none does or no clock can say."""
    epoch = sources.outbox.epoch_in_turn()
    if epoch is None:
        return None
    reading = sources.clock.reading()
    for row in sources.journal.rows(epoch, sources.memory.peer(epoch).acked.seq):
        try:
            entry = decode(row.body)
        except EntryError:
            continue
        if entry.kind == Kind.TAP:
            is_same_boot = entry.reading.boot == reading.boot
            waited_ms = (
                reading.raw_ms - entry.reading.raw_ms
                if is_same_boot
                else reading.wall_ms - entry.reading.wall_ms
            )
            return max(0, waited_ms // 1000)
    return None


def _readers(value: object) -> Told:
    """Return each reader's state, how often it was opened again, and why it was last down."""
    found: Told = {}
    for name, reader in list(value.items())[:_MOST_READERS] if isinstance(value, dict) else ():
        if isinstance(reader, dict) and isinstance(reader.get("state"), str):
            told: Told = {"state": reader["state"][:_MOST_CHARS]}
            if type(reader.get("resets")) is int:
                told["resets"] = reader["resets"]
            if isinstance(reader.get("fault"), str):
                told["fault"] = reader["fault"][:_MOST_CHARS]
            found[str(name)[:_MOST_CHARS]] = told
    return found


def _object(file: Path) -> Mapping[str, object]:
    """Return the JSON object of a small file; an empty one for whatever is none."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            return {}
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
