"""What a station's process finds around it: its key, its clock, its readers and its panel."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import station as package
from station.boot import boot_id_of, boot_to_begin
from station.clock import Clock, clock_for
from station.config import KEY_BYTES, StationSettings
from station.journal import FILE_NAME, Identity, JournalReader
from station.kernel_time import KernelTime
from station.panel import Panel
from station.panel.gpio import Gpio, GpioPanel, open_gpio, pulse
from station.panel.recorded import RecordedPanel
from station.panel.terminal import TerminalPanel
from station.reader import Reader, build
from station.station import Answered


@dataclass(frozen=True, slots=True)
class Machine:
    """What the process found around it; the key has been read, nothing has been written."""

    settings: StationSettings
    key: bytes
    boot_id: str
    panel: Panel
    readers: Sequence[Reader]
    answered: Answered
    clock_refusal: str | None


def clock_of(settings: StationSettings, boot: int) -> Clock:
    """Return the clock a boot is recorded with, as the settings have it."""
    return clock_for(boot, None if settings.practice is None else settings.practice.clock)


def boot_of(settings: StationSettings, boot_id: str) -> int:
    """Return this boot's number, by what the journal saw last; raises JournalError if it cannot be read."""
    journal = JournalReader(settings.state_dir / FILE_NAME)
    return boot_to_begin(journal, boot_id, clock_of(settings, 0).reading().raw_ms)


def identity_of(settings: StationSettings) -> Identity:
    """Return whose journal this station's is."""
    return Identity(settings.station, settings.school, package.__version__)


def make_readers(settings: StationSettings, clock: Clock, gpio: Gpio | None) -> list[Reader]:
    """Make every reader of the settings; none is opened yet."""
    reset: Callable[[int], None] | None = None if gpio is None else partial(pulse, gpio)
    return [build(reader, clock, reset, settings.station) for reader in settings.readers]


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
    panel = make_panel(settings, clock, gpio, answered)
    return Machine(settings, key, boot_id_of(), panel, readers, answered, KernelTime().refusal())


def make_panel(settings: StationSettings, clock: Clock, gpio: Gpio | None, answered: Answered) -> Panel:
    """Make the panel of the settings; raises PanelError when it cannot be driven."""
    panel = settings.panel
    if panel.kind == "gpio" and gpio is not None:
        return GpioPanel(panel.pins, gpio, quiet=panel.quiet)
    if panel.record_to is not None:
        return RecordedPanel(panel.record_to, clock, lambda: answered.seq)
    return TerminalPanel(sys.stdout, quiet=panel.quiet)
