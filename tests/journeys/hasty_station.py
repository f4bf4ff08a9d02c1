"""A station that turns the light on before the entry is stored: the fault the journeys must find."""

import sys
import threading

from station import cli, loop, run
from station.loop import Events, Upkeep
from station.panel import Panel
from station.reader import Presented, ReaderEvent
from station.station import Station
from station.verdict import Sign, Verdict

_DAWDLE_S = 0.05


def serve(events: Events, station: Station, panel: Panel, upkeep: Upkeep, stop: threading.Event) -> None:
    """Answer like the real loop, only the wrong way round."""
    react = loop.react

    def show_first(event: ReaderEvent, station: Station) -> Sign | None:
        if not isinstance(event, Presented):
            return react(event, station)
        station.answered.seq = station.journal.head.seq + 1
        panel.show(Verdict.WELCOME)
        stop.wait(_DAWDLE_S)
        react(event, station)
        return None

    loop.react = show_first
    real_serve(events, station, panel, upkeep, stop)


real_serve = loop.serve
setattr(run, "serve", serve)  # noqa: B010 (the name is none that run gives away, so a type checker objects)

if __name__ == "__main__":
    sys.exit(cli.main())
