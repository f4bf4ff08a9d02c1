"""The step `rtc`: whether there is a clock with a battery, and how far it is from the system's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station.acceptance.outcome import Outcome, Shown
from station.acceptance.site import Site
from station.tap import Json
from station.vitals import text_of

MOST_DRIFT_S: Final = 5
TODO: Final = (
    "see to the battery and its holder, and to the wires of the clock (docs/howto/station-wiring.md)"
)
_MS_IN_S: Final = 1_000


@dataclass(frozen=True, slots=True)
class BatteryClock:
    """A clock the kernel knows; `at_s` is what it says, in UTC seconds since 1970, None where it will not."""

    name: str
    at_s: int | None


def find(root: Path) -> BatteryClock | None:
    """Return the machine's first clock, None where it has none."""
    for folder in sorted((root / "sys/class/rtc").glob("rtc*")):
        said = text_of(folder / "since_epoch")
        return BatteryClock(text_of(folder / "name"), int(said) if said.isdecimal() else None)
    return None


def run(site: Site) -> Shown:
    """Compare the battery clock with the system's, where that one is known to be right."""
    found = find(site.root)
    if found is None:
        return Shown(Outcome.ABSENT, "there is no clock with a battery; a station does without")
    if found.at_s is None:
        return Shown(Outcome.FAILED, f"{found.name} is there and tells no time", {"rtc": found.name}, TODO)
    reading = site.clock.reading()
    drift_s = found.at_s - reading.wall_ms // _MS_IN_S
    figures: dict[str, Json] = {
        "rtc": found.name,
        "drift_s": drift_s,
        "is_synchronised": bool(reading.sync_state),
    }
    if not reading.sync_state:
        says = f"{found.name} runs; whether it is right is not known, as the system's clock is not set"
        return Shown(Outcome.WELL, says, figures)
    says = f"{found.name} is {drift_s:+d} s from the system's synchronised clock"
    outcome = Outcome.WELL if abs(drift_s) <= MOST_DRIFT_S else Outcome.FAILED
    return Shown(outcome, says, figures, "" if outcome is Outcome.WELL else TODO)
