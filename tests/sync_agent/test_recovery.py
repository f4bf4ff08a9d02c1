"""Copied, put back and lost storage of a station: every tap reaches central, and no alarm is vain."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from sync_agent.beacon import Inbox
from sync_agent.memory_file import FILE_NAME, migrate
from sync_agent.outcome import Acked, Again, Later, Reenrol
from sync_agent.parting import order_epoch
from tests.fakes.boards import Board, Imaging, arrived, assert_all_arrived
from tests.fakes.central_rules import CentralRules, Refusing
from tests.fakes.sync_agent import STATION_KEY


@pytest.mark.fault("C2")
@pytest.mark.invariant(17, 15)
def test_an_idle_clone_is_found_at_its_first_contact_and_goes_on_in_an_epoch_of_its_own(
    board: Board, image: Imaging
) -> None:
    other = image()
    board.sync()
    other.sync()
    assert board.rules.alarms == ["clone"]
    assert len(other.reader.epochs()) == 2
    board.sync()
    other.sync()
    assert board.epoch != other.epoch
    assert board.rules.alarms == ["clone"]
    assert not any(b'"carry"' in body for body in other.bodies())


@pytest.mark.fault("C1")
@pytest.mark.invariant(10, 15, 17)
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("taps", [(4, 4), (1, 9), (9, 1)])
def test_two_boards_of_one_station_lose_nothing_whichever_syncs_first(
    board: Board, image: Imaging, first: int, taps: tuple[int, int]
) -> None:
    boards = [board, image()]
    for one, count in zip(boards, taps, strict=True):
        one.tap(count)
    for one in (boards[first], boards[1 - first], *boards, *boards):
        one.tap()
        one.sync()
    assert_all_arrived(*boards)
    assert len(board.rules.alarms) == 1
    assert boards[0].epoch != boards[1].epoch
    assert [len(one.reader.epochs()) for one in (boards[first], boards[1 - first])] == [1, 2]
    assert len(arrived(board.rules)) == len(set(arrived(board.rules)))


@pytest.mark.fault("C3")
@pytest.mark.invariant(15, 17, 19)
@pytest.mark.parametrize("since", [0, 2, 9])
def test_an_old_image_put_back_begins_a_new_epoch_and_central_keeps_what_it_has(
    board: Board, image: Imaging, since: int
) -> None:
    old = image()
    board.tap(5)
    board.sync()
    kept = board.taps()
    board.close()
    old.tap(since)
    old.sync()
    old.tap()
    old.sync()
    assert kept <= set(arrived(old.rules))
    assert_all_arrived(old)
    assert old.rules.alarms == ["fork" if since else "rollback"]
    assert len(old.reader.epochs()) == 2


@pytest.mark.fault("C4")
@pytest.mark.invariant(17, 18, 21)
def test_an_image_taken_while_a_request_was_on_its_way_is_sorted_out_within_two_syncs(
    board: Board, image: Imaging
) -> None:
    board.tap(2)
    board.line.faults.append("lost answer")
    assert isinstance(board.exchange.round(), Later)
    other = image()
    for one in (board, other):
        one.tap(2)
        one.sync()
        one.sync()
    assert_all_arrived(board, other)
    assert board.epoch != other.epoch
    assert len(board.rules.alarms) == 1
    board.sync()
    assert len(board.rules.alarms) == 1


@pytest.mark.invariant(4, 15, 16)
def test_an_agent_without_its_memory_begins_a_new_epoch_and_carries_only_what_central_lacks(
    board: Board,
) -> None:
    board.tap(600)
    board.sync()
    board.tap(2)
    forget(board)
    board.tap(2)
    board.sync()
    assert_all_arrived(board)
    assert board.rules.alarms == ["clone"]
    assert len(board.reader.epochs()) == 2
    assert sum(b'"carry"' in body for body in board.bodies()) <= 6
    board.sync()
    assert board.rules.alarms == ["clone"]


def forget(board: Board) -> None:
    """Lose the agent's database, as with a damaged file that was taken away."""
    board.memory.close()
    for file in board.folder.glob(f"{FILE_NAME}*"):
        file.unlink()
    migrate(board.folder / FILE_NAME)
    board.restart_agent()


@pytest.mark.fault("D5")
@pytest.mark.invariant(15, 17, 19)
@pytest.mark.parametrize("since", [0, 2, 9])
def test_an_older_journal_beside_a_newer_memory_is_found_without_central(
    board: Board, image: Imaging, since: int
) -> None:
    old = image()
    board.tap(5)
    board.sync()
    kept, epoch = board.taps(), board.epoch
    board.journal.close()
    for file in old.folder.glob("journal.sqlite*"):
        (board.folder / file.name).write_bytes(file.read_bytes())
    board.journal = board.open_journal()
    board.tap(since)
    sent = len(board.line.carried)
    assert board.exchange.round() == Reenrol("fork" if since >= 5 else "rollback")
    assert len(board.line.carried) == sent
    board.sync()
    assert kept | board.taps() == set(arrived(board.rules))
    assert board.epoch != epoch
    assert board.rules.alarms == []


@pytest.mark.fault("C1")
@pytest.mark.invariant(15, 16)
def test_a_tap_is_carried_from_epoch_to_epoch_and_never_inside_another_carry(
    board: Board, image: Imaging
) -> None:
    other = image()
    board.tap(3)
    board.sync()
    other.tap(3)
    other.sync()
    third = other.image(other.folder.with_name("board-9"), 21)
    with closing(third):
        other.tap(2)
        other.sync()
        # Its second epoch, which holds what was carried, is parted in its turn and lost by central.
        third.tap(2)
        third.sync()
        third.rules.restore(CentralRules(STATION_KEY.verify_key).backup())
        third.sync()
        assert third.taps() <= set(arrived(third.rules))
        assert len(third.reader.epochs()) == 3


@pytest.mark.invariant(11, 15)
def test_an_order_that_a_power_cut_takes_away_is_laid_down_again(board: Board, image: Imaging) -> None:
    other = image()
    board.sync()
    assert other.exchange.round() == Reenrol("clone")
    for _ in range(3):
        other.lay_down()
        assert len(orders(other)) == 1
        orders(other)[0].unlink()
        other.restart_agent()
    other.lay_down()
    other.clock.advance(1_000)
    other.lay_down()
    assert len(orders(other)) == 1
    other.take()
    assert len(other.reader.epochs()) == 2
    assert not order_epoch(other.outbox, other.memory, Inbox(other.folder), other.clock.reading())
    other.lay_down()
    assert orders(other) == []


def orders(board: Board) -> list[Path]:
    return list((board.folder / "inbox").glob("*-epoch.json"))


def test_nothing_is_carried_into_an_epoch_that_is_parted(board: Board, image: Imaging) -> None:
    other = image()
    board.tap(3)
    board.sync()
    other.tap(5)
    while other.memory.peer(other.epoch).parted is None:
        other.exchange.round()
    other.lay_down()
    assert list((other.folder / "inbox").glob("*-carry.json")) == []


def test_a_server_that_refuses_every_new_epoch_too_is_given_them_ever_more_slowly(board: Board) -> None:
    def clone(_true: object) -> object:
        return Refusing(board.epoch)("clone", board.line.nonce)

    for number in range(4):
        board.tap()
        while not isinstance(outcome := board.exchange.round(), Reenrol):
            assert isinstance(outcome, Again | Acked | Later)
            board.line.faults.clear()
            if board.memory.peer(board.epoch).is_registered:
                board.line.faults.append(clone)  # type: ignore[arg-type]  # made for this one
        assert board.memory.standing().attempt == number + 1
        board.lay_down()
        board.take()
    board.sync()
    assert board.memory.standing().attempt == 0
    assert_all_arrived(board)
