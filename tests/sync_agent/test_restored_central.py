"""A central that went back to an older backup, told or not: the stations refill it, and no alarm is vain."""

from __future__ import annotations

import pytest

from sync_agent import wire
from tests.fakes.boards import Board, Imaging, arrived, assert_all_arrived
from tests.fakes.central_rules import CentralRules
from tests.fakes.sync_agent import STATION_KEY


@pytest.mark.fault("S2")
@pytest.mark.invariant(14, 15)
@pytest.mark.parametrize("how", ["restored", "put back by somebody"])
def test_a_central_with_an_old_backup_gets_everything_again(board: Board, how: str) -> None:
    backup, life = board.rules.backup(), board.rules.inc
    board.tap(6)
    board.sync()
    if how == "restored":
        board.rules.restore(backup)
    else:
        # The server believes that it has lost nothing.
        board.rules.state = backup
    board.tap()
    board.sync()
    assert_all_arrived(board)
    assert board.rules.bodies(board.epoch) == board.bodies()
    assert board.rules.alarms == []
    assert board.rules.inc != life
    assert board.reader.epochs() == [board.epoch]


@pytest.mark.fault("S2")
@pytest.mark.invariant(14)
def test_a_server_that_lost_an_epoch_without_knowing_is_shown_its_receipt(board: Board) -> None:
    empty = CentralRules(STATION_KEY.verify_key).backup()
    board.rules.state, life = empty, board.rules.inc
    board.sync()
    assert_all_arrived(board)
    assert board.rules.alarms == []
    assert board.rules.inc != life


@pytest.mark.fault("S3")
@pytest.mark.invariant(7, 15)
def test_a_stale_copy_that_reaches_a_restored_central_first_costs_one_epoch_at_most(board: Board) -> None:
    backup = board.rules.backup()
    for _ in range(4):
        board.tap(2)
        board.sync()
    board.rules.restore(backup)
    stale = next(message for message in board.line.carried if _adds(board, message))
    board.rules.sync(stale)
    board.tap(3)
    board.sync()
    board.sync()
    assert_all_arrived(board)
    assert len(board.reader.epochs()) <= 2
    assert len(board.rules.alarms) <= 1


def _adds(board: Board, message: bytes) -> bool:
    """Say whether a restored central can add what an old request holds."""
    envelope = wire.unpack(message, wire.MAX_MESSAGE_BYTES).envelope
    return envelope.first == len(board.rules.bodies(board.epoch)) + 1 and envelope.count > 0


@pytest.mark.fault("N3")
@pytest.mark.invariant(7, 21)
def test_old_requests_that_come_again_a_day_later_change_nothing(board: Board) -> None:
    for _ in range(5):
        board.tap(2)
        board.sync()
    before = board.rules.state.epochs
    now_ms = board.rules.now_ms()
    board.rules.now_ms = lambda: now_ms + 86_400_000
    for message in board.line.carried:
        assert board.rules.sync(message).status == 200
    assert board.rules.state.epochs == before
    board.tap()
    board.sync()
    assert board.rules.alarms == []
    assert len(board.reader.epochs()) == 1


@pytest.mark.invariant(14, 15, 16)
@pytest.mark.parametrize("when", ["parted", "carried"])
def test_what_was_common_before_a_parting_is_carried_when_central_loses_it(
    board: Board, image: Imaging, when: str
) -> None:
    empty = CentralRules(STATION_KEY.verify_key).backup()
    other = image()
    board.tap(20)
    board.sync()
    other.tap(40)
    if when == "carried":
        other.sync()
    else:
        while other.memory.peer(other.epoch).parted is None:
            other.exchange.round()
    board.close()
    # The first board is gone, and with it the only one that would send the common part again.
    board.rules.restore(empty)
    other.tap()
    other.sync()
    assert other.taps() <= set(arrived(other.rules))
    other.sync()
    assert len(other.reader.epochs()) == 2


@pytest.mark.fault("S2", "C1")
@pytest.mark.invariant(14, 15)
def test_what_a_copy_was_acknowledged_is_carried_when_the_store_went_back_and_the_other_board_came_first(
    board: Board, image: Imaging
) -> None:
    backup = board.rules.backup()
    copy = image()
    copy.tap(8)
    copy.sync()
    # Nobody says that the store is an older one, so its life still bears the name the receipts bear.
    board.rules.state = backup
    board.tap(12)
    board.sync()
    copy.tap(2)
    copy.sync()
    assert copy.taps() <= set(arrived(board.rules))


def test_carrying_begins_anew_when_central_is_found_to_lack_more_meanwhile(
    board: Board, image: Imaging
) -> None:
    backup = CentralRules(STATION_KEY.verify_key).backup()
    other = image()
    board.tap(4)
    board.sync()
    board.close()
    other.tap(30)
    while not other.carrier.is_under_way:
        other.step()
    other.rules.restore(backup)
    other.sync()
    assert other.taps() <= set(arrived(other.rules))
