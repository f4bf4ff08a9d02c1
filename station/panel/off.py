"""Put lamps and buzzer out after a station that could not do it itself; systemd runs it at its end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple
from pathlib import Path

from station.config import DEFAULT_FILE, read
from station.errors import EXIT_DONE, StationError
from station.panel.gpio import Gpio, claim, open_gpio, release

_PROGRAM = "python -m station.panel.off"


def main(argv: Sequence[str] | None = None, open_pins: Callable[[], Gpio] = open_gpio) -> int:
    """Drive the pins of the settings low and give them back; return the exit code."""
    parser = argparse.ArgumentParser(prog=_PROGRAM, description="Put the panel's lamps and buzzer out.")
    parser.add_argument("--config", type=Path, default=DEFAULT_FILE)
    try:
        panel = read(parser.parse_args(argv).config).panel
        if panel.kind == "gpio":
            pins, gpio = astuple(panel.pins), open_pins()
            claim(gpio, pins)
            release(gpio, pins)
    except StationError as error:
        print(f"{_PROGRAM}: {error}", file=sys.stderr)  # noqa: T201 (a command speaks to a person)
        return error.exit_code
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(main())
