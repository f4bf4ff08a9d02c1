"""The steps of an acceptance, in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from station.acceptance import card, lamps, pins, plug, reader, rtc, service, surroundings, taps
from station.acceptance.outcome import Shown
from station.acceptance.site import Site


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the name it has in every document, what it shows, and how it is done."""

    name: str
    shows: str
    run: Callable[[Site], Shown]


# The plug comes last: whoever pulled it is done.
STEPS: Final = (
    Step("pins", "the GPIO library fits the board", pins.run),
    Step("lamps", "every lamp and the buzzer", lamps.run),
    Step("reader", "the reader's chip answers every time", reader.run),
    Step("card", "the memory card is fast enough", card.run),
    Step("taps", "fifty real cards", taps.run),
    Step("rtc", "the clock with a battery", rtc.run),
    Step("supply", "heat and supply", surroundings.supply),
    Step("clock", "how well the time is known", surroundings.clock),
    Step("network", "the way to the server", surroundings.network),
    Step("watchdog", "a hung board restarts", service.watchdog),
    Step("service", "a hung station is started again; memory", service.service),
    Step("plug", "no green is lost when the plug is pulled", plug.run),
)
