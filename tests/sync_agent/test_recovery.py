"""Copied, restored and lost storage at either end: every tap reaches central, and no alarm is vain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest

from sync_agent import wire
from sync_agent.beacon import Inbox
from sync_agent.memory_file import FILE_NAME, migrate
from sync_agent.outcome import Acked, Again, Later, Reenrol
from sync_agent.parting import order_epoch
from tests.fakes.boards import Board, arrived
from tests.fakes.central_rules import CentralRules, Refusing
from tests.fakes.sync_agent import STATION_KEY

Imaging: TypeAlias = Callable[[], Board]


@pytest.fixture
def board(folder: Path) -> Iterator[Board]:
    """A station in use, with some taps central has."""
    with closing(Board(folder / "board-1", CentralRules(STATION_KEY.verify_key), 7)) as board:
        board.tap(3)
        board.sync()
        yield board


@pytest.fixture
def image(board: Board, folder: Path) -> Iterator[Imaging]:
    """Return what copies the board's storage to another board."""
    made: list[Board] = []

    def imaging() -> Board:
        made.append(board.image(folder / f"board-{len(made) + 2}", len(made) + 8))
        return made[-1]

    yield imaging
    for one in made:
        one.close()


def assert_all_arrived(*boards: Board) -> None:
    for one in boards:
        assert one.taps() <= set(arrived(boards[0].rules))


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
