import queue
import threading
from collections.abc import Callable

import pytest

from station import supervisor
from station.clock import HandClock
from station.loop import Events
from station.reader import Presented, Reader, ReaderDown, ReaderEvent, ReaderHealth, ReaderUp
from station.reader.scripted import ScriptedReader
from station.supervisor import Supervisor
from tests.fakes.station import ANA

DEADLINE_S = 20.0


class Brittle:
    """A reader that breaks its promise and raises the first time it runs."""

    name = "brittle"

    def __init__(self) -> None:
        self.runs = 0

    def run(self, emit: Callable[[ReaderEvent], None], stop: threading.Event) -> None:
        self.runs += 1
        if self.runs == 1:
            msg = "a promise"
            raise ValueError(msg)
        emit(ReaderUp(self.name))
        stop.wait()

    def health(self) -> ReaderHealth:
        return ReaderHealth("ready", 0, self.runs)


class Deaf(Brittle):
    """A reader that does not notice it is to stop."""

    name = "deaf"

    def __init__(self, release: threading.Event) -> None:
        super().__init__()
        self._release = release

    def run(self, emit: Callable[[ReaderEvent], None], stop: threading.Event) -> None:
        emit(ReaderUp(self.name))
        self._release.wait()
        assert stop.is_set()


def take(events: Events, count: int) -> list[ReaderEvent | None]:
    return [events.get(timeout=DEADLINE_S) for _ in range(count)]


def watched(*readers: Reader) -> tuple[Events, threading.Event, Supervisor]:
    events: Events = queue.SimpleQueue()
    stop = threading.Event()
    watching = Supervisor(readers, events, stop)
    watching.start()
    return events, stop, watching


def test_all_readers_speak_through_one_queue() -> None:
    clock = HandClock()
    readers = [ScriptedReader(name, clock, [ANA]) for name in ("nfc", "scanner")]
    events, stop, watching = watched(*readers)
    heard = take(events, 4)
    stop.set()
    watching.join()
    for name in ("nfc", "scanner"):
        said = [event for event in heard if event is not None and event.reader == name]
        assert said == [ReaderUp(name), Presented(ANA, name, clock.raw_ms)]


def test_a_reader_that_breaks_is_started_again_and_the_others_live_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "RESTART_S", 0.01)
    brittle = Brittle()
    events, stop, watching = watched(brittle, ScriptedReader("nfc", HandClock(), [ANA]))
    heard = take(events, 4)
    stop.set()
    watching.join()
    assert ReaderDown("brittle", "ValueError") in heard
    assert ReaderUp("brittle") in heard
    assert brittle.runs == 2


def test_a_reader_that_hangs_does_not_keep_the_station_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "JOIN_S", 0.01)
    release = threading.Event()
    events, stop, watching = watched(Deaf(release))
    take(events, 1)
    stop.set()
    watching.join()
    release.set()
