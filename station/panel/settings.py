"""The settings of the panel, as station.toml spells them."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Final, Literal

# BCM 0-8 are pulled up when power comes on, so a lamp or the buzzer there would be on during boot.
_FIRST_PIN: Final = 9
_LAST_PIN: Final = 27
# BCM 14 and 15 are the serial line of the reader.
_SERIAL_PINS: Final = (14, 15)


@dataclass(frozen=True, slots=True)
class Pins:
    """Which pins the lamps and the buzzer are wired to, in BCM numbers (docs/howto/station-wiring.md)."""

    left: int = 17
    middle: int = 27
    right: int = 22
    status: int = 23
    buzzer: int = 18

    def __post_init__(self) -> None:
        pins = astuple(self)
        if len(set(pins)) < len(pins):
            msg = "two lamps share a pin; give each its own"
            raise ValueError(msg)
        for pin in pins:
            if not _FIRST_PIN <= pin <= _LAST_PIN or pin in _SERIAL_PINS:
                msg = f"pin {pin} is not free for a lamp; allowed: {_FIRST_PIN} to {_LAST_PIN} but 14 and 15"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """The `[panel]` table; `record_to` is used by kind "recorded" alone."""

    kind: Literal["gpio", "terminal", "recorded"]
    quiet: bool = False
    record_to: Path | None = None
    pins: Pins = field(default_factory=Pins)

    def __post_init__(self) -> None:
        if (self.record_to is None) == (self.kind == "recorded"):
            msg = 'record_to and kind = "recorded" go together; give both or neither'
            raise ValueError(msg)
