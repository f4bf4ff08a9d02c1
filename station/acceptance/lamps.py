"""The step `lamps`: each lamp and the buzzer by itself, for the person to see and hear."""

from __future__ import annotations

from dataclasses import asdict, astuple
from typing import Final

from station.acceptance.outcome import Outcome, Shown
from station.acceptance.site import Site
from station.panel.gpio import Gpio, claim, release
from station.tap import Json

_SOUND_S: Final = 0.5
_BUZZER: Final = "buzzer"
_TODO: Final = (
    "compare the wires with docs/howto/station-wiring.md: turn a lamp round that never lights, swap two "
    "wires where another one lit, take an active buzzer"
)


def run(site: Site) -> Shown:
    """Turn each on alone until the person says whether it was the right one."""
    pins = site.settings.panel.pins
    kind = site.settings.panel.kind
    gpio = site.gpio(site.settings) if kind == "gpio" else None
    if gpio is None:
        return Shown(Outcome.ABSENT, f"the panel is set to {kind}: it has no lamps on pins")
    claim(gpio, astuple(pins))
    try:
        seen = {name: _is_seen(site, gpio, name, pin) for name, pin in asdict(pins).items()}
    finally:
        release(gpio, astuple(pins))
    figures: dict[str, Json] = {name: "ok" if is_so else "no" for name, is_so in seen.items()}
    missed = [name for name, is_so in seen.items() if not is_so]
    if missed:
        return Shown(Outcome.FAILED, f"not as it should be: {', '.join(missed)}", figures, _TODO)
    return Shown(Outcome.WELL, "each lamp lit alone and in its place, and the buzzer was heard", figures)


def _is_seen(site: Site, gpio: Gpio, name: str, pin: int) -> bool:
    while True:
        if _show(site, gpio, name, pin):
            return True
        if not site.person.agrees("Show it once more?"):
            return False


def _show(site: Site, gpio: Gpio, name: str, pin: int) -> bool:
    if name == _BUZZER:
        site.person.tell("The buzzer sounds now, for half a second.")
        gpio.output(pin, 1)
        site.wait(_SOUND_S)
        gpio.output(pin, 0)
        return site.person.agrees("Did you hear it?")
    gpio.output(pin, 1)
    try:
        return site.person.agrees(f"Is the {name} lamp lit, steadily, and no other?")
    finally:
        gpio.output(pin, 0)
