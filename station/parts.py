"""The parts of a station that can be examined beside its work, each with what to do when it is not well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station import chain
from station.clock import Clock
from station.config import KEY_BYTES, StationSettings
from station.disk import Disk, DiskState
from station.errors import ChainError, JournalError, SettingsError
from station.journal import FILE_NAME, MOST_ROWS, JournalReader
from station.machine import Machine
from station.sidecar.file import last_of

GPIO_LIBRARIES: Final = ("RPi.GPIO", "rpi-lgpio")
"""Either brings the module RPi.GPIO; together they overwrite each other's files."""
MOST_BEHIND: Final = 1_000
"""How many rows a sidecar that works may lack: it is written every few seconds."""

_READY: Final = "ready"
_DO: Final = {
    DiskState.OK: "",
    DiskState.LOW: "it is filling up; fetch the journal's copy and give the station a larger card",
    DiskState.BALLAST: "it is so full that the ballast is gone; make room at once",
    DiskState.REFUSE: "it is full and takes no tap any more; make room, use paper until then",
}


@dataclass(frozen=True, slots=True)
class Part:
    """What was found of one part; `code` names what is not well, and is None when all is."""

    name: str
    says: str
    code: str | None = None


def reader(name: str, state: str) -> Part:
    """Tell whether a reader answers; `state` is its health's, or what it said when it was opened."""
    says = "answers" if state == _READY else f"does not answer ({state}); check cable, switches and port"
    return Part(f"reader {name}", says, None if state == _READY else f"reader-{name}")


def disk(found: Disk, journal: Path) -> Part:
    """Tell how much room the journal's disk has, once there is a journal."""
    if not journal.exists():
        return Part("disk", "looked after from the first start on")
    state = found.state()
    says = f"{state}{_DO[state] and '; '}{_DO[state]}"
    return Part("disk", says, None if state is DiskState.OK else f"disk-{state}")


def clock(found: Clock, refusal: str | None) -> Part:
    """Tell what is known of the time."""
    if refusal is not None:
        says = f"the kernel does not say how good its clock is ({refusal}); let adjtimex through"
        return Part("clock", says, "clock-refused")
    reading = found.reading()
    claims = f"claims {found.now().isoformat(timespec='seconds')}"
    if not reading.sync_state:
        return Part("clock", f"{claims}, not synchronised; let NTP through", "clock-untrusted")
    return Part("clock", f"{claims}, wrong by {reading.max_error_ms} ms at most")


def key(settings: StationSettings) -> Part:
    """Tell whether the school's key can be read."""
    named = settings.token
    try:
        found = named.key.hex_bytes(KEY_BYTES)
    except SettingsError as error:
        return Part("key", str(error), "key")
    return Part("key", f"{named.key_id}: {len(found)} bytes from {named.key.file}")


def newest_entries(path: Path) -> Part:
    """Tell whether the journal's newest entries can be read and their chain holds."""
    journal = JournalReader(path)
    try:
        epochs = journal.epochs()
        if not epochs:
            return Part("journal", f"none yet at {path}; the first start begins it")
        head = journal.head(epochs[-1])
        after = max(0, head.seq - MOST_ROWS)
        before = journal.rows(head.epoch, after - 1, 1) if after else []
        rows = journal.rows(head.epoch, after)
        chain.verify(before[0].h if before else chain.START, ((row.body, row.h) for row in rows))
    except (JournalError, ChainError) as error:
        return Part("journal", f"{error}; stop the station and run `rollbook-station salvage`", "journal")
    return Part("journal", f"{len(rows)} newest entries up to sequence {head.seq}, the chain holds")


def sidecar(settings: StationSettings) -> Part:
    """Tell whether the journal's second copy keeps up with it."""
    folder, journal = settings.sidecar, JournalReader(settings.state_dir / FILE_NAME)
    try:
        epochs = journal.epochs()
        head = journal.head(epochs[-1]) if epochs else None
    except JournalError as error:
        return Part("sidecar", f"cannot be compared ({error})", "sidecar")
    copied = 0 if head is None else last_of(folder).get(head.epoch, 0)
    behind = 0 if head is None else max(0, head.seq - copied)
    if behind > MOST_BEHIND:
        return Part("sidecar", f"{folder} is {behind} entries behind; look at its disk", "sidecar")
    return Part("sidecar", f"{folder}, up to sequence {copied}")


def gpio_libraries() -> Part:
    """Tell which GPIO library is installed; both together are one too many."""
    found = list(_installed())
    if len(found) > 1:
        both = " and ".join(found)
        says = f"{both} overwrite each other's files; uninstall both, then install the one for this board"
        return Part("gpio", says, "gpio-libraries")
    return Part("gpio", found[0] if found else "no GPIO library is installed")


def codes(machine: Machine, found_clock: Clock, found_disk: Disk) -> list[str]:
    """Return the code of every part of a station at work that is not well; nothing is held up by asking."""
    found = [
        *(reader(each.name, each.health().state) for each in machine.readers),
        newest_entries(machine.settings.state_dir / FILE_NAME),
        disk(found_disk, machine.settings.state_dir / FILE_NAME),
        clock(found_clock, machine.clock_refusal),
        key(machine.settings),
        sidecar(machine.settings),
    ]
    return [part.code for part in found if part.code is not None]


def _installed() -> Iterator[str]:
    # Heavy, and of no use to a station at work.
    from importlib import metadata

    for name in GPIO_LIBRARIES:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue
