"""The steps `supply`, `clock` and `network`: what a station needs of its room and of its school."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from station import parts, vitals
from station.acceptance.outcome import Outcome, Shown
from station.acceptance.site import Site
from station.errors import EXIT_DONE
from station.kernel_time import KernelTime
from station.tap import Json

HOT_C: Final = 80
"""From here on the board slows itself down."""

_SYNC: Final = "rollbook-sync"
_TOLD: Final = ("state ", "waiting ", "last success ", "failures since ")
_FINDINGS: Final = "findings"


def supply(site: Site) -> Shown:
    """Tell heat and supply as the board itself has seen them since it was switched on."""
    told = vitals.now(site.root)
    if not told:
        return Shown(Outcome.ABSENT, "this machine tells nothing of its heat and supply")
    heat = told.get("temp_c")
    faults = [
        "the supply is too weak now" if told.get("low_voltage") else "",
        "the supply was too weak since the board was switched on"
        if told.get("low_voltage_since_boot")
        else "",
        "the board slows itself down" if told.get("throttled") else "",
        f"{heat} degrees are too hot" if isinstance(heat, int) and heat >= HOT_C else "",
    ]
    said = "; ".join(fault for fault in faults if fault)
    if said:
        todo = "take the supply made for the model and a short cable; give the case air"
        return Shown(Outcome.FAILED, said, told, todo)
    known = "the supply was never too weak" if "low_voltage" in told else "nothing is told of the supply"
    return Shown(Outcome.WELL, f"{heat} degrees, {known}", told)


def clock(site: Site) -> Shown:
    """Tell how well the time is known."""
    reading = site.clock.reading()
    found = parts.clock(site.clock, KernelTime().refusal())
    figures: dict[str, Json] = {
        "is_synchronised": bool(reading.sync_state),
        "max_error_ms": reading.max_error_ms,
    }
    if found.code is None:
        return Shown(Outcome.WELL, found.says, figures)
    return Shown(Outcome.FAILED, found.says, figures, "let NTP through, or name the school's own time server")


def network(site: Site) -> Shown:
    """Tell what the agent knows of its last talks with the server."""
    program = Path(sys.executable).with_name(_SYNC)
    if not (site.root / program.relative_to("/")).exists():
        return Shown(
            Outcome.ABSENT, f"{_SYNC} is not installed beside this program; nothing is told of the network"
        )
    code, text = site.ask([str(program), "check"])
    lines = [line.strip() for line in text.splitlines()]
    told = [line for line in lines if line.startswith(_TOLD)]
    if code == EXIT_DONE:
        return Shown(Outcome.WELL, "; ".join(told), {"exit_code": code})
    found = lines[lines.index(_FINDINGS) + 1 :] if _FINDINGS in lines else lines[-1:]
    says = "; ".join([*told, *found]) or f"{_SYNC} check ended with {code}"
    return Shown(
        Outcome.FAILED, says, {"exit_code": code}, "rollbook-sync check, then rollbook-sync once, tell more"
    )
