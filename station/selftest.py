"""The command `selftest`: every part of a station that is not at work, in turn, a line each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from station import parts
from station.check import ask, is_running
from station.clock import Clock
from station.config import StationSettings
from station.disk import Disk
from station.errors import (
    EXIT_DONE,
    EXIT_FINDINGS,
    EXIT_UNAVAILABLE,
    JournalBusyError,
    PanelError,
    SettingsError,
)
from station.journal import FILE_NAME
from station.kernel_time import KernelTime
from station.machine import clock_of, gpio_of, make_panel, make_readers
from station.panel import Panel
from station.panel.patterns import pattern
from station.parts import Part
from station.reader import Reader
from station.salvage.examine import examine
from station.station import Answered
from station.verdict import Notice


def selftest(settings: StationSettings, out: TextIO, wait: Callable[[float], object] | None = None) -> int:
    """Try every part with the station stopped, print one line each and return the exit code.

    69 when no reader answers, 1 when anything else is not well. `wait` pauses while the lamps show
    themselves. Raises JournalBusyError while the station runs.
    """
    if is_running(settings):
        msg = "the station is at work and holds its readers and lamps; stop rollbook-station.service first"
        raise JournalBusyError(msg)
    found = []
    width = max(len(name) for name in ("journal", *(f"reader {each.name}" for each in settings.readers)))
    for part in _all(settings, wait or threading.Event().wait):
        print(f"{part.name:<{width}}  {'ok  ' if part.code is None else 'FAIL'}  {part.says}", file=out)
        found.append(part)
    bad = [part for part in found if part.code is not None]
    print(f"{len(bad)} of {len(found)} parts are not well" if bad else "every part is well", file=out)
    if not any(part.name.startswith("reader") and part.code is None for part in found):
        return EXIT_UNAVAILABLE
    return EXIT_FINDINGS if bad else EXIT_DONE


def _all(settings: StationSettings, wait: Callable[[float], object]) -> Iterator[Part]:
    clock = clock_of(settings, boot=0)
    yield _lamps(settings, clock, wait)
    yield parts.gpio_libraries()
    for reader in _readers(settings, clock):
        yield reader if isinstance(reader, Part) else parts.reader(reader.name, ask(reader))
    yield _journal(settings)
    yield parts.disk(Disk(settings.state_dir), settings.state_dir / FILE_NAME)
    yield parts.clock(clock, KernelTime().refusal())
    yield parts.key(settings)
    yield parts.sidecar(settings)


def _lamps(settings: StationSettings, clock: Clock, wait: Callable[[float], object]) -> Part:
    try:
        panel: Panel = make_panel(settings, clock, gpio_of(settings), Answered())
    except PanelError as error:
        return Part("panel", str(error), "panel")
    try:
        panel.show(Notice.LAMP_TEST)
        shown = pattern(Notice.LAMP_TEST, quiet=settings.panel.quiet)
        wait(sum(step.ms for step in shown.steps) / 1_000)
    finally:
        panel.close()
    lit = "left, middle, right and status lamp were lit in turn, then the buzzer sounded"
    return Part("panel", f"{lit}; check the wire of one that did not")


def _readers(settings: StationSettings, clock: Clock) -> Sequence[Reader | Part]:
    try:
        return make_readers(settings, clock, gpio_of(settings))
    except (PanelError, SettingsError) as error:
        return [Part("reader", str(error), "reader")]


def _journal(settings: StationSettings) -> Part:
    path = settings.state_dir / FILE_NAME
    if not path.exists():
        return Part("journal", f"none yet at {path}; the first start begins it")
    examined = examine(path)
    if examined.problems:
        more = f" and {len(examined.problems) - 1} more" if len(examined.problems) > 1 else ""
        says = f"{examined.problems[0]}{more}; run `rollbook-station salvage`"
        return Part("journal", says, "journal")
    doubt = f"; {examined.doubts[0]}" if examined.doubts else ""
    return Part("journal", f"{examined.rows} entries, every page and the whole chain hold{doubt}")
