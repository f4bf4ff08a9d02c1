"""What a station's process finds around it: its key, its clock, its readers and its panel."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from station.clock import Clock, PracticeClock, SystemClock, boot_ordinal
from station.config import KEY_BYTES, StationSettings
from station.journal import FILE_NAME, JournalReader
from station.loop import Answered
from station.panel import Panel
from station.panel.gpio import Gpio, GpioPanel, open_gpio, pulse
from station.panel.recorded import RecordedPanel
from station.panel.terminal import TerminalPanel
from station.reader import Reader, build

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Machine:
    """What the process found around it; the key has been read, nothing has been written."""

    settings: StationSettings
    key: bytes
    clock: Clock
    boot_id: str
    panel: Panel
    readers: Sequence[Reader]
    answered: Answered


def boot_id_of(file: Path) -> str:
    """Return the kernel's name for this boot."""
    return file.read_text(encoding="ascii").strip()


def clock_of(settings: StationSettings, boot_id: str) -> Clock:
    """Return the clock this boot is recorded with: the machine's own, moved in a rehearsal."""
    reader = JournalReader(settings.state_dir / FILE_NAME)
    newest = reader.newest()

    def clock(boot: int) -> Clock:
        inner = SystemClock(boot)
        return inner if settings.practice is None else PracticeClock(settings.practice.clock, inner)

    ran_on = newest is None or clock(0).reading().raw_ms >= newest.reading.raw_ms
    return clock(boot_ordinal(reader.last_boot(), boot_id, ran_on=ran_on))


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
    boot_id = boot_id_of(BOOT_ID)
    clock = clock_of(settings, boot_id)
    answered = Answered()
    readers = make_readers(settings, clock, gpio)
    panel = _make_panel(settings, clock, gpio, answered)
    return Machine(settings, key, clock, boot_id, panel, readers, answered)


def _make_panel(settings: StationSettings, clock: Clock, gpio: Gpio | None, answered: Answered) -> Panel:
    panel = settings.panel
    if panel.kind == "gpio" and gpio is not None:
        return GpioPanel(panel.pins, gpio, quiet=panel.quiet)
    if panel.record_to is not None:
        return RecordedPanel(panel.record_to, clock, lambda: answered.seq)
    return TerminalPanel(sys.stdout, quiet=panel.quiet)
