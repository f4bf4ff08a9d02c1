"""One screen about a station for a phone call with IT: settings, versions, journal, clock, readers."""

from __future__ import annotations

import fcntl
import json
import platform
import queue
import sqlite3
import threading
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final, TextIO

import station as package
from station import parts
from station.check_journal import journal_lines
from station.check_settings import effective
from station.config import KEY_BYTES, StationSettings
from station.disk import Disk
from station.errors import EXIT_DONE, EXIT_FINDINGS, ReaderError
from station.journal import FILE_NAME
from station.kernel_time import KernelTime
from station.machine import clock_of, gpio_of, identity_of, make_readers
from station.parts import Part
from station.reader import Reader, ReaderDown, ReaderEvent, ReaderUp
from station.roster import FILE_NAME as ROSTER_FILE
from station.roster import RosterFile
from station.salvage import is_due
from station.status import FILE_NAME as STATUS_FILE

ANSWER_S: Final = 5.0
"""How long a reader is given to say whether it is there."""

_LIBRARIES: Final = ("nfcpy", "pyserial", "sqlite-utils")


def check(settings: StationSettings, file: Path, out: TextIO) -> int:
    """Print everything about the station and return the exit code; writes nothing anywhere.

    Raises SettingsError for a secret that cannot be read, and ReaderError when no reader answers.
    """
    key = settings.token.key.hex_bytes(KEY_BYTES)
    findings: list[str] = []
    _print(out, "settings", effective(settings, file))
    _print(out, "versions", [*_versions(), *_parts(findings, parts.gpio_libraries())])
    _print(out, "key", [f"{settings.token.key_id}: {len(key)} bytes from {settings.token.key.file}"])
    _print(out, "clock", _clock(settings, findings))
    writer = "a running station" if is_running(settings) else "nobody at the moment"
    _print(out, "journal", journal_lines(settings.state_dir / FILE_NAME, writer, findings))
    if not is_running(settings) and (why := _salvage_due(settings)) is not None:
        findings.append(f"the next start of the station salvages the journal: {why}")
    _print(
        out,
        "disk",
        _parts(
            findings,
            parts.disk(Disk(settings.state_dir), settings.state_dir / FILE_NAME),
            parts.sidecar(settings),
        ),
    )
    _print(out, "roster", _roster(settings))
    states = _reader_states(settings)
    _print(out, "readers", [f"{name}: {state}" for name, state in states.items()])
    for name, state in states.items():
        if state != "ready":
            findings.append(f"reader {name} does not answer ({state}); check its cable and port")
    _print(out, "findings", findings or ["none"])
    if "ready" not in states.values():
        names = ", ".join(states)
        msg = f"{file}: no reader is present ({names}); check its cable and `port` under [[readers]]"
        raise ReaderError(msg)
    return EXIT_FINDINGS if findings else EXIT_DONE


def _print(out: TextIO, title: str, lines: list[str]) -> None:
    print(title, file=out)
    for line in lines:
        print(f"  {line}", file=out)


def _parts(findings: list[str], *found: Part) -> list[str]:
    findings.extend(f"{part.name}: {part.says}" for part in found if part.code is not None)
    return [f"{part.name}: {part.says}" for part in found]


def _versions() -> list[str]:
    return [
        f"rollbook-station {package.__version__}",
        f"python {platform.python_version()}",
        f"sqlite {sqlite3.sqlite_version}",
        *_libraries(),
    ]


def _libraries() -> Iterator[str]:
    for name in _LIBRARIES:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            yield f"{name} is not installed"


def _clock(settings: StationSettings, findings: list[str]) -> list[str]:
    clock = clock_of(settings, boot=0)
    reading = clock.reading()
    lines = [
        f"claims {clock.now().isoformat(timespec='seconds')}, wrong by {reading.max_error_ms} ms at most"
        if reading.sync_state
        else f"claims {clock.now().isoformat(timespec='seconds')}, not synchronised"
    ]
    refusal = _clock_refusal(settings)
    if refusal is not None:
        findings.append(f"the kernel does not say how good its clock is ({refusal}); let adjtimex through")
    if settings.practice is not None:
        lines.append(f"PRACTICE: time is moved by {settings.practice.clock}; nothing recorded here is real")
        findings.append("this is a practice station; remove [practice] for real use")
    return lines


def _clock_refusal(settings: StationSettings) -> str | None:
    if not is_running(settings):
        return KernelTime().refusal()
    # What this process may ask, the station in its sandbox may be forbidden.
    refusal = _said(settings).get("clock_refusal")
    return None if refusal is None else str(refusal)


def _said(settings: StationSettings) -> dict[str, Any]:  # JSON, looked into by whoever needs it
    """Return what the running station says of itself, nothing when it has not said."""
    try:
        said = json.loads((settings.state_dir / STATUS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _salvage_due(settings: StationSettings) -> str | None:
    return is_due(settings.state_dir / FILE_NAME, settings.sidecar, identity_of(settings))


def _roster(settings: StationSettings) -> list[str]:
    roster = RosterFile(settings.state_dir / ROSTER_FILE, settings.station, settings.token.key_id).current()
    if roster is None:
        return ["none; every card is welcomed and recorded"]
    lasts = f"to be replaced by {roster.expires_at.isoformat()}"
    staff = f"{roster.staff_count} of them staff cards"
    return [f"version {roster.version}, {len(roster)} tokens, {staff}, {lasts}"]


def is_running(settings: StationSettings) -> bool:
    """Say whether a station process is writing the journal now."""
    try:
        with (settings.state_dir / FILE_NAME).with_suffix(".lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _reader_states(settings: StationSettings) -> dict[str, str]:
    if is_running(settings):
        # The readers are in use: what the running station says of them is all that can be known.
        try:
            said = _said(settings)["readers"]
            return {reader.name: str(said[reader.name]["state"]) for reader in settings.readers}
        except (KeyError, TypeError):
            return {reader.name: "unknown, the running station has not said" for reader in settings.readers}
    clock = clock_of(settings, boot=0)
    return {reader.name: ask(reader) for reader in make_readers(settings, clock, gpio_of(settings))}


def ask(reader: Reader) -> str:
    """Open a reader just long enough to hear whether it is there; return "ready" or why not."""
    events: queue.SimpleQueue[ReaderEvent] = queue.SimpleQueue()
    stop = threading.Event()
    thread = threading.Thread(target=reader.run, args=(events.put, stop), daemon=True)
    thread.start()
    try:
        event = events.get(timeout=ANSWER_S)
    except queue.Empty:
        return "silent"
    finally:
        stop.set()
        thread.join(ANSWER_S)
    if isinstance(event, ReaderDown):
        return f"down: {event.reason}"
    return "ready" if isinstance(event, ReaderUp) else "unknown"
