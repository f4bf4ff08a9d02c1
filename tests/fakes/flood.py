"""A hostile station in a process of its own: floods with its key, forged signatures and half bodies."""

import http.client
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sync_agent.signing import SigningKey
from tests.fakes.herd import stations
from tests.fakes.intake_process import Line
from tests.fakes.virtual_station import Message, VirtualStation

ROOT = Path(__file__).parents[2]
FLOODS: Final = 3
FORGERIES: Final = 2
DRIPS: Final = 8
_PAUSE_S: Final = 0.002
"""A board on a network cannot ask without any pause; this one is at it five hundred times a second a line."""


@contextmanager
def flooding(port: int) -> Iterator[Counter[str]]:
    """Flood an intake in the name of the herd's first station; at the end count what was answered."""
    command = [sys.executable, "-m", "tests.fakes.flood", str(port)]
    answered: Counter[str] = Counter()
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "flooding\n"
        try:
            yield answered
        finally:
            said, _ = process.communicate()
            answered.update(json.loads(said))


def _flood(port: int) -> Mapping[str, int]:
    station, stop, answered = stations(1)[0], threading.Event(), Counter[str]()
    line = Line(port)
    line.post(station.registration())
    forged = station.message(station.envelope(1, 1), SigningKey(bytes(32)))
    lines = [("own", station.batch())] * FLOODS + [("forged", forged)] * FORGERIES
    threads = [threading.Thread(target=_send, args=(port, each, answered, stop)) for each in lines]
    threads += [threading.Thread(target=_drip, args=(port, station, stop)) for _ in range(DRIPS)]
    for thread in threads:
        thread.start()
    print("flooding", flush=True)  # noqa: T201  the parent reads it
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join()
    return answered


def _send(port: int, what: tuple[str, Message], answered: Counter[str], stop: threading.Event) -> None:
    line = Line(port)
    while not stop.wait(_PAUSE_S):
        with suppress(OSError, http.client.HTTPException):
            answered[f"{what[0]} {line.post(what[1]).status}"] += 1
    line.close()


def _drip(port: int, station: VirtualStation, stop: threading.Event) -> None:
    message = station.registration()
    while not stop.is_set():
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with suppress(OSError, http.client.HTTPException):
            line.putrequest("POST", message.path)
            line.putheader("Content-Length", str(len(message.body)))
            line.endheaders(message.body[:5])
            stop.wait(1.0)
        line.close()


if __name__ == "__main__":
    print(json.dumps(_flood(int(sys.argv[1]))))  # noqa: T201  the parent reads it
