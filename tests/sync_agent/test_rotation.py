"""A station's key is changed in steps, after each of which power may go: one that works is always there."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from station.settings import Secret
from sync_agent.composing import Identity
from sync_agent.config import KEY_FILE, KEYS_FOLDER, SyncSettings
from sync_agent.errors import CourierError
from sync_agent.ports import Reply
from sync_agent.rotation import NEXT, KeyRotation
from sync_agent.signing import SigningKey
from sync_agent.wire import KEYS_PATH
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.intake import IntakeBench
from tests.fakes.virtual_station import SCHOOL, VirtualStation

KEYS = (bytes([number]) * 32 for number in itertools.count(1))


class PowerCutError(Exception):
    """The plug was pulled."""


@dataclass
class Board:
    """A station's folder, its intake, and the step at which power goes."""

    bench: IntakeBench
    folder: Path
    cut_after: str = ""
    restarts: int = 0

    def bring_key(self, message: bytes) -> Reply:
        got = self.bench.caller.call("POST", KEYS_PATH.format(station="st-r101"), {}, message)
        self.cut("asked")
        return Reply(got.status, got.headers.get("content-type", ""), got.body)

    def cut(self, step: str) -> None:
        if self.cut_after == step:
            self.cut_after = ""
            raise PowerCutError

    def restart(self) -> None:
        self.restarts += 1
        self.cut("stepped over")

    def settings(self) -> SyncSettings:
        nothing = self.folder / "unused"
        first = Secret(self.folder / "first.key")
        return SyncSettings("st-r101", self.folder, "https://c.lan", nothing, nothing, first)

    def key(self) -> SigningKey:
        """Return what an agent that starts now signs with."""
        return SigningKey(self.settings().key_in_use.hex_bytes(32))

    def rotation(self) -> KeyRotation:
        identity = Identity("st-r101", self.key(), ACK_KEY.verify_key, "0.1.0")
        return KeyRotation(identity, self.folder / KEYS_FOLDER, self, self.restart, self.draw)

    def draw(self, size: int) -> bytes:
        return next(KEYS)[:size]

    def records_take_up(self) -> None:
        """Put what the intake took into the keyring, beside what is there."""
        brought = self.bench.count("rotation")
        following = self.folder / KEYS_FOLDER / NEXT
        if brought and following.exists():
            new = VirtualStation()
            new.key = SigningKey.from_hex(following.read_text())
            self.bench.stations.append(new)
        self.publish()

    def end_first_key(self) -> None:
        """Let the first key's days be over."""
        self.publish(is_first_over=True)

    def publish(self, *, is_first_over: bool = False) -> None:
        """Write the keyring as it stands."""
        keys = [entry for each in self.bench.stations for entry in _keys(each)]
        keys[0] = {**keys[0], "revoked": is_first_over}
        ring = {"v": 1, "stations": {"st-r101": {"school": SCHOOL, "keys": keys}}}
        draft = self.bench.config.data / "keyring.new"
        draft.write_text(json.dumps(ring))
        draft.replace(self.bench.config.data / "keyring.json")


def _keys(station: VirtualStation) -> list[dict[str, object]]:
    keys = station.keyring_entry()["keys"]
    assert isinstance(keys, list)
    return keys


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    folder = tmp_path / "state"
    folder.mkdir()
    station = VirtualStation()
    (folder / "first.key").touch(mode=0o600)
    (folder / "first.key").write_text((b"F" * 32).hex())
    station.key = SigningKey(b"F" * 32)
    with IntakeBench(tmp_path / "bench", [station]) as bench:
        yield Board(bench, folder)


def is_believed(board: Board) -> bool:
    """Say whether central takes what is signed with the key an agent would start with now."""
    station = VirtualStation()
    station.key = board.key()
    return board.bench.post(station.registration()).status == 200


def test_a_new_key_is_stepped_over_to_only_once_central_has_it_in_use(board: Board) -> None:
    first = board.key().kid
    rotation = board.rotation()
    rotation.follow()
    assert board.bench.count("rotation") == 0
    rotation.begin()
    rotation.begin()
    rotation.follow()
    assert (board.key().kid, board.restarts) == (first, 0)
    board.records_take_up()
    rotation.follow()
    assert board.restarts == 1
    assert board.key().kid != first
    assert is_believed(board)
    assert (board.folder / KEYS_FOLDER / KEY_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("step", ["made", "asked", "taken up", "stepped over"])
def test_whatever_step_power_goes_after_the_station_has_a_key_that_works(board: Board, step: str) -> None:
    board.cut_after = step
    first = board.key().kid
    for _ in range(5):
        rotation = board.rotation()
        try:
            if board.key().kid == first:
                rotation.begin()
                board.cut("made")
            rotation.follow()
            board.records_take_up()
            board.cut("taken up")
        except PowerCutError:
            assert is_believed(board)
    assert not board.cut_after, "power never went"
    assert board.key().kid != first
    assert is_believed(board)
    assert board.bench.count("rotation") == 1


def test_who_was_away_while_the_old_key_ended_steps_over_to_the_one_brought_before(board: Board) -> None:
    rotation = board.rotation()
    rotation.begin()
    rotation.follow()
    board.records_take_up()
    board.end_first_key()
    assert not is_believed(board)
    rotation.follow()
    assert board.restarts == 1
    assert is_believed(board)


def test_a_key_that_is_over_brings_nothing_more(board: Board) -> None:
    board.end_first_key()
    rotation = board.rotation()
    rotation.begin()
    rotation.follow()
    assert (board.restarts, board.bench.count("rotation")) == (0, 0)


def test_half_a_key_is_never_taken_for_one(board: Board) -> None:
    def torn(_size: int) -> bytes:
        raise PowerCutError

    broken = board.rotation()
    broken.random_bytes = torn
    with pytest.raises(PowerCutError):
        broken.begin()
    (board.folder / KEYS_FOLDER / f".{NEXT}").write_text("ab")
    assert is_believed(board)
    board.rotation().begin()
    assert len((board.folder / KEYS_FOLDER / NEXT).read_text().strip()) == 64


def test_a_line_that_is_down_leaves_everything_as_it_was(board: Board) -> None:
    rotation = board.rotation()
    rotation.begin()

    class Down:
        def bring_key(self, message: bytes) -> Reply:
            del message
            msg = "nobody there"
            raise CourierError(msg)

    rotation.courier = Down()
    rotation.follow()
    assert is_believed(board)
    assert (board.folder / KEYS_FOLDER / NEXT).exists()
