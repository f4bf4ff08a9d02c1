"""The wires of an emulated board, with a shell in the place of QEMU."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from station.simulator.field import Field
from tests.pi.emulated.machine import Machine, Plug


def listening(wires: Mapping[str, int]) -> Sequence[str]:
    """Return what says on the console that a shell listens, and then stays."""
    return "bash", "-c", f"echo the console listens >&{wires['console']}; exec sleep 60"


@contextmanager
def switched_on(folder: Path, at_shell: Callable[[], None], program: Plug) -> Iterator[Machine]:
    """Lend a board that is on, and cut its power in the end."""
    machine = Machine(Field(), folder / "log", at_shell)
    machine.power_on(program)
    try:
        yield machine
    finally:
        machine.cut()


def test_what_is_done_at_the_shell_is_done_when_the_wait_for_it_ends(tmp_path: Path) -> None:
    done = list[str]()
    with switched_on(tmp_path, lambda: done.append("plugged in"), listening) as machine:
        machine.wait_for_shell(30)
        assert done == ["plugged in"]


def test_whoever_waits_for_the_shell_is_told_what_failed_there(tmp_path: Path) -> None:
    def unplugged() -> None:
        msg = "device_add: there is no such port"
        raise AssertionError(msg)

    with (
        switched_on(tmp_path, unplugged, listening) as machine,
        pytest.raises(AssertionError, match="no such port"),
    ):
        machine.wait_for_shell(30)


def test_whoever_waits_for_the_shell_of_a_board_that_goes_off_is_told_at_once(tmp_path: Path) -> None:
    with (
        switched_on(tmp_path, lambda: None, lambda _wires: ["true"]) as machine,
        pytest.raises(ConnectionError, match="the board is off"),
    ):
        machine.wait_for_shell(30)


def test_a_board_that_is_off_before_it_hears_anything_says_where_its_last_words_are(tmp_path: Path) -> None:
    def deaf(wires: Mapping[str, int]) -> Sequence[str]:
        for wire in wires.values():
            with socket.socket(fileno=os.dup(wire)) as end:
                end.shutdown(socket.SHUT_RDWR)
        return "echo", "no such machine"

    with switched_on(tmp_path, lambda: None, deaf) as machine:
        with pytest.raises(ConnectionError, match="the board is off") as told:
            machine.wait_for_shell(30)
        assert str(tmp_path / "log") in str(told.value)
    assert (tmp_path / "log").read_text(encoding="utf-8") == "no such machine\n"
