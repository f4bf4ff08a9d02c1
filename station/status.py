"""The file in which the running station says how it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import station as package
from station.condition import Condition
from station.tap import Reading
from station.verdict import Sign

FILE_NAME: Final = "status.json"


def describe(
    condition: Condition,
    state: Sign | None,
    reading: Reading,
    config_version: int | None,
    clock_refusal: str | None,
) -> str:
    """Return the status as JSON; it changes only when something worth telling changed."""
    station = condition.station
    roster = station.roster.current()
    healths = {reader.name: reader.health() for reader in condition.readers}
    return json.dumps(
        {
            "readers": {
                name: {
                    "state": health.state,
                    "resets": health.resets,
                    "since_ms": health.since_ms,
                    "fault": health.fault,
                }
                for name, health in healths.items()
            },
            "journalled": station.journalled,
            "lost": station.losses.count,
            "panel": None if state is None else state.name,
            "roster": None if roster is None else roster.version,
            "config": config_version,
            "boot": reading.boot,
            "clock_refusal": clock_refusal,
            "sw": package.__version__,
        }
    )


def write(file: Path, text: str) -> None:
    """Put the status in its place by rename, so that nobody reads half of it."""
    draft = file.with_suffix(".tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)
