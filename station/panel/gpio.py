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
from station.panel.player import Player, Wait, wait_for
from station.panel.settings import Pins
from station.verdict import Sign

_JOIN_S = 2.0
_RESET_S = 0.1
_AGAIN_MS = 2_000

log = Log(__name__)


class Gpio(Protocol):
    """The part of RPi.GPIO that is used, the same in rpi-lgpio: plain outputs, no edges, no PWM.

    What the two raise is not the same: RPi.GPIO RuntimeError and ValueError, rpi-lgpio these and its
    own `lgpio.error`, which is a plain Exception.
    """

    BCM: int
    OUT: int

    def setwarnings(self, flag: int, /) -> None:
        """Silence the library's complaint about pins that were in use."""

    def setmode(self, mode: int, /) -> None:
        """Choose how pins are numbered; rpi-lgpio opens the chip here, and fails here when it may not."""

    def setup(self, channel: Sequence[int] | int, direction: int, *, initial: int) -> None:
        """Make pins outputs at a first level, one level for all: to rpi-lgpio any list means high."""

    def output(self, channel: Sequence[int] | int, value: Sequence[int] | int, /) -> None:
        """Set pins."""

    def cleanup(self, channel: Sequence[int] | int, /) -> None:
        """Make pins inputs again."""


def open_gpio() -> Gpio:
    """Return the GPIO library of this machine; raises PanelError when there is none that works."""
    try:
        from RPi import GPIO
    # RuntimeError: no Raspberry Pi, or none it knows. OSError: lgpio puts a pipe into the working folder.
    except (ImportError, RuntimeError, OSError) as error:
        msg = (
            f"the GPIO pins cannot be used ({error}); install rollbook[pi], on newer boards and "
            'kernels rollbook[pi5], or set kind = "terminal" under [panel]'
        )
        raise PanelError(msg) from error
    return cast("Gpio", GPIO)


def claim(gpio: Gpio, pins: Sequence[int]) -> None:
    """Make pins outputs, all off, without a blink; raises PanelError when one cannot be had."""
    try:
        gpio.setwarnings(0)
        gpio.setmode(gpio.BCM)
        gpio.setup(pins, gpio.OUT, initial=0)
    # Whatever the library raises, the panel is not there; lgpio.error has no base but this one.
    except Exception as error:
        release(gpio, pins)
        msg = (
            f"the panel's pins {list(pins)} cannot be used ({error}); correct [panel.pins], end what else "
            "uses them, or see that /dev/gpiochip* may be opened (group gpio)"
        )
        raise PanelError(msg) from error


def release(gpio: Gpio, pins: Sequence[int]) -> None:
    """Give pins back, those of them that were ours."""
    # One by one: rpi-lgpio stops at the first that is not ours and would keep the rest.
    for pin in pins:
        with contextlib.suppress(Exception):
            gpio.cleanup(pin)


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

    def __init__(self, pins: Pins, gpio: Gpio, *, quiet: bool = False, wait: Wait = wait_for) -> None:
        self._gpio = gpio
        self._lamps = {
            Lamp.LEFT: pins.left,
            Lamp.MIDDLE: pins.middle,
            Lamp.RIGHT: pins.right,
            Lamp.STATUS: pins.status,
        }
        self._pins = [*self._lamps.values(), pins.buzzer]
        claim(gpio, self._pins)
        self._player = Player(self._set, quiet=quiet, wait=wait)
        self._thread = threading.Thread(target=self._work, name="panel", daemon=True)
        self._thread.start()

    def show(self, sign: Sign) -> None:
        """Begin to show a sign; one still being shown gives way at once."""
        self._player.show(sign)

    def close(self) -> None:
        """Put everything out and give the pins back."""
        self._player.stop()
        self._thread.join(_JOIN_S)

    def _work(self) -> None:
        self._play()
        while self._player.rests(_AGAIN_MS):
            try:
                claim(self._gpio, self._pins)
            except PanelError:
                log.exception("panel.waits")
                continue
            self._play()

    def _play(self) -> None:
        try:
            self._player.play()
        except Exception:
            # Taps are recorded without lamps too; the lamps are tried again.
            log.exception("panel.broke", again_in_s=_AGAIN_MS // 1_000)
        finally:
            release(self._gpio, self._pins)

    def _set(self, _sign: Sign, step: Step) -> None:
        levels = [int(lamp in step.lamps) for lamp in self._lamps]
        self._gpio.output(self._pins, [*levels, int(step.sounds)])
