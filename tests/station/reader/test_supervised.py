"""A reader outlives whatever its driver raises, and says when it is down and when it is up."""

import logging
import termios
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat

import pytest

from station.clock import HandClock, SystemClock
from station.errors import ReaderError
from station.reader import Credential, Presented, ReaderDown, ReaderSettings, ReaderUp, Removed, build
from station.reader.hold import Hold, Sight
from station.reader.supervised import Pace, SupervisedReader
from tests.fakes.simulator import Listener

ANA = Credential("uid", "82acb95d", "nfc-a", 1, None)
CLOCK = SystemClock(boot=1)
RAISED = [
    OSError(5, "io"),
    termios.error(5, "io"),
    IndexError("list index out of range"),
    KeyError("code"),
    AssertionError(),
    TypeError("None"),
    AttributeError("tty"),
    ValueError("baud"),
    RuntimeError("anything else"),
]

Step = Exception | list[Sight]


class ScriptedDevice:
    """A device that does what its steps say, one a look; the last step repeats."""

    def __init__(self, steps: Iterator[Step], *, recovers: bool = True) -> None:
        self._steps = steps
        self._recovers = recovers
        self.closed = 0

    def look(self) -> Sequence[Sight]:
        step = next(self._steps)
        if isinstance(step, Exception):
            raise step
        return step

    def recover(self, pause: Callable[[float], object]) -> None:
        pause(0.0)
        if not self._recovers:
            raise termios.error(5, "gone")

    def close(self) -> None:
        self.closed += 1
        raise OSError(5, "cannot even be closed")


class Shelf:
    """Hands out devices, or the error that opening one ends with; the last repeats."""

    def __init__(self, *things: ScriptedDevice | Exception) -> None:
        self._things = chain(things, repeat(things[-1]))
        self.opened = 0

    def open(self, _pause: Callable[[float], object]) -> ScriptedDevice:
        self.opened += 1
        thing = next(self._things)
        if isinstance(thing, Exception):
            raise thing
        return thing


def _device(*steps: Step, recovers: bool = True) -> ScriptedDevice:
    return ScriptedDevice(chain(steps, repeat(steps[-1])), recovers=recovers)


def _reader(shelf: Shelf, reset: Callable[[], None] | None = None) -> SupervisedReader:
    return SupervisedReader("nfc", CLOCK, Hold("nfc"), shelf.open, reset=reset, pace=Pace(0.001, 0.001))


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_no_error_of_a_driver_ends_the_reading(error: Exception) -> None:
    with Listener(_reader(Shelf(error, _device(error, [ANA])))) as listener:
        listener.wait_for(ReaderDown)
        listener.wait_for(ReaderUp)
        listener.wait_for(Presented)


def test_a_fault_or_two_are_forgiven_without_opening_again() -> None:
    shelf = Shelf(_device([None], OSError(), OSError(), [ANA]))
    with Listener(_reader(shelf)) as listener:
        listener.wait_for(Presented)
        assert shelf.opened == 1
        assert listener.reader.health().counters["link-fault"] == 2


def test_three_faults_in_a_row_make_it_open_again_in_silence() -> None:
    broken = _device([None], OSError())
    shelf = Shelf(broken, _device([ANA]))
    with Listener(_reader(shelf)) as listener:
        listener.wait_for(Presented)
        assert shelf.opened == 2
        assert broken.closed == 1
        assert listener.reader.health().resets == 1
        # Nobody needs a red lamp for a reader that was back before they could look.
        assert [type(event) for event in listener.events] == [ReaderUp, Presented]


def test_a_link_that_cannot_be_brought_back_in_step_is_not_tried_three_times() -> None:
    shelf = Shelf(_device([None], OSError(), recovers=False), _device([ANA]))
    with Listener(_reader(shelf)) as listener:
        listener.wait_for(Presented)
        assert listener.reader.health().counters["link-fault"] == 1


def test_a_device_that_opens_but_never_works_is_down() -> None:
    with Listener(_reader(Shelf(_device(OSError())))) as listener:
        assert listener.wait_for(ReaderDown).reason == "link-lost"
        assert listener.reader.health().state == "down"


def test_being_down_is_said_once_however_long_it_lasts() -> None:
    shelf = Shelf(*[ReaderError("no-answer")] * 4, _device([None]))
    with Listener(_reader(shelf)) as listener:
        listener.wait_for(ReaderUp)
        assert listener.events == [ReaderDown("nfc", "no-answer"), ReaderUp("nfc")]
        assert listener.reader.health().counters["open-failed"] == 4


def test_a_device_open_for_a_day_is_opened_anew_once_nothing_lies_on_it() -> None:
    clock = HandClock()
    shelf = Shelf(_device([ANA], [ANA], [None]))
    reader = SupervisedReader("nfc", clock, Hold("nfc", gap_ms=0), shelf.open, pace=Pace(renew_ms=86_400_000))
    with Listener(reader) as listener:
        listener.wait_for(Removed)
        listener.let_cycles_pass(5)
        assert shelf.opened == 1
        clock.advance(86_400_000)
        listener.wait_until(lambda: shelf.opened == 2)
        listener.let_cycles_pass(5)
    assert [type(event) for event in listener.events] == [ReaderUp, Presented, Removed]
    assert reader.health().resets == 1


def test_a_device_open_for_a_day_is_not_taken_from_under_a_card() -> None:
    clock = HandClock()
    shelf = Shelf(_device([ANA]))
    reader = SupervisedReader("nfc", clock, Hold("nfc", gap_ms=0), shelf.open, pace=Pace(renew_ms=1_000))
    with Listener(reader) as listener:
        listener.wait_for(Presented)
        clock.advance(2_000)
        listener.let_cycles_pass(5)
        assert shelf.opened == 1


def test_every_fifth_failure_pulls_the_reset_line_and_a_broken_line_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    pulled: list[int] = []

    def pull() -> None:
        pulled.append(shelf.opened)
        msg = "no such pin"
        raise RuntimeError(msg)

    shelf = Shelf(*[ReaderError("no-answer")] * 5, _device([ANA]))
    with Listener(_reader(shelf, pull)) as listener:
        listener.wait_for(Presented)
    assert pulled == [5]
    assert "reader.reset-failed" in caplog.text


def test_the_reset_pin_of_the_settings_is_the_one_that_is_pulsed(tmp_path: object) -> None:
    pulled: list[int] = []
    done = threading.Event()

    def pulse(pin: int) -> None:
        pulled.append(pin)
        done.set()

    settings = ReaderSettings("nfc", "pn532", f"{tmp_path}/missing", reset_pin=25)
    with Listener(build(settings, CLOCK, pulse)) as listener:
        assert listener.wait_for(ReaderDown).reason == "no-such-port"
        listener.wait_until(done.is_set)
    assert pulled == [25]
