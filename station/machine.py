"""What a station's process finds around it: its key, its clock, its readers and its panel."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from station.clock import Clock, PracticeClock, SystemClock, boot_ordinal
from station.config import KEY_BYTES, StationSettings
from station.journal import FILE_NAME, JournalReader
from station.logs import Log
from station.loop import Answered
from station.panel import Panel
from station.panel.gpio import Gpio, GpioPanel, open_gpio, pulse
from station.panel.recorded import RecordedPanel
from station.panel.terminal import TerminalPanel
from station.reader import Reader, build

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
BOOT_ID_VARIABLE: Final = "ROLLBOOK_BOOT_ID"

log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Machine:
    """What the process found around it; the key has been read, nothing has been written."""

    settings: StationSettings
    key: bytes
    boot_id: str
    panel: Panel
    readers: Sequence[Reader]
    answered: Answered


def boot_id_of(file: Path = BOOT_ID, environ: Mapping[str, str] = os.environ) -> str:
    """Return the kernel's name for this boot in 32 hexadecimal characters, empty when nobody says.

    The environment comes first, because a sandbox may hide the kernel's own file.
    """
    told = environ.get(BOOT_ID_VARIABLE, "")
    if not told:
        try:
            told = file.read_text(encoding="ascii")
        except OSError as error:
            log.warning("boot.unnamed", file=file, why=error.strerror, instead=BOOT_ID_VARIABLE)
    return told.strip().replace("-", "")


def clock_of(settings: StationSettings, boot: int) -> Clock:
    """Return the clock a boot is recorded with: the machine's own, moved in a rehearsal."""
    inner = SystemClock(boot)
    return inner if settings.practice is None else PracticeClock(settings.practice.clock, inner)


def boot_of(settings: StationSettings, boot_id: str) -> int:
    """Return this boot's number, by what the journal saw last; raises JournalError if it cannot be read."""
    reader = JournalReader(settings.state_dir / FILE_NAME)
    newest = reader.newest()
    ran_on = newest is None or clock_of(settings, 0).reading().raw_ms >= newest.reading.raw_ms
    return boot_ordinal(reader.last_boot(), boot_id, ran_on=ran_on)


def make_readers(settings: StationSettings, clock: Clock, gpio: Gpio | None) -> list[Reader]:
    """Make every reader of the settings; none is opened yet."""
    reset: Callable[[int], None] | None = None if gpio is None else partial(pulse, gpio)
    return [build(reader, clock, reset) for reader in settings.readers]


def gpio_of(settings: StationSettings) -> Gpio | None:
    """Return the GPIO library when the panel or a reader's reset line needs it."""
    resets = any(reader.reset_pin is not None for reader in settings.readers)
    return open_gpio() if resets or settings.panel.kind == "gpio" else None


def look_around(settings: StationSettings) -> Machine:
    """Read the key and make everything that needs no journal; raises StationError where it cannot."""
    key = settings.token.key.hex_bytes(KEY_BYTES)
    gpio = gpio_of(settings)
    # Readers and the panel count milliseconds alone; which boot it is, only the journal can tell.
    clock = clock_of(settings, boot=0)
    answered = Answered()
    readers = make_readers(settings, clock, gpio)
    panel = _make_panel(settings, clock, gpio, answered)
    return Machine(settings, key, boot_id_of(), panel, readers, answered)


def _make_panel(settings: StationSettings, clock: Clock, gpio: Gpio | None, answered: Answered) -> Panel:
    panel = settings.panel
    if panel.kind == "gpio" and gpio is not None:
        return GpioPanel(panel.pins, gpio, quiet=panel.quiet)
    if panel.record_to is not None:
        return RecordedPanel(panel.record_to, clock, lambda: answered.seq)
    return TerminalPanel(sys.stdout, quiet=panel.quiet)
