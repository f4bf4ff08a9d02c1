"""The panel on a Raspberry Pi's pins; the only place that imports RPi.GPIO."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from station.errors import PanelError
from station.logs import Log
from station.panel.patterns import Lamp, Step
from station.panel.player import Player
from station.panel.settings import Pins
from station.verdict import Sign

_JOIN_S = 2.0
_RESET_S = 0.1
_AGAIN_S = 2.0

log = Log(__name__)


class Gpio(Protocol):
    """The part of RPi.GPIO that is used, the same in rpi-lgpio: plain outputs, no edges, no PWM."""

    BCM: int
    OUT: int

    def setwarnings(self, flag: int, /) -> None:
        """Silence the library's complaint about pins that were in use."""

    def setmode(self, mode: int, /) -> None:
        """Choose how pins are numbered."""

    def setup(self, channel: Sequence[int] | int, direction: int, *, initial: int) -> None:
        """Make pins outputs at a first level."""

    def output(self, channel: Sequence[int] | int, value: Sequence[int] | int, /) -> None:
        """Set pins."""

    def cleanup(self, channel: Sequence[int] | int, /) -> None:
        """Make pins inputs again."""


def open_gpio() -> Gpio:
    """Return the GPIO library of this machine; raises PanelError when there is none that works."""
    try:
        from RPi import GPIO
    except (ImportError, RuntimeError) as error:
        msg = (
            f"the GPIO pins cannot be used ({error}); install rollbook[pi], on newer boards and "
            'kernels rollbook[pi5], or set kind = "terminal" under [panel]'
        )
        raise PanelError(msg) from error
    return cast("Gpio", GPIO)


def pulse(gpio: Gpio, pin: int, wait: Callable[[float], None] = time.sleep) -> None:
    """Reset the chip behind a pin by holding it low for 100 ms (RSTPDN of a PN532)."""
    gpio.setwarnings(0)
    gpio.setmode(gpio.BCM)
    gpio.setup(pin, gpio.OUT, initial=1)
    gpio.output(pin, 0)
    wait(_RESET_S)
    gpio.output(pin, 1)


class GpioPanel:
    """Four lamps and an active buzzer, each on or off, played by a thread of its own."""

    def __init__(self, pins: Pins, gpio: Gpio, *, quiet: bool = False) -> None:
        self._gpio = gpio
        self._lamps = {
            Lamp.LEFT: pins.left,
            Lamp.MIDDLE: pins.middle,
            Lamp.RIGHT: pins.right,
            Lamp.STATUS: pins.status,
        }
        self._pins = [*self._lamps.values(), pins.buzzer]
        self._claim()
        self._player = Player(self._set, quiet=quiet)
        self._thread = threading.Thread(target=self._work, name="panel", daemon=True)
        self._thread.start()

    def show(self, sign: Sign) -> None:
        """Begin to show a sign; a sign still being shown gives way at its next edge."""
        self._player.show(sign)

    def close(self) -> None:
        """Put everything out and give the pins back."""
        self._player.stop()
        self._thread.join(_JOIN_S)

    def _claim(self) -> None:
        try:
            self._gpio.setwarnings(0)
            self._gpio.setmode(self._gpio.BCM)
            self._gpio.setup(self._pins, self._gpio.OUT, initial=0)
        except (RuntimeError, ValueError, OSError) as error:
            msg = f"the panel's pins {self._pins} cannot be used ({error}); correct [panel.pins]"
            raise PanelError(msg) from error

    def _work(self) -> None:
        self._play()
        while self._player.rests(_AGAIN_S):
            try:
                self._claim()
            except PanelError:
                log.exception("panel.waits")
                continue
            self._play()

    def _play(self) -> None:
        try:
            self._player.play()
        except (RuntimeError, ValueError, OSError):
            log.exception("panel.broke", again_in_s=_AGAIN_S)
        finally:
            with contextlib.suppress(RuntimeError, ValueError, OSError):
                self._gpio.cleanup(self._pins)

    def _set(self, step: Step) -> None:
        levels = [int(lamp in step.lamps) for lamp in self._lamps]
        self._gpio.output(self._pins, [*levels, int(step.sounds)])
