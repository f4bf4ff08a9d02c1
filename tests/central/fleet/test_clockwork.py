"""Virtual time: what is arranged happens in order, and waiting lets the others go on."""

from functools import partial

import pytest

from central.fleet.board import Board, BoardClock, Fuse, PowerCut
from central.fleet.clockwork import Clockwork
from central.fleet.plan import Fault, names, read_faults, swarm


def test_what_is_arranged_for_one_instant_happens_in_the_order_of_arranging() -> None:
    clockwork, seen = Clockwork(1_000), list[int]()
    for number in (1, 2, 3):
        clockwork.after(10, partial(seen.append, number))
    clockwork.at(5, partial(seen.append, 0))
    clockwork.run_until(2_000)
    assert (seen, clockwork.now_ms) == ([0, 1, 2, 3], 2_000)


def test_whoever_waits_lets_the_others_go_on_until_it_is_answered() -> None:
    clockwork, seen = Clockwork(0), list[str]()
    clockwork.after(10, lambda: seen.append("another"))
    clockwork.after(20, lambda: seen.append("answer"))
    clockwork.after(30, lambda: seen.append("too late"))
    clockwork.wait(lambda: "answer" in seen, 1_000)
    assert (seen, clockwork.now_ms) == (["another", "answer"], 20)


def test_waiting_in_vain_takes_as_long_as_patience() -> None:
    clockwork = Clockwork(0)
    clockwork.wait(lambda: False, 35_000)
    assert clockwork.now_ms == 35_000


def test_the_trace_tells_runs_apart() -> None:
    one, other = Clockwork(0), Clockwork(0)
    one.note("st-1", "wrote", 1)
    other.note("st-1", "wrote", 2)
    assert one.trace != other.trace


def test_a_fuse_lets_the_power_go_at_the_step_chosen_and_once() -> None:
    fuse = Fuse(2)
    fuse.step()
    fuse.step()
    with pytest.raises(PowerCut):
        fuse.step()
    fuse.step()


def test_a_boot_begins_the_raw_clock_anew_and_leaves_the_wall_clock_as_wrong_as_it_was(
    clockwork_board: tuple[Clockwork, Board],
) -> None:
    clockwork, board = clockwork_board
    board.offset_ms, board.drift_ppm = 7_200_000, 100
    board.power_on()
    clockwork.run_until(clockwork.now_ms + 1_000_000)
    reading = BoardClock(board, 1).reading()
    assert (reading.raw_ms, reading.wall_ms) == (1_000_100, clockwork.now_ms + 7_200_000)
    board.power_off()
    board.power_on()
    assert BoardClock(board, 2).reading().raw_ms == 0


def test_a_seed_always_draws_the_same_kinds_of_fault() -> None:
    assert swarm(7) == swarm(7)
    assert {swarm(seed) for seed in range(20)} != {swarm(7)}


def test_faults_are_read_as_they_are_named() -> None:
    drawn = frozenset({Fault.CLONE, Fault.LOSS})
    assert read_faults(names(drawn)) == drawn
    assert read_faults("none") == frozenset()
    with pytest.raises(ValueError, match="gremlins"):
        read_faults("loss,gremlins")
