"""A release on trial is kept when it does its work, and given up by itself when it does not."""

from pathlib import Path

import pytest

from provisioning.board.update.errors import NotNowError, UpdateError
from provisioning.board.update.trial import ATTEMPTS, Journal
from tests.fakes.releases import Office
from tests.fakes.updating import BLIND, DEAD, LONELY, MUTE, Rehearsal


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "desk")
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        office.add(version)
    return office


@pytest.fixture
def board(office: Office, tmp_path: Path) -> Rehearsal:
    return Rehearsal(tmp_path / "board", office)


def releases(board: Rehearsal) -> set[str]:
    return {each.name for each in board.layout.releases.iterdir()}


def test_a_release_that_does_its_work_is_kept_with_the_one_before_beside_it(board: Rehearsal) -> None:
    board.want("1.1.0")
    assert board.update()
    assert (board.current, board.layout.good.resolve().name) == ("1.1.0", "1.1.0")
    assert releases(board) == {"1.0.0", "1.1.0"}
    board.want("1.2.0")
    assert board.update()
    assert (board.current, releases(board)) == ("1.2.0", {"1.1.0", "1.2.0"})
    assert (board.noted.floor, board.noted.pending) == ("1.2.0", None)
    assert not board.update()
    assert board.services.begun == ["1.0.0", "1.1.0", "1.2.0"]


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (DEAD, "station or agent is not ready"),
        (MUTE, "the station has not said how it is"),
        (BLIND, "reader nfc is lost, and was ready before"),
    ],
)
def test_a_release_that_is_not_well_is_begun_three_times_and_given_up(
    board: Rehearsal, way: str, why: str
) -> None:
    board.services.ways = {"1.1.0": way}
    board.want("1.1.0")
    assert not board.update()
    assert board.services.begun == ["1.0.0", *["1.1.0"] * ATTEMPTS, "1.0.0"]
    assert (board.current, board.layout.good.resolve().name, releases(board)) == ("1.0.0", "1.0.0", {"1.0.0"})
    assert board.noted.refused == {"1.1.0": why}
    assert board.noted.said == f"release 1.1.0 was given up ({why}); 1.0.0 is in use"
    # It is not tried again until somebody wishes it, and a later one does not suffer from it.
    with pytest.raises(UpdateError, match="given up here"):
        board.update()
    board.want("1.2.0")
    assert board.update()


def test_a_release_that_takes_the_board_down_with_it_is_given_up_after_three_starts(board: Rehearsal) -> None:
    class BoardWentDownError(Exception):
        """Nothing of this process goes on."""

    def go_down(release: str) -> None:
        if release == "1.1.0":
            raise BoardWentDownError

    board.services.on_begin = go_down
    board.want("1.1.0")
    for _ in range(ATTEMPTS):
        with pytest.raises(BoardWentDownError):
            board.update()
        assert board.current == "1.1.0"
    with pytest.raises(UpdateError, match="given up here"):
        board.update()
    assert board.current == "1.0.0"


def test_a_release_that_was_given_up_is_tried_once_more_where_that_is_wished(board: Rehearsal) -> None:
    board.services.ways = {"1.1.0": DEAD}
    board.want("1.1.0")
    assert not board.update()
    board.layout.asked.touch()
    board.services.ways = {}
    assert board.update()
    assert (board.current, board.noted.refused) == ("1.1.0", {})


def test_a_release_is_kept_without_central_after_a_quarter_of_an_hour_and_with_it_at_once(
    board: Rehearsal,
) -> None:
    board.services.ways = {"1.2.0": LONELY}
    board.want("1.1.0")
    assert board.update()
    assert 30 <= board.time.now_s < 60
    began_s = board.time.now_s
    board.want("1.2.0")
    assert board.update()
    assert board.time.now_s - began_s == pytest.approx(900, abs=10)


def test_a_reader_that_was_gone_before_keeps_no_release_away(board: Rehearsal) -> None:
    board.services.ways = {"1.0.0": BLIND, "1.1.0": BLIND}
    board.services.begin(board.layout.release("1.0.0"))
    board.want("1.1.0")
    assert board.update()


def test_a_journal_that_is_not_sound_afterwards_gives_the_release_up(board: Rehearsal) -> None:
    def ruin(release: str) -> None:
        board.journal = Journal("damaged" if release == "1.1.0" else None, 3_600)

    board.services.on_begin = ruin
    board.want("1.1.0")
    assert not board.update()
    assert (board.current, board.noted.refused) == ("1.0.0", {"1.1.0": "damaged"})


def test_nothing_is_changed_while_taps_flow_or_the_board_has_just_begun(board: Rehearsal) -> None:
    board.want("1.1.0")
    board.journal = Journal(None, 599)
    with pytest.raises(NotNowError, match="599 s ago"):
        board.update()
    assert (board.services.begun, releases(board), board.noted.pending) == (["1.0.0"], {"1.0.0"}, None)
    board.journal = Journal(None, 600)
    assert board.update()


def test_nothing_is_changed_while_the_journal_is_not_sound(board: Rehearsal) -> None:
    board.want("1.1.0")
    board.journal = Journal("damaged", 3_600)
    with pytest.raises(UpdateError, match="damaged"):
        board.update()
    assert board.services.begun == ["1.0.0"]


def test_an_older_release_is_refused_wherever_it_comes_from(
    office: Office, board: Rehearsal, tmp_path: Path
) -> None:
    board.want("1.2.0")
    assert board.update()
    board.want("1.1.0")
    with pytest.raises(UpdateError, match=r"older than 1\.2\.0"):
        board.update()
    stick = Office(tmp_path / "stick")
    stick.keys = office.keys
    stick.add("1.0.0")
    for _ in range(3):
        stick.renew()
    with pytest.raises(UpdateError, match=r"older than 1\.2\.0"):
        board.update(folder=stick.folder)
    assert board.current == "1.2.0"


def test_a_release_is_taken_from_the_card_or_a_stick_without_being_named(
    office: Office, board: Rehearsal
) -> None:
    board.layout.on_the_card.parent.mkdir(parents=True)
    board.layout.on_the_card.symlink_to(office.folder)
    assert board.update()
    assert board.current == "1.2.0"
    assert not board.update(folder=office.folder)


def test_what_is_offered_in_a_wrong_form_is_nothing_wanted(board: Rehearsal) -> None:
    wanted = board.layout.handed_over / "wanted.json"
    for text in ("", "{", "[]", '{"version": "../1.1.0"}', '{"version": 2}', "[" * 5_000):
        wanted.write_text(text, encoding="utf-8")
        assert not board.update()
    wanted.unlink()
    wanted.symlink_to("/etc/passwd")
    assert not board.update()


def test_a_board_without_the_schools_note_of_trust_takes_nothing(board: Rehearsal) -> None:
    board.layout.trusted_root.unlink()
    board.want("1.1.0")
    with pytest.raises(UpdateError, match="put the school's root"):
        board.update()
