"""The station's process: open everything, answer taps until told to stop, close everything."""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import Final

from station.config import StationSettings
from station.errors import JournalDamagedError, ReaderError
from station.logs import Log
from station.loop import Events, serve
from station.machine import look_around
from station.opening import Opening
from station.reader import Reader
from station.shift import Shift
from station.supervisor import Supervisor
from station.watchdog import Watchdog

_POLL_S: Final = 0.1

log = Log(__name__)


def run(settings: StationSettings, *, require_reader_s: int = 0) -> int:
    """Run the station until SIGTERM or SIGINT; raises StationError when it cannot begin.

    With `require_reader_s` it gives up after so many seconds without a reader that works. A journal
    found damaged while it runs is closed, salvaged and gone on with; taps wait for nothing else.
    """
    machine = look_around(settings)
    events: Events = queue.SimpleQueue()
    stop = threading.Event()
    _stop_on_signals(stop, events)
    supervisor, watchdog = Supervisor(machine.readers, events, stop), Watchdog()
    opening = Opening(machine, events, stop, watchdog, supervisor.start)
    with ExitStack() as open_things:
        open_things.callback(machine.panel.close)
        open_things.callback(supervisor.join)
        open_things.callback(stop.set)
        is_damaged = False
        while (opened := opening.open(is_damaged=is_damaged)) is not None:
            with closing(Shift.assemble(machine, *opened, opening.losses, watchdog)) as shift:
                is_damaged = _work(shift, events, stop, supervisor, require_reader_s)
    return 0


def _work(
    shift: Shift, events: Events, stop: threading.Event, supervisor: Supervisor, require_reader_s: int
) -> bool:
    """Answer taps until told to stop, or until the journal is found damaged: return whether it was."""
    watchdog = shift.rounds.watchdog
    try:
        shift.begin()
        supervisor.start()
        if require_reader_s:
            _await_reader(shift.machine.readers, require_reader_s, stop)
        watchdog.ready()
        serve(events, shift.station, shift.machine.panel, shift.rounds, stop)
    except JournalDamagedError:
        log.exception("journal.damaged")
        return True
    except BaseException:
        stop.set()
        raise
    finally:
        if stop.is_set():
            watchdog.stopping()
            supervisor.join()
            shift.sign_off(events)
    return False


def _await_reader(readers: Sequence[Reader], wait_s: int, stop: threading.Event) -> None:
    for _ in range(round(wait_s / _POLL_S)):
        if any(reader.health().state == "ready" for reader in readers) or stop.wait(_POLL_S):
            return
    names = ", ".join(reader.name for reader in readers)
    msg = f"no reader answers ({names}); check the cable and `port` in the [[readers]] tables"
    raise ReaderError(msg)


def _stop_on_signals(stop: threading.Event, events: Events) -> None:
    def ask(_number: int, _frame: object) -> None:
        stop.set()
        # The queue is safe to use from a signal handler, and wakes the loop at once.
        events.put(None)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
